"""Pages of planning: a new meeting, its own page, one of its dates, cancelling and back, one's own room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import dates, defaults, entries, queries, wording
from musubu.meetings.actions import inviting, planning, preparing, splitting
from musubu.meetings.forms import (
    CopyForm,
    DateForm,
    PersonalForm,
    PlanForm,
    following_initial,
    new_initial,
    planned_initial,
    setting_initial,
    setting_values,
)
from musubu.meetings.models import Meeting
from musubu.meetings.views_gate import allows, at_contract, at_meeting, may_change, person
from musubu.meetings.views_home import tabs
from musubu.parties.models import Person
from musubu.parties.permissions import NotAllowed
from musubu.parties.saying import saying
from musubu.refusals import NotPossible

NEXT_DATES = 12


def _usual(contract: Contract) -> dict[str, Any]:
    return defaults.of_contract(queries.space_of(contract))


def _hosts(request: HttpRequest, contract: Contract) -> list[tuple[str, str]]:
    """Whose meeting it may be: administrators plan for everybody with a licence."""
    if not allows(request, "meetings.manage"):
        return []
    holders = [one.holder for one in queries.licences(contract) if defaults.rights(one)["plan"]]
    holders.sort(key=lambda one: one.pk != person(request).pk)
    return [(str(one.public_id), f"{one.name} ({one.email})") for one in holders]


@at_contract("meetings.use")
def plan(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """A new meeting."""
    hosts = _hosts(request, contract)
    initial = new_initial(_day(request.GET.get("day", "")), get_language() or "ja")
    form = PlanForm(request.POST or None, usual=_usual(contract), hosts=hosts, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            host = _chosen_host(contract, form.cleaned_data.get("host", ""))
            meeting = planning.plan(contract=contract, person=person(request), wish=form.wish(), host=host)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _planned(meeting))
            return redirect("meetings-meeting", meeting.public_id)
    licence = queries.licence_of(contract, person(request))
    may = bool(hosts) or defaults.rights(licence)["plan"]
    return render(request, "meetings/plan.html", tabs(request, contract) | {"form": form, "may": may})


def _planned(meeting: Meeting) -> str:
    count = len(inviting.live(meeting))
    if not count:
        return _("The meeting is planned.")
    return _("The meeting is planned; %(count)s invitation(s) are on their way.") % {"count": count}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _chosen_host(contract: Contract, public_id: str) -> Person | None:
    if not public_id:
        return None
    licence = queries.licences(contract).filter(holder__public_id=public_id).first()
    return licence.holder if licence else None


@at_meeting
def change(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    """The whole meeting, of a series all its dates, or with `from` one date and those that follow."""
    if not may_change(request, meeting):
        raise NotAllowed("meetings.manage")
    if meeting.kind == Meeting.Kind.PERSONAL:
        return redirect("meetings-personal", meeting.contract.public_id)
    if meeting.starts_at is None:
        raise Http404
    first = _occurrence(meeting, request.GET["from"]) if request.GET.get("from") else None
    initial = following_initial(meeting, first.original) if first else planned_initial(meeting)
    form = PlanForm(request.POST or None, usual=_usual(meeting.contract), initial=initial)
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"meeting": meeting, "person": person(request), "wish": form.wish()}
        try:
            if first:
                meeting = splitting.change_following(**told, original=first.original)
            else:
                planning.change(**told)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved; everybody who is invited gets the new invitation."))
            return redirect("meetings-meeting", meeting.public_id)
    context = tabs(request, meeting.contract) | {"form": form, "meeting": meeting, "first": first, "may": True}
    return render(request, "meetings/plan.html", context)


@at_meeting
def meeting(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    """Everything about one meeting."""
    now = clock.now()
    upcoming = dates.of(meeting, now, now + timedelta(days=800), with_left_out=True)
    changes = may_change(request, meeting)
    context = tabs(request, meeting.contract) | {
        "meeting": meeting,
        "may": changes,
        "upcoming": upcoming[:NEXT_DATES],
        "more": len(upcoming) > NEXT_DATES,
        "invitees": inviting.live(meeting),
        "text": wording.invitation(meeting),
        "sitting": queries.running(Meeting.objects.filter(pk=meeting.pk)).first(),
        "past": meeting.sittings.filter(ended_at__isnull=False).order_by("-started_at")[:6],
        "copy": CopyForm(initial=_next_week(meeting)),
        "open": queries.is_open(meeting.contract),
        "prepared_polls": preparing.prepared_polls(meeting) if changes else [],
        "prepared_documents": preparing.prepared_documents(meeting) if changes else [],
    }
    return render(request, "meetings/meeting.html", context)


def _next_week(meeting: Meeting) -> dict[str, Any]:
    start = (meeting.starts_at or clock.now()).astimezone(ZoneInfo(meeting.zone))
    while start <= clock.now():
        start += timedelta(days=7)
    return {"day": start.date(), "at": start.time()}


def _back(request: HttpRequest, meeting: Meeting, act: Any, said: str) -> HttpResponseBase:
    """Do it, say so, and show the meeting again."""
    with saying(request, said):
        act()
    return redirect("meetings-meeting", meeting.public_id)


@require_POST
@at_meeting
def cancel(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    said = _("The meeting is cancelled and everybody who was invited is told. You can bring it back here.")
    return _back(request, meeting, lambda: planning.cancel(meeting=meeting, person=person(request)), said)


@require_POST
@at_meeting
def bring_back(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    said = _("The meeting takes place again; everybody gets the invitation once more.")
    return _back(request, meeting, lambda: planning.bring_back(meeting=meeting, person=person(request)), said)


@require_POST
@at_meeting
def end(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    """End what runs now, for everybody."""
    ended = planning.end(meeting=meeting, person=person(request))
    messages.success(
        request, _("The meeting is being ended for everybody.") if ended else _("It was not running any more.")
    )
    if request.POST.get("next") == "running" and allows(request, "meetings.manage"):
        return redirect("meetings-running", meeting.contract.public_id)
    return redirect("meetings-meeting", meeting.public_id)


@require_POST
@at_meeting
def copy(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    form = CopyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the day and time of the copy."))
        return redirect("meetings-meeting", meeting.public_id)
    data = form.cleaned_data
    starts = datetime.combine(data["day"], data["at"], ZoneInfo(meeting.zone))
    try:
        twin = planning.copy(meeting=meeting, person=person(request), starts_at=starts)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("meetings-meeting", meeting.public_id)
    messages.success(request, _planned(twin))
    return redirect("meetings-meeting", twin.public_id)


@at_meeting
def one_date(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    """Move one date of a series, leave it out, or put it back where the rule has it."""
    if not may_change(request, meeting):
        raise NotAllowed("meetings.manage")
    occurrence = _occurrence(meeting, request.GET.get("of", "") or request.POST.get("of", ""))
    place = ZoneInfo(meeting.zone)
    local = occurrence.starts_at.astimezone(place)
    minutes = round((occurrence.ends_at - occurrence.starts_at).total_seconds() / 60)
    form = DateForm(
        request.POST if request.POST.get("what") == "move" else None,
        initial={"day": local.date(), "at": local.time(), "minutes": minutes},
    )
    what = request.POST.get("what", "") if request.method == "POST" else ""
    act: dict[str, Any] = {"meeting": meeting, "person": person(request), "original": occurrence.original}
    if what == "leave-out":
        said = _("This date does not take place; everybody who is invited is told. You can put it back here.")
        return _back(request, meeting, lambda: planning.move_date(**act, starts_at=None), said)
    if what == "cancel-following":
        said = _("This date and those that follow do not take place; everybody who is invited is told.")
        return _back(request, meeting, lambda: splitting.cancel_following(**act), said)
    if what == "put-back":
        return _back(request, meeting, lambda: planning.put_back_date(**act), _("The date is where the series has it."))
    if what == "move" and form.is_valid():
        data = form.cleaned_data
        starts = datetime.combine(data["day"], data["at"], place)
        said = _("The date has been moved; everybody who is invited is told.")
        return _back(
            request, meeting, lambda: planning.move_date(**act, starts_at=starts, minutes=data["minutes"]), said
        )
    context = tabs(request, meeting.contract) | {
        "meeting": meeting, "occurrence": occurrence, "form": form, "is_first": occurrence.original == meeting.starts_at,
    }  # fmt: skip
    return render(request, "meetings/date.html", context)


def _occurrence(meeting: Meeting, text: str) -> dates.Occurrence:
    """The date that the address names by where the rule puts it."""
    try:
        original = datetime.fromisoformat(text)
        known = original.tzinfo is not None and bool(meeting.rule) and dates.is_date_of(meeting, original)
    except (ValueError, OverflowError):
        raise Http404 from None
    if not known:
        raise Http404
    far = timedelta(days=800)
    found = dates.of(meeting, original - far, original + far, with_left_out=True)
    return next(one for one in found if one.original == original)


@at_meeting
def download(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    """The meeting as a calendar entry, to add by hand."""
    if meeting.starts_at is None:
        raise Http404
    response = HttpResponse(
        entries.download(meeting, wording.how_to_join(meeting)), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="meeting-{meeting.number}.ics"'
    return response


@at_contract("meetings.use")
def personal(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """One's own room: name, number, pass code, settings."""
    try:
        room = planning.personal_room(contract=contract, person=person(request))
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("meetings-first-page", contract.public_id)
    initial = {"title": room.title, "number": room.number} | setting_initial(room.settings)
    form = PersonalForm(request.POST or None, usual=_usual(contract), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        renew = [one for one in request.POST.getlist("renew") if one in ("link", "number", "pass-code")]
        try:
            planning.change_personal_room(
                meeting=room, person=person(request), title=data["title"], settings=setting_values(data),
                number=data["number"], renew=renew,
            )  # fmt: skip
        except NotPossible as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("meetings-personal", contract.public_id)
    context = tabs(request, contract) | {"form": form, "room": room, "text": wording.invitation(room)}
    return render(request, "meetings/personal.html", context)
