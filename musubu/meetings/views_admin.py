"""How a contract's meetings are set up, for its administrators; what runs now, for them and for the provider's staff."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import config
from musubu.contracts.models import Contract
from musubu.meetings import branding, defaults, embedding, plain, queries
from musubu.meetings.actions import inviting, licences, planning, settings
from musubu.meetings.forms import (
    BrandForm,
    DefaultsForm,
    GroupForm,
    OriginsForm,
    setting_initial,
    setting_values,
)
from musubu.meetings.models import Group, Licence, Meeting
from musubu.meetings.views_gate import allows, at_contract, for_administrators, person
from musubu.meetings.views_home import tabs
from musubu.parties import actions as people_actions
from musubu.parties import pictures
from musubu.parties.decorators import acting_of, customer_required, staff_required
from musubu.parties.models import Membership, Role
from musubu.parties.queries import members, open_invitations
from musubu.parties.saying import saying
from musubu.refusals import NotPossible

NUMBERS = ("capacity", "video_kbps", "screen_kbps", "keep_days")


@for_administrators
def people(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """Licences bought and in use, who holds them, and groups."""
    held = list(queries.licences(contract))
    holders = {one.holder_id for one in held}
    others = [one for one in members(contract.provider, contract.organisation) if one.person_id not in holders]
    context = tabs(request, contract) | {
        "held": [(one, planning.upcoming_of(contract, one.holder)) for one in held],
        "others": others,
        "bought": queries.bought(contract),
        "used": len(held),
        "full": len(held) >= queries.bought(contract),
        "groups": queries.groups(contract),
        "rights": [(right, GroupForm.base_fields[right].label) for right in ("plan", "guests", "record")],
        "form": GroupForm(),
        "invited": open_invitations(contract.provider, contract.organisation),
        "may_invite": allows(request, "members.invite") and not acting_of(request).is_staff,
    }
    return render(request, "meetings/people.html", context)


def _done(
    request: HttpRequest, contract: Contract, act: Any, said: str, page: str = "meetings-people"
) -> HttpResponseBase:
    with saying(request, said):
        act()
    return redirect(page, contract.public_id)


@require_POST
@at_contract("meetings.manage")
def assign(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """A licence for one of the organisation's people."""
    rows = Membership.objects.filter(organisation=contract.organisation, ended_at__isnull=True)
    membership = rows.filter(person__public_id=_uuid(request.POST.get("person", ""))).select_related("person").first()
    if membership is None:
        raise Http404
    return _done(
        request,
        contract,
        lambda: licences.assign(contract=contract, person=person(request), holder=membership.person),
        _("%(name)s has a licence and a personal room now.") % {"name": membership.person.name},
    )


def _uuid(text: str) -> str:
    """Something to look for in any case."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.UUID(int=0))


@require_POST
@at_contract("meetings.manage")
def invite(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """Somebody who does not belong to the organisation yet; the licence is given once they have joined."""
    email = plain.line(request.POST.get("email", ""))
    if not inviting.is_address(email):
        messages.error(request, _("Give the mail address of the person."))
        return redirect("meetings-people", contract.public_id)
    return _done(
        request,
        contract,
        lambda: people_actions.invite(
            provider=contract.provider, organisation=contract.organisation, person=person(request), email=email,
            role=Role.MEMBER, language=get_language() or "ja",
        ),
        _("The invitation has been sent. Give the licence when the person has joined."),
    )  # fmt: skip


@require_POST
@customer_required("meetings.manage")
def licence(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Release it, or put its holder into another group."""
    acting = acting_of(request)
    rows = Licence.objects.filter(contract__organisation=acting.organisation, ended_at__isnull=True)
    row = get_object_or_404(rows.select_related("contract__plan", "holder", "group"), public_id=public_id)
    if request.POST.get("what") == "release":
        said = _("%(name)s has no licence any more.") % {"name": row.holder.name}
        return _done(request, row.contract, lambda: licences.release(licence=row, person=acting.person), said)
    wanted = request.POST.get("group", "")
    group = Group.objects.filter(contract=row.contract, public_id=_uuid(wanted)).first() if wanted else None
    return _done(
        request,
        row.contract,
        lambda: licences.put_into_group(licence=row, person=acting.person, group=group),
        _("Saved."),
    )


