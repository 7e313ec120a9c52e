"""Forms about people and organisations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu.engines import zengin
from musubu.parties.models import Organisation, Person, Role

ROLES = {
    Role.OWNER: gettext_lazy("Owner"),
    Role.SALES: gettext_lazy("Sales"),
    Role.BILLING: gettext_lazy("Billing"),
    Role.SUPPORT: gettext_lazy("Support"),
    Role.OPERATIONS: gettext_lazy("Operations"),
    Role.AUDITOR: gettext_lazy("Auditor (reads only)"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator"),
    Role.BILLING_CONTACT: gettext_lazy("Billing contact"),
    Role.MEMBER: gettext_lazy("Member"),
}
PASSWORD_HELP = gettext_lazy("At least 10 characters that nobody would guess, such as three unrelated words.")


class SignInForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=gettext_lazy("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your authenticator, or a recovery code."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )


class ForgottenForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPasswordForm(forms.Form):
    """A new password for `person`, refused where it is guessable (VG-48)."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        validate_password(given, self.person)
        return given


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label=gettext_lazy("Password until now"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def clean_current(self) -> str:
        given: str = self.cleaned_data["current"]
        if not self.person.check_password(given):
            raise forms.ValidationError(_("This is not your password. Check it and try again."))
        return given


class JoinForm(NewPasswordForm):
    """Somebody who was invited and has no account yet."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    field_order = ("name", "password")


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Person
        fields = ("name", "language")
        labels = {"name": gettext_lazy("Your name")}


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, roles: tuple[Role, ...], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, ROLES[role]) for role in roles]


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Organisation
        fields = ("name", "name_kana", "address", "telephone", "email")
        labels = {
            "name": gettext_lazy("Company"),
            "name_kana": gettext_lazy("Company in kana"),
            "address": gettext_lazy("Address"),
            "telephone": gettext_lazy("Telephone"),
            "email": gettext_lazy("E-mail"),
        }


BANK = {  # part of the own account: label, pattern
    "client": (gettext_lazy("Client code of the bank"), r"[0-9]{1,10}"),
    "client_name": (gettext_lazy("Own name in half-width kana"), r".{1,40}"),
    "bank": (gettext_lazy("Bank code"), r"[0-9]{1,4}"),
    "bank_name": (gettext_lazy("Bank's name in kana"), r".{1,15}"),
    "branch": (gettext_lazy("Branch code"), r"[0-9]{1,3}"),
    "branch_name": (gettext_lazy("Branch's name in kana"), r".{1,15}"),
    "account": (gettext_lazy("Account number"), r"[0-9]{1,7}"),
}
KANA = {"client_name": 40, "bank_name": 15, "branch_name": 15}  # signs that bank files have for each
WIDTHS = {"client": 10, "bank": 4, "branch": 3, "account": 7}


class ProviderForm(forms.Form):
    """What stands on pages, invoices and bank files."""

    name = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Company in English"), max_length=200, required=False)
    name_zh = forms.CharField(label=gettext_lazy("Company in Chinese"), max_length=200, required=False)
    registration_number = forms.RegexField(
        r"^T\d{13}$", label=gettext_lazy("Registration number (T and 13 digits)"), required=False
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300)
    telephone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    closed_days = forms.CharField(
        label=gettext_lazy("Own closed days, one a line, such as 2026-12-29"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for part, (label, pattern) in BANK.items():
            self.fields[part] = forms.RegexField(f"^{pattern}$", label=label, required=False)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind of account"), choices=[("1", _("ordinary")), ("2", _("current"))], required=False
        )

    def clean_closed_days(self) -> list[str]:
        lines = self.cleaned_data["closed_days"].split()
        try:
            return sorted({date.fromisoformat(line).isoformat() for line in lines})
        except ValueError:
            raise forms.ValidationError(_("Write each day as 2026-12-29, one a line.")) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [part for part in BANK if data.get(part)]
        for part in BANK if given else ():
            if not data.get(part) and part not in self.errors:
                self.add_error(part, _("The own account needs all of its parts, or none."))
        for part, most in KANA.items():
            if data.get(part):
                self._in_kana(data, part, most)
        return data

    def _in_kana(self, data: dict[str, Any], part: str, most: int) -> None:
        """As bank files have it: what they would refuse is said here and not when the first file is made."""
        try:
            data[part] = zengin.kana(data[part]).strip()
        except zengin.CharacterError:
            self.add_error(part, _("Write it in kana, as in bank files: ｶ)ﾑｽﾌﾞ."))
            return
        if len(data[part]) > most:
            self.add_error(part, _("At most %(most)s half-width characters.") % {"most": most})

    def values(self, kept: dict[str, str]) -> dict[str, object]:
        """The provider's fields."""
        data = self.cleaned_data
        names = {"ja": data["name"], "en": data["name_en"], "zh": data["name_zh"]}
        parts = {part: data[part].zfill(WIDTHS.get(part, 0)) for part in BANK if data[part]}
        parts |= {"kind": data["kind"] or "1"} if parts else {}
        return {
            "name": data["name"],
            "names": {lang: text for lang, text in names.items() if text},
            "registration_number": data["registration_number"],
            "address": data["address"],
            "telephone": data["telephone"],
            "email": data["email"],
            "closed_days": data["closed_days"],
            "collection": {**kept, **parts} if parts else {},
        }
