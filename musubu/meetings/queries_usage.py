"""How much was met: by day or month, for one contract or all of a provider's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import queries
from musubu.meetings.models import Attendance, Recording, Sitting
from musubu.parties.models import Provider

MOST_DAYS = 62  # longer periods are told by month


@dataclass
class Line:
    """A day or month: sittings, minutes of all people together, how many people came, the most at once."""

    begin: date
    by_month: bool
    meetings: int = 0
    minutes: int = 0
    people: int = 0
    peak: int = 0
    guests: int = 0
    phones: int = 0

    @property
    def label(self) -> str:
        return self.begin.strftime("%Y-%m" if self.by_month else "%Y-%m-%d")


@dataclass
class Usage:
    lines: list[Line] = field(default_factory=list)
    meetings: int = 0
    minutes: int = 0
    people: int = 0
    licences: int = 0
    bought: int = 0
    recorded_bytes: int = 0


def of(contracts: list[Contract], since: date, until: date) -> Usage:
    """Of some contracts, from one day to another, both included."""
    found = Usage()
    lines = {line.begin: line for line in _empty(since, until)}
    by_month = (until - since).days > MOST_DAYS
    begin = datetime.combine(since, datetime.min.time(), clock.TOKYO)
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), clock.TOKYO)
    own = {"meeting__contract__in": contracts, "started_at__gte": begin, "started_at__lt": end}
    now = clock.now()
    for row in Sitting.objects.filter(**own).only("started_at", "peak"):
        line = lines[_day(row.started_at, by_month)]
        line.meetings += 1
        line.peak = max(line.peak, row.peak)
    there = Attendance.objects.filter(**{f"sitting__{name}": value for name, value in own.items()})
    for started, joined, left, kind in there.values_list("sitting__started_at", "joined_at", "left_at", "kind"):
        line = lines[_day(started, by_month)]
        line.people += 1
        line.minutes += max(0, round(((left or now) - joined).total_seconds() / 60))
        line.guests += kind == Attendance.Kind.GUEST
        line.phones += kind == Attendance.Kind.PHONE
    found.lines = list(lines.values())
    for name in ("meetings", "minutes", "people"):
        setattr(found, name, sum(getattr(line, name) for line in found.lines))
    found.licences = sum(queries.licences(one).count() for one in contracts)
    found.bought = sum(queries.bought(one) for one in contracts)
    kept = Recording.objects.filter(contract__in=contracts).exclude(state=Recording.State.DELETED)
    found.recorded_bytes = sum(kept.values_list("bytes", flat=True))
    return found


def _day(moment: datetime, by_month: bool) -> date:
    day = moment.astimezone(clock.TOKYO).date()
    return day.replace(day=1) if by_month else day


def _empty(since: date, until: date) -> list[Line]:
    by_month = (until - since).days > MOST_DAYS
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [Line(day, by_month) for day in dict.fromkeys(day.replace(day=1) if by_month else day for day in days)]


def contracts_of(provider: Provider) -> list[Contract]:
    """All meeting contracts of a provider that are not over."""
    rows = Contract.objects.filter(provider=provider, service=queries.SERVICE).exclude(state=Contract.State.ENDED)
    return list(rows.select_related("plan", "organisation").order_by("number"))
