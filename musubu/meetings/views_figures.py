"""Usage and quality: for a contract's administrators and the provider's staff."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import bars, queries_quality, queries_usage
from musubu.meetings.views_gate import for_administrators, may_change, person
from musubu.meetings.views_home import tabs
from musubu.meetings.views_sitting import at_sitting
from musubu.parties.decorators import acting_of, staff_required
from musubu.tables import csv_file

USUAL = 30  # days
MOST = 400


def _period(request: HttpRequest) -> tuple[date, date]:
    """The days asked for; the last thirty where none or nonsense was."""
    until = _day(request.GET.get("to")) or clock.today()
    since = _day(request.GET.get("from")) or until - timedelta(days=USUAL - 1)
    if since > until:
        since, until = until, since
    return max(since, until - timedelta(days=MOST)), until


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _usage(contracts: list[Contract], since: date, until: date) -> dict[str, Any]:
    found = queries_usage.of(contracts, since, until)
    return {
        "usage": found,
        "since": since,
        "until": until,
        "chart": bars.drawn([(line.label, line.minutes) for line in found.lines]),
    }


def _usage_csv(found: queries_usage.Usage) -> HttpResponseBase:
    heading = [
        _("Day"),
        _("Meetings held"),
        _("Minutes of all people"),
        _("People who came"),
        _("Guests"),
        _("Telephones"),
        _("People at once"),
    ]
    rows = [[one.label, one.meetings, one.minutes, one.people, one.guests, one.phones, one.peak] for one in found.lines]
    return csv_file("meetings-usage", heading, rows)


@for_administrators
def usage(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    context = tabs(request, contract) | _usage([contract], *_period(request))
    if request.GET.get("format") == "csv":
        return _usage_csv(context["usage"])
    return render(request, "meetings/usage.html", context)


@staff_required("meetings.read")
def of_provider(request: HttpRequest) -> HttpResponseBase:
    """All contracts together, and each in a line."""
    acting = acting_of(request)
    contracts, period = queries_usage.contracts_of(acting.provider), _period(request)
    context = _usage(contracts, *period) | {
        "each": [(one, queries_usage.of([one], *period)) for one in contracts[:200]],
        "staff": True,
    }
    if request.GET.get("format") == "csv":
        return _usage_csv(context["usage"])
    return render(request, "meetings/usage.html", context)


@for_administrators
def quality(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    since, until = _period(request)
    begin = datetime.combine(since, datetime.min.time(), clock.TOKYO)
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), clock.TOKYO)
    lines = queries_quality.by_sitting(contract, begin, end)
    staff = acting_of(request).is_staff
    if request.GET.get("format") == "csv":
        heading = [
            _("Began"),
            _("Title"),
            _("People who came"),
            _("Minutes measured"),
            _("Bad minutes"),
            _("First picture (ms)"),
            _("Loss (%)"),
            _("Round trip (ms)"),
            _("Freezes"),
            _("Layer received (0 to 2)"),
            _("Restarts of the media server"),
        ]
        rows = [
            [
                one.sitting.started_at.astimezone(clock.TOKYO).isoformat(timespec="minutes"),
                "" if staff else one.sitting.meeting.title, one.people, one.minutes, one.bad, one.join_ms,
                round(one.loss / 100, 2), one.round_trip, one.freezes, _figure(one.layer, 100), one.restarts,
            ]
            for one in lines
        ]  # fmt: skip
        return csv_file("meetings-quality", heading, rows)
    by_day: dict[str, list[int]] = {}
    for one in sorted(lines, key=lambda line: line.sitting.started_at):
        day = by_day.setdefault(one.sitting.started_at.astimezone(clock.TOKYO).date().isoformat(), [0, 0])
        day[0], day[1] = day[0] + one.bad, day[1] + one.minutes
    chart = bars.drawn([(day, 100 * bad / minutes if minutes else 0) for day, (bad, minutes) in by_day.items()])
    context = tabs(request, contract) | {
        "lines": lines[:200], "since": since, "until": until, "chart": chart,
        "minutes": sum(one.minutes for one in lines), "bad": sum(one.bad for one in lines),
    }  # fmt: skip
    return render(request, "meetings/quality.html", context)


@at_sitting
def of_sitting(request: HttpRequest, sitting: Any) -> HttpResponseBase:
    """Each person of one sitting, the worst first, with the reasons in words; for others than its host only their own."""
    people = queries_quality.people(sitting)
    if not may_change(request, sitting.meeting):  # of the others' lines only the host and administrators learn
        people = [one for one in people if one.person_id == person(request).pk]
    if request.GET.get("format") == "csv":
        heading = [
            _("Name"),
            _("Minutes measured"),
            _("Bad minutes"),
            _("First picture (ms)"),
            _("Loss up (%)"),
            _("Loss down (%)"),
            _("Round trip (ms)"),
            _("Jitter (ms)"),
            _("Freezes"),
            _("Frozen (s)"),
            _("Layer received (0 to 2)"),
            _("Restarts of the media server"),
            _("Why"),
        ]
        rows: list[list[Any]] = [
            [
                one.name, one.minutes, one.bad, one.join_ms, _figure(one.loss_up, 100), _figure(one.loss_down, 100),
                _figure(one.round_trip), _figure(one.jitter), one.freezes, _figure(one.frozen, 1000),
                _figure(one.layer, 100), one.restarts, " / ".join(one.why),
            ]
            for one in people
        ]  # fmt: skip
        return csv_file("meeting-quality", heading, rows)
    context = tabs(request, sitting.meeting.contract) | {
        "sitting": sitting,
        "meeting": sitting.meeting,
        "people": people,
    }
    return render(request, "meetings/sitting_quality.html", context)


def _figure(value: float | None, by: int = 1) -> float | None:
    return None if value is None else round(value / by, 2)
