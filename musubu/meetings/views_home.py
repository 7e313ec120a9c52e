"""The service's first page: what is on today, starting at once, one's own room, and the way to everything else."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.contracts.models import Contract
from musubu.contracts.views_contract import closed, visible
from musubu.meetings import dates, defaults, entries, feeds, naming, queries, wording
from musubu.meetings.actions import planning
from musubu.meetings.models import Meeting
from musubu.meetings.views_gate import allows, at_contract, person
from musubu.parties.decorators import acting_of, customer_required, member_required
from musubu.refusals import NotPossible

SOON = timedelta(days=14)


def tabs(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    """What the line of tabs on every page of the service needs."""
    staff = bool(acting_of(request).is_staff)
    return {"contract": contract, "manages": staff or allows(request, "meetings.manage"), "reads_only": staff}


@customer_required("meetings.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """From the menu: straight to the only contract's first page, else a choice."""
    rows = list(queries.contracts_of(acting_of(request).organisation))
    live = [row for row in rows if row.state != Contract.State.ENDED] or rows
    if len(live) == 1:
        return redirect("meetings-first-page", live[0].public_id)
    return render(request, "meetings/choose.html", {"contracts": live})


@member_required("contracts.read")
def first_page(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Meetings of one contract. Staff of the provider land on what runs now."""
    acting = acting_of(request)
    contract = visible(acting).filter(public_id=public_id, service=queries.SERVICE).first()
    if contract is None:
        raise Http404
    if acting.is_staff:
        return redirect("meetings-running", contract.public_id)
    return closed(request, contract) or render(request, "meetings/home.html", _home(request, contract))


def _home(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    who, now = person(request), clock.now()
    own = queries.concerning(queries.of_contract(contract), who)
    running = {sitting.meeting_id for sitting in queries.running(queries.visible(contract, who))}
    found = dates.marked(dates.of_all(queries.planned_between(own, now, now + SOON), now, now + SOON), running)
    midnight = datetime.combine(clock.today() + timedelta(days=1), time(0), clock.TOKYO)
    licence = queries.licence_of(contract, who)
    rights = defaults.rights(licence)
    room = planning.personal_room(contract=contract, person=who) if rights["plan"] else None
    return tabs(request, contract) | {
        "today": [one for one in found if one.starts_at < midnight],
        "next": [one for one in found if one.starts_at >= midnight][:8],
        "licence": licence,
        "rights": rights,
        "room": room,
        "room_text": wording.invitation(room) if room else "",
        "running": running,
        "feed": feeds.address(feeds.of(who, contract.organisation)),
    }


@require_POST
@at_contract("meetings.use")
def start(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """A meeting at once, and into its room."""
    try:
        meeting = planning.start_now(contract=contract, person=person(request), title=request.POST.get("title", ""))
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("meetings-first-page", contract.public_id)
    return redirect(naming.path(meeting))


@require_POST
@at_contract("meetings.use")
def renew_feed(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    feeds.renew(person(request), contract.organisation)
    messages.success(request, _("The calendar has a new address; the old one opens nothing any more."))
    return redirect("meetings-first-page", contract.public_id)


def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar that somebody subscribed to: whoever has its address reads it."""
    row = feeds.find(token)
    if row is None:
        raise Http404
    with clock.standing_at(row.organisation.provider.sandbox_now):
        rows = Meeting.objects.filter(organisation=row.organisation).select_related("host")
        since, until = entries.horizon(clock.now())
        rows = queries.planned_between(queries.concerning(rows, row.person), since, until)
        content = entries.feed(row.person, rows.prefetch_related("moved_dates"), row.organisation.name)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    return response
