"""Forms of applying and of staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
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


# service -> its own fields: name, label, help
OWN = {
    "liveon": [("delivery_email", gettext_lazy("E-mail to which the licence key goes"), "email")],
    "simpleconnect": [("use", gettext_lazy("What the telephone is used for"), "text")],
    "videog": [("publisher", gettext_lazy("Name shown to viewers"), "text")],
    "learno": [("responsible_person", gettext_lazy("Responsible person (LN-31)"), "text")],
    "exaas": [
        ("administrator", gettext_lazy("Administrator (EX-8)"), "text"),
        ("virus_protection", gettext_lazy("Kind of virus protection (EX-30)"), "text"),
    ],
}


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
        for name, label, kind in OWN[service]:
            self.fields[name] = (forms.EmailField if kind == "email" else forms.CharField)(label=label, max_length=200)

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day < clock.today():
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        return day


class AcceptForm(forms.Form):
    """What must be shown and accepted before sending."""

    terms = forms.BooleanField(label=gettext_lazy("I have read and accept these terms."))
    anti_social_forces = forms.BooleanField(
        label=gettext_lazy("We are no anti-social forces, have no dealings with them, and will not.")
    )
    privacy = forms.BooleanField(label=gettext_lazy("I agree to the handling of personal data for this service."))


class CancelForm(forms.Form):
    wish = forms.DateField(label=gettext_lazy("Wished last day (optional)"), required=False, widget=DateInput())


class MeasureForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Measure"),
        choices=[
            ("suspend", gettext_lazy("Suspend")),
            ("lift", gettext_lazy("Lift the suspension")),
            ("terminate", gettext_lazy("Terminate")),
        ],
    )
    clause = forms.ChoiceField(label=gettext_lazy("Clause"))
    note = forms.CharField(label=gettext_lazy("Ground"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["clause"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = clauses
