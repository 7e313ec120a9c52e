"""Lists of meetings: what comes, what was, what was cancelled; and the month as a calendar."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import dates, queries, wording
from musubu.meetings.dates import Occurrence
from musubu.meetings.models import Meeting, Sitting
from musubu.meetings.templatetags.meeting_words import minutes_of
from musubu.meetings.views_gate import allows, at_contract, person
from musubu.meetings.views_home import tabs
from musubu.tables import Column, Table, csv_file

AHEAD = timedelta(days=92)
PAGE = 30
PAST = [
    Column(gettext_lazy("Began"), lambda one: one.started_at.astimezone(clock.TOKYO).isoformat(timespec="minutes"), "started_at"),
    Column(gettext_lazy("Title"), lambda one: one.meeting.title, "meeting__title"),
    Column(gettext_lazy("Host"), lambda one: one.meeting.host.name, "meeting__host__name"),
    Column(gettext_lazy("Minutes"), minutes_of, ""),
    Column(gettext_lazy("People at once"), lambda one: one.peak, "peak"),
]  # fmt: skip


def _rows(request: HttpRequest, contract: Contract) -> tuple[QuerySet[Meeting], bool, str]:
    """What is listed: one's own, or for administrators on their wish all; filtered by the search."""
    everybody = allows(request, "meetings.manage") and request.GET.get("whose") == "all"
    rows = queries.of_contract(contract)
    rows = rows if everybody else queries.concerning(rows, person(request))
    text = request.GET.get("q", "").strip()
    if text:
        found = Q(title__icontains=text) | Q(host__name__icontains=text) | Q(agenda__icontains=text)
        if digits := "".join(one for one in text if one.isdigit()):
            found |= Q(number__contains=digits)
        rows = rows.filter(found)
    return rows, everybody, text


@at_contract("meetings.read")
def listing(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    rows, everybody, text = _rows(request, contract)
    show = request.GET.get("show", "upcoming")
    context = tabs(request, contract) | {"everybody": everybody, "q": text, "show": show}
    if show == "past":
        sittings = Sitting.objects.filter(meeting__in=rows, ended_at__isnull=False).select_related("meeting__host")
        table = Table(request, sittings.order_by("-started_at"), PAST)
        if request.GET.get("format") == "csv":
            return table.csv("meetings")
        return render(request, "meetings/past.html", context | {"table": table, "page": table.page})
    if show == "cancelled":
        gone = rows.filter(cancelled_at__isnull=False).exclude(kind=Meeting.Kind.PERSONAL).order_by("-cancelled_at")
        return render(
            request,
            "meetings/cancelled.html",
            context | {"page": Paginator(gone, PAGE).get_page(request.GET.get("page"))},
        )
    now = clock.now()
    found = dates.of_all(queries.planned_between(rows, now, now + AHEAD), now, now + AHEAD)
    if request.GET.get("format") == "csv":
        return _csv(found)
    return render(
        request, "meetings/list.html", context | {"page": Paginator(found, PAGE).get_page(request.GET.get("page"))}
    )


def _csv(found: list[Occurrence]) -> HttpResponseBase:
    heading = [_("When"), _("Title"), _("Host"), _("Repeats"), _("Number")]
    cells = [
        [one.starts_at.astimezone(clock.TOKYO).isoformat(timespec="minutes"), one.meeting.title, one.meeting.host.name,
         wording.rule(one.meeting), one.meeting.number]
        for one in found
    ]  # fmt: skip
    return csv_file("meetings", heading, cells)


@dataclass(frozen=True)
class Day:
    """One field of the month."""

    day: date
    inside: bool
    today: bool
    occurrences: list[Occurrence]


@at_contract("meetings.read")
def month(request: HttpRequest, contract: Contract) -> HttpResponseBase:
    """A month, its weeks from Sunday as calendars in Japan have them."""
    rows, everybody, _text = _rows(request, contract)
    first = _asked(request.GET.get("month", ""))
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(first.year, first.month)
    since, until = _midnight(weeks[0][0]), _midnight(weeks[-1][-1] + timedelta(days=1))
    found = dates.of_all(queries.planned_between(rows, since, until), since, until)
    by_day: dict[date, list[Occurrence]] = {}
    for one in found:
        by_day.setdefault(one.starts_at.astimezone(clock.TOKYO).date(), []).append(one)
    today = clock.today()
    names = wording.WEEKDAYS[wording.language()]
    context: dict[str, Any] = tabs(request, contract) | {
        "everybody": everybody,
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": (first + timedelta(days=32)).replace(day=1),
        "weekdays": (names[-1], *names[:-1]),
        "weeks": [
            [Day(day, day.month == first.month, day == today, by_day.get(day, [])) for day in week] for week in weeks
        ],
    }
    return render(request, "meetings/month.html", context)


def _asked(month: str) -> date:
    """The month that was asked for as 2026-04, else the running one."""
    try:
        found = datetime.strptime(month, "%Y-%m").date()
        return found if 2000 <= found.year <= 2100 else clock.today().replace(day=1)
    except ValueError:
        return clock.today().replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.TOKYO)
