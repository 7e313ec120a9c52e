"""Forms of applying and of staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.contracts.consents import CONSENTS
from musubu.parties.models import Person
from musubu.terms.rules import methods

PAY = {
    "transfer": gettext_lazy("Bank transfer"),
    "debit": gettext_lazy("Direct debit"),
    "card": gettext_lazy("Credit card"),
}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **more: Any) -> None:
        super().__init__(format="%Y-%m-%d", **more)


class AccountForm(forms.Form):
    """Who applies: the company and the person, who signs in from then on."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300)
    telephone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30)
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters that nobody would guess, such as three unrelated words."),
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if Person.objects.filter(email=email).exists():
            raise forms.ValidationError(_("This address has an account already. Sign in with it first, then apply."))
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password"):
            try:
                validate_password(data["password"], Person(email=data.get("email", ""), name=data.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


@dataclass(frozen=True)
class Own:
    """A field that only one service asks for. `kind`: text | email | tel | date | choice."""

    name: str
    label: str | Promise
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, str | Promise], ...] = ()


OWN: dict[str, tuple[Own, ...]] = {
    "liveon": (
        Own("delivery_email", gettext_lazy("E-mail to which the licence key goes"), "email"),
        Own("use", gettext_lazy("What the meetings are for"), required=False),
    ),
    "simpleconnect": (
        Own("use", gettext_lazy("What the telephone is used for")),
        Own("number_wish", gettext_lazy("Area code or number that you wish"), required=False),
    ),
    "videog": (
        Own("publisher", gettext_lazy("Name shown to viewers")),
        Own(
            "contents",
            gettext_lazy("What your videos show"),
            "choice",
            False,
            (
                ("products", gettext_lazy("Products and services")),
                ("training", gettext_lazy("Training and teaching")),
                ("events", gettext_lazy("Events")),
                ("other", gettext_lazy("Something else")),
            ),
        ),
        Own("website", gettext_lazy("Website in which they are embedded"), required=False),
    ),
    "learno": (
        Own("responsible_person", gettext_lazy("Responsible person (LN-31)")),
        Own("responsible_email", gettext_lazy("E-mail of the responsible person"), "email", False),
        Own("responsible_telephone", gettext_lazy("Telephone of the responsible person"), "tel", False),
        Own("start_wish", gettext_lazy("Wished start day"), "date", False),
    ),
    "exaas": (
        Own("administrator", gettext_lazy("Administrator (EX-8)")),
        Own("administrator_email", gettext_lazy("E-mail of the administrator"), "email", False),
        Own("administrator_telephone", gettext_lazy("Telephone of the administrator"), "tel", False),
        Own("virus_protection", gettext_lazy("Kind of virus protection (EX-30)")),
        Own("prefecture", gettext_lazy("Prefecture in which it is used (EX-5)"), required=False),
        Own("start_wish", gettext_lazy("Wished start day"), "date", False),
    ),
}


def _own_field(one: Own) -> forms.Field:
    common: dict[str, Any] = {"label": one.label, "required": one.required}
    if one.kind == "email":
        return forms.EmailField(**common)
    if one.kind == "date":
        return forms.DateField(widget=DateInput(), **common)
    if one.kind == "choice":
        return forms.ChoiceField(choices=[("", "–"), *one.choices], **common)
    widget = forms.TextInput(attrs={"type": "tel"} if one.kind == "tel" else {})
    return forms.CharField(max_length=200, widget=widget, **common)


class DetailsForm(forms.Form):
    """Plan details: how to pay, options, and the service's own fields."""

    def __init__(self, *args: Any, service: str, form: str, options: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        ways = [(way, PAY[way]) for way in methods.allowed(service)]
        self.fields["payment"] = forms.ChoiceField(label=gettext_lazy("How to pay"), choices=ways)
        if options:
            self.fields["options"] = forms.MultipleChoiceField(
                label=gettext_lazy("Options"), choices=options, required=False, widget=forms.CheckboxSelectMultiple
            )
        if form == "spot":
            self.fields["last_day"] = forms.DateField(label=gettext_lazy("Last day of use"), widget=DateInput())
        self.fields |= {one.name: _own_field(one) for one in OWN[service]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("last_day", "start_wish"):
            if data.get(name) and data[name] < clock.today():
                self.add_error(name, _("This day has passed. Choose today or a later day."))
        return data


class AcceptForm(forms.Form):
    """What must be shown and accepted before sending: the terms and each further text of the service."""

    terms = forms.BooleanField(label=gettext_lazy("I have read and accept these terms."))

    def __init__(self, *args: Any, service: str, **more: Any) -> None:
        super().__init__(*args, **more)
        for one in CONSENTS[service]:
            self.fields[one.document] = forms.BooleanField(label=str(one.label))


class CancelForm(forms.Form):
    wish = forms.DateField(label=gettext_lazy("Wished last day (optional)"), required=False, widget=DateInput())


MEASURES = {
    "suspend": gettext_lazy("Suspend"),
    "lift": gettext_lazy("Lift the suspension"),
    "terminate": gettext_lazy("Terminate"),
}
