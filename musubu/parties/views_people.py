"""Pages about people: who belongs to an organisation, invitations, one's own profile and password, end clients."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu.parties import accounts, actions, pictures, queries
from musubu.parties.decorators import acting_of, customer_required, member_required, signed_in, staff_required
from musubu.parties.forms import (
    ROLES,
    ChangePasswordForm,
    ForgottenForm,
    InviteForm,
    JoinForm,
    NewPasswordForm,
    OrganisationForm,
    ProfileForm,
    ProviderForm,
)
from musubu.parties.middleware import SESSION_KEY
from musubu.parties.models import Invitation, Membership, Organisation, Person, Provider
from musubu.parties.permissions import membership_allows
from musubu.parties.saying import saying
from musubu.parties.views import address_of
from musubu.refusals import NotPossible

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _in_hand(request: HttpRequest) -> dict[str, Any]:
    acting = acting_of(request)
    return {"provider": acting.provider, "organisation": acting.organisation}


@member_required("members.read")
def people(request: HttpRequest) -> HttpResponseBase:
    """Who belongs to the acting person's organisation, and who is invited."""
    acting = acting_of(request)
    roles = actions.roles(acting.organisation)
    form = InviteForm(request.POST or None, roles=roles, initial={"language": get_language()})
    may = {name: membership_allows(acting.membership, f"members.{name}") for name in ("invite", "change", "end")}
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite(**_in_hand(request), person=acting.person, **form.cleaned_data)
            messages.success(request, _("The invitation has been sent."))
            return redirect("parties-people")
        except NotPossible as error:
            form.add_error(None, str(error))
    context = {
        "members": queries.members(**_in_hand(request)),
        "invitations": queries.open_invitations(**_in_hand(request)),
        "form": form,
        "may": may,
        "roles": [(role.value, ROLES[role]) for role in roles],
    }
    return render(request, "parties/people.html", context)


