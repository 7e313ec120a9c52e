"""Forms about people and organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
