"""Pages of sign-in, language and the audit log."""

from __future__ import annotations

import base64
import io
import json

import pyotp
import qrcode
import qrcode.image.svg
from django.conf import settings
from django.contrib.auth import login, logout
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.parties import accounts
from musubu.parties.decorators import acting_of, signed_in, staff_required
from musubu.parties.forms import CodeForm, SignInForm
from musubu.parties.models import AuditEntry, Person
from musubu.tables import Column, Table

PENDING = "second-factor-of"
SECRET = "second-factor-secret"  # noqa: S105 - a session key


def address_of(request: HttpRequest) -> str:
    """Where a request came from; the header counts only where our own front server writes it."""
    named = request.META.get("HTTP_X_REAL_IP") if settings.BEHIND_FRONT else ""
    return str(named or request.META.get("REMOTE_ADDR") or "")


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
            person = accounts.check(**form.cleaned_data, address=address_of(request))
        except accounts.SignInError as error:
            form.add_error(None, _said(error))
        else:
            if person.totp_confirmed_at:
                request.session[PENDING] = [person.pk, _next(request)]
                return redirect("parties-code")
            return _enter(request, person, _next(request))
    return render(request, "parties/sign_in.html", {"form": form, "next": _next(request)})


def _enter(request: HttpRequest, person: Person, where: str) -> HttpResponseBase:
    accounts.forget_failures(person, address_of(request))
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
            if accounts.second_factor(person=person, code=form.cleaned_data["code"], address=address_of(request)):
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


COLUMNS = [
    Column(gettext_lazy("No."), lambda one: one.n, "n"),
    Column(gettext_lazy("When"), lambda one: one.at.astimezone(clock.TOKYO).isoformat(timespec="seconds"), "at"),
    Column(gettext_lazy("Who"), lambda one: one.actor_name, "actor_name"),
    Column(gettext_lazy("What"), lambda one: one.action, "action"),
    Column(gettext_lazy("Subject"), lambda one: one.subject, "subject"),
    Column(gettext_lazy("Clause"), lambda one: one.clause, "clause"),
    Column(gettext_lazy("Before"), lambda one: json.dumps(one.before, ensure_ascii=False) if one.before else ""),
    Column(gettext_lazy("After"), lambda one: json.dumps(one.after, ensure_ascii=False) if one.after else ""),
]


@staff_required("audit.read")
def audit(request: HttpRequest) -> HttpResponseBase:
    """Who did what, newest first."""
    acting = acting_of(request)
    rows = AuditEntry.objects.filter(provider=acting.provider).order_by("-n")
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(subject__icontains=text) | Q(action__icontains=text) | Q(actor_name__icontains=text))
    table = Table(request, rows, COLUMNS, 50)
    if request.GET.get("format") == "csv":
        return table.csv("audit")
    return render(request, "parties/audit.html", {"table": table, "page": table.page, "q": text})
