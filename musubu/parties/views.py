"""Pages of sign-in, language and the audit log."""

from __future__ import annotations

import base64
import io
from typing import Any

import pyotp
import qrcode
import qrcode.image.svg
from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu.parties import accounts
from musubu.parties.decorators import signed_in, staff_required
from musubu.parties.models import AuditEntry, Person

PENDING = "second-factor-of"
SECRET = "second-factor-secret"  # noqa: S105 - a session key


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


def _address(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_X_REAL_IP") or request.META.get("REMOTE_ADDR") or "")


def _said(error: accounts.SignInError) -> str:
    if error.wait:
        return _("Too many attempts. Wait %(minutes)s minutes and try again.") % {"minutes": error.wait}
    return _("E-mail or password is not right. Check both and try again.")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/home/"
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/home/"


def sign_in(request: HttpRequest) -> HttpResponseBase:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = accounts.check(**form.cleaned_data, address=_address(request))
        except accounts.SignInError as error:
            form.add_error(None, _said(error))
        else:
            if person.totp_confirmed_at:
                request.session[PENDING] = [person.pk, _next(request)]
                return redirect("parties-code")
            return _enter(request, person, _next(request))
    return render(request, "parties/sign_in.html", {"form": form, "next": _next(request)})


def _enter(request: HttpRequest, person: Person, where: str) -> HttpResponseBase:
    accounts.forget_failures(person, _address(request))
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    response = redirect(where)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, max_age=31_536_000, samesite="Lax")
    return response


def code(request: HttpRequest) -> HttpResponseBase:
    """The second factor, after the password."""
    pending = request.session.get(PENDING)
    if not pending:
        return redirect("parties-sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = Person.objects.get(pk=pending[0])
        try:
            if accounts.second_factor(person=person, code=form.cleaned_data["code"], address=_address(request)):
                del request.session[PENDING]
                return _enter(request, person, pending[1])
            form.add_error("code", _("This code is not right or was used already. Wait for the next one."))
        except accounts.SignInError as error:
            form.add_error(None, _said(error))
    return render(request, "parties/code.html", {"form": form})


@signed_in
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Set the second factor up: a picture to scan, a code to confirm, recovery codes shown once."""
    person = request.user
    assert isinstance(person, Person)
    secret = request.session.setdefault(SECRET, pyotp.random_base32())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = accounts.confirm_second_factor(person=person, secret=secret, code=form.cleaned_data["code"])
        except accounts.SignInError:
            form.add_error("code", _("This code is not right. Scan the picture again and type the newest code."))
        else:
            del request.session[SECRET]
            return render(request, "parties/recovery_codes.html", {"codes": codes})
    return render(
        request, "parties/second_factor.html", {"form": form, "picture": _picture(person, secret), "secret": secret}
    )


def _picture(person: Person, secret: str) -> str:
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="Musubu")
    out = io.BytesIO()
    qrcode.make(uri, image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    return redirect("/")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language; remembered in a cookie and with the person."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponse(_("There is no such language here."), status=400)
    if isinstance(request.user, Person):
        Person.objects.filter(pk=request.user.pk).update(language=chosen)
    translation.activate(chosen)
    response = redirect(_next(request) if request.POST.get("next") else "/")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax")
    return response


@staff_required("audit.read")
def audit(request: HttpRequest) -> HttpResponseBase:
    """Who did what, newest first."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    rows = AuditEntry.objects.filter(provider=acting.provider).order_by("-n")
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(subject__icontains=text) | rows.filter(action__icontains=text)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "parties/audit.html", {"page": page, "q": text})