@require_POST
@at_contract("meetings.manage")
def new_group(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    form = GroupForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the group a name."))
        return redirect("meetings-people", contract.public_id)
    data = form.cleaned_data
    return _done(
        request,
        contract,
        lambda: licences.save_group(contract=contract, person=person(request), name=data["name"], rights=data),
        _("The group is there. Put people into it in the list above."),
    )


@require_POST
@customer_required("meetings.manage")
def group(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Change or delete it."""
    acting = acting_of(request)
    rows = Group.objects.filter(contract__organisation=acting.organisation)
    row = get_object_or_404(rows.select_related("contract__plan"), public_id=public_id)
    if request.POST.get("what") == "delete":
        said = _("The group is gone; its people keep their licences.")
        return _done(request, row.contract, lambda: licences.delete_group(group=row, person=acting.person), said)
    given = {right: right in request.POST for right in defaults.RIGHTS}
    name = request.POST.get("name", "")
    return _done(
        request,
        row.contract,
        lambda: licences.save_group(contract=row.contract, person=acting.person, name=name, rights=given, group=row),
        _("Saved."),
    )


@for_administrators
def setup(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """Room defaults, branding and embedding: three forms, each saved for itself."""
    space = queries.space_of(contract)
    kept = space.settings if space else {}
    usual = defaults.of_contract(space)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    if what and not allows(request, "meetings.manage"):
        raise Http404
    forms = _forms(request, contract, what, kept, usual)
    if what in forms and forms[what].is_valid():
        try:
            _save(contract, request, what, forms[what].cleaned_data)
        except NotPossible as error:
            forms[what].add_error(ERRORS_AT[what], str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("meetings-settings", contract.public_id)
    context = tabs(request, contract) | {
        "forms": forms,
        "brand": branding.of(contract, space),
        "example": Meeting.objects.filter(
            contract=contract, kind=Meeting.Kind.PERSONAL, cancelled_at__isnull=True
        ).first(),
        "address": config.value("MUSUBU_ADDRESS"),
    }
    return render(request, "meetings/settings.html", context)


ERRORS_AT = {"defaults": None, "brand": "colour", "origins": "origins"}


def _forms(request: HttpRequest, contract: Contract, what: str, kept: Any, usual: dict[str, Any]) -> dict[str, Any]:
    def sent(name: str) -> Any:
        return request.POST if what == name else None

    numbers = {key: usual[key] for key in NUMBERS}
    most = int(contract.plan.limits.get("capacity", 1_000))
    return {
        "defaults": DefaultsForm(sent("defaults"), most_people=most, initial=setting_initial(usual) | numbers),
        "brand": BrandForm(
            sent("brand"), request.FILES if what == "brand" else None, initial={"colour": kept.get("colour", "")}
        ),
        "origins": OriginsForm(sent("origins"), initial={"origins": "\n".join(kept.get("origins", []))}),
    }


def _save(contract: Contract, request: HttpRequest, what: str, data: dict[str, Any]) -> None:
    who = person(request)
    if what == "defaults":
        values = setting_values(data) | {key: data[key] for key in NUMBERS}
        settings.set_defaults(contract=contract, person=who, values=values)
    elif what == "brand":
        logo = data["logo"].read(pictures.LARGEST + 1) if data["logo"] else None
        settings.set_branding(
            contract=contract, person=who, colour=data["colour"], logo=logo, remove_logo=data["remove_logo"]
        )
    else:
        settings.set_origins(contract=contract, person=who, typed=data["origins"])


@for_administrators
def running(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """What runs now, with who is there. Staff see how many people there are, not what they call their meeting."""
    sittings = queries.running(Meeting.objects.filter(contract=contract))
    return render(request, "meetings/running.html", tabs(request, contract) | {"sittings": sittings})


@staff_required("meetings.read")
def all_running(request: HttpRequest) -> HttpResponseBase:
    """Everything that runs at the provider, and how its contracts use their licences."""
    acting = acting_of(request)
    contracts = Contract.objects.filter(provider=acting.provider, service=queries.SERVICE).exclude(
        state=Contract.State.ENDED
    )
    rows = contracts.select_related("organisation", "plan").order_by("organisation__name", "number")
    context = {
        "sittings": queries.running(Meeting.objects.filter(provider=acting.provider)),
        "contracts": [(row, queries.licences(row).count(), queries.bought(row)) for row in rows],
    }
    return render(request, "meetings/staff.html", context)


def logo(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """The contractor's logo: public, as it stands on pages for guests. A picture that can do nothing."""
    contract = get_object_or_404(Contract, public_id=public_id, service=queries.SERVICE)
    found = branding.file_of(contract, queries.space_of(contract))
    if found is None:
        raise Http404
    response = HttpResponse(found[0], content_type=found[1])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=86400"
    embedding.fence(response)
    return response


def brand_css(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """The contractor's colour as a token, lighter on dark pages so that it can be read; empty where they have none."""
    contract = get_object_or_404(Contract, public_id=public_id, service=queries.SERVICE)
    colour = branding.of(contract, queries.space_of(contract))["colour"]
    light = f"{{--color-primary:{colour};--color-primary-content:#fff}}"
    dark = f"{{--color-primary:color-mix(in srgb,{colour} 40%,#fff);--color-primary-content:#0b1826}}"
    text = (
        f":root{light}:root[data-theme=musubu-dark]{dark}@media(prefers-color-scheme:dark){{:root:not([data-theme]){dark}}}"
        if colour
        else ""
    )
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response