@require_POST
@member_required("members.read")
def membership(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Change a role, or end a membership."""
    row = get_object_or_404(Membership, **_in_hand(request), public_id=public_id, ended_at__isnull=True)
    try:
        if request.POST.get("what") == "end":
            actions.end_membership(membership=row, person=_person(request))
            messages.success(request, _("This person belongs to it no longer."))
        else:
            actions.change_role(membership=row, person=_person(request), role=request.POST.get("role", ""))
            messages.success(request, _("The role has been changed."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("parties-people")


@require_POST
@member_required("members.invite")
def withdraw_invitation(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = get_object_or_404(Invitation, **_in_hand(request), public_id=public_id)
    actions.withdraw_invitation(invitation=row, person=_person(request))
    messages.success(request, _("The invitation has been taken back."))
    return redirect("parties-people")


def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of an invitation's link: join with one's account, or open one."""
    row = actions.open_invitation(token)
    if row is None:
        return render(request, "parties/link_ended.html", status=410)
    known = Person.objects.filter(email=row.email).exists()
    form = JoinForm(request.POST or None, person=Person(email=row.email))
    if request.method == "POST":
        try:
            if request.user.is_authenticated:
                membership = actions.accept_invitation(invitation=row, person=_person(request))
                request.session[SESSION_KEY] = str(membership.public_id)
                return redirect("portal-home")
            if not known and form.is_valid():
                data = form.cleaned_data
                person = actions.join_as_new(invitation=row, language=get_language() or "ja", **data)
                login(request, person, backend=BACKEND)
                return redirect("portal-home")
        except NotPossible as error:
            messages.error(request, str(error))
    context = {"invitation": row, "known": known, "form": form, "role": ROLES[row.role]}  # type: ignore[index]
    return render(request, "parties/invitation.html", context)


def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link by mail; the answer is the same whether or not there is an account."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.count_request(email=form.cleaned_data["email"], address=address_of(request))
        except accounts.SignInError as error:
            form.add_error(
                None, _("Too many attempts. Wait %(minutes)s minutes and try again.") % {"minutes": error.wait}
            )
        else:
            actions.forgot_password(provider=queries.site_provider(), email=form.cleaned_data["email"])
            return render(request, "parties/forgotten_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "parties/forgotten.html", {"form": form})


def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponseBase:
    """The page of a password link."""
    person = actions.person_of_link(uid, token)
    if person is None:
        return render(request, "parties/link_ended.html", status=410)
    form = NewPasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        actions.set_password(person=person, password=form.cleaned_data["password"])
        accounts.forget_failures(person, address_of(request))
        messages.success(request, _("Your password has been changed. Sign in with it."))
        return redirect("parties-sign-in")
    return render(request, "parties/new_password.html", {"form": form})


@signed_in
def profile(request: HttpRequest) -> HttpResponseBase:
    """Name, language, password, second factor, and where one belongs."""
    person = _person(request)
    which = request.POST.get("form", "")
    details = ProfileForm(request.POST if which == "details" else None, instance=person)
    secret = ChangePasswordForm(request.POST if which == "password" else None, person=person)
    if which == "details" and details.is_valid():
        details.save()
        messages.success(request, _("Saved."))
        return redirect("parties-profile")
    if which == "password" and secret.is_valid():
        actions.set_password(person=person, password=secret.cleaned_data["password"])
        update_session_auth_hash(request, person)
        messages.success(request, _("Your password has been changed."))
        return redirect("parties-profile")
    context = {
        "details": details,
        "secret": secret,
        "memberships": [(one, ROLES[one.role]) for one in queries.live_memberships(person)],  # type: ignore[index]
        "codes_left": person.recovery_codes.filter(used_at__isnull=True).count(),
    }
    return render(request, "parties/profile.html", context)


@require_POST
@signed_in
def switch(request: HttpRequest) -> HttpResponseBase:
    """Work in another of one's memberships from now on."""
    wanted = request.POST.get("membership", "")
    known = {str(one.public_id) for one in queries.live_memberships(_person(request))}
    if wanted in known:
        request.session[SESSION_KEY] = wanted
    return redirect("portal-home")


@customer_required("organisation.update")
def organisation(request: HttpRequest) -> HttpResponseBase:
    """The organisation's own details."""
    acting = acting_of(request)
    own: Organisation = Organisation.objects.get(pk=acting.organisation.pk)
    form = OrganisationForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        fresh = Organisation.objects.get(pk=own.pk)
        actions.update_organisation(organisation=fresh, person=acting.person, data=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("parties-organisation")
    return render(request, "parties/organisation.html", {"form": form})


@customer_required("clients.read")
def clients(request: HttpRequest) -> HttpResponseBase:
    """A contractor's end clients (LN-2)."""
    acting = acting_of(request)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.add_client(contractor=acting.organisation, person=acting.person, data=data)
            messages.success(request, _("Saved."))
            return redirect("parties-clients")
        except NotPossible as error:
            form.add_error(None, str(error))
    rows = acting.organisation.children.order_by("name")
    return render(request, "parties/clients.html", {"clients": rows, "form": form})


@customer_required("clients.read")
def client(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """One end client: its details, its people, and inviting them."""
    acting = acting_of(request)
    row = get_object_or_404(Organisation, parent=acting.organisation, public_id=public_id)
    roles = actions.roles(row)
    form = InviteForm(request.POST or None, roles=roles, initial={"language": row.language})
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite(provider=row.provider, organisation=row, person=acting.person, **form.cleaned_data)
            messages.success(request, _("The invitation has been sent."))
            return redirect("parties-client", row.public_id)
        except NotPossible as error:
            form.add_error(None, str(error))
    context = {"client": row, "members": queries.members(row.provider, row), "form": form}
    return render(request, "parties/client.html", context)


@staff_required("provider.update")
def provider(request: HttpRequest) -> HttpResponseBase:
    """The provider's own data: names, registration number, closed days, own bank account."""
    acting = acting_of(request)
    own = Provider.objects.get(pk=acting.provider.pk)
    initial = {
        "name": own.name, "name_en": own.names.get("en", ""), "name_zh": own.names.get("zh", ""),
        "registration_number": own.registration_number, "address": own.address, "telephone": own.telephone,
        "email": own.email, "closed_days": "\n".join(own.closed_days), **own.collection,
    }  # fmt: skip
    form = ProviderForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.update_provider(provider=own, person=acting.person, data=form.values(own.collection))
        number = form.cleaned_data["registration_number"]
        if number and not actions.check_digit(number):
            messages.warning(
                request, _("Saved. The registration number has not the check digit of a company; compare it.")
            )
        else:
            messages.success(request, _("Saved."))
        return redirect("parties-provider")
    return render(request, "parties/provider.html", {"form": form, "provider": own})


PLACES = ("logo", "seal")


@require_POST
@staff_required("provider.update")
def provider_picture(request: HttpRequest, place: str) -> HttpResponseBase:
    """Set the logo or the seal, or take it away."""
    acting, sent = acting_of(request), request.FILES.get("picture")
    if place not in PLACES:
        raise Http404
    if sent is None and "remove" not in request.POST:
        messages.error(request, _("Choose a PNG or SVG file."))
        return redirect("parties-provider")
    own = Provider.objects.get(pk=acting.provider.pk)
    with saying(request, _("Saved.")):
        content = None if sent is None else sent.read(pictures.LARGEST + 1)
        actions.set_picture(provider=own, person=acting.person, place=place, content=content)
    return redirect("parties-provider")


@staff_required("provider.update")
def picture(request: HttpRequest, place: str) -> HttpResponseBase:
    """The logo or the seal as it is now."""
    found = getattr(acting_of(request).provider, place, None) if place in PLACES else None
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=pictures.TYPES[found.kind])
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
