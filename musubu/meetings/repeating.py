"""On which days a repeated meeting takes place: a person's choice, its RRULE (RFC 5545), and the dates that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil import rrule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY}
SAFE_DAY = 28  # the last day that every month has
MOST_DATES = 10_000  # of a series without end: 27 years of every day


class RuleError(ValueError):
    """Not a rule that we write."""


@dataclass(frozen=True)
class Repetition:
    """Every so many days, weeks or months. A monthly meeting keeps the day of the month or the weekday of its first
    date. It ends after `count` dates, or with the day `until`, or not at all."""

    frequency: str  # daily | weekly | monthly
    every: int = 1
    days: tuple[str, ...] = ()  # of a weekly one: MO … SU; none: the first date's
    by_weekday: bool = False  # of a monthly one: "second Tuesday" instead of "the 10th"
    count: int | None = None
    until: date | None = None

    def rule(self, first: datetime, zone: str) -> str:
        """The RRULE of a series whose first date is `first`, local time of the zone."""
        parts = [f"FREQ={self.frequency.upper()}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.frequency == "weekly":
            days = [one for one in DAYS if one in self.days] or [DAYS[first.weekday()]]
            parts.append("BYDAY=" + ",".join(days))
        if self.frequency == "monthly":
            parts.append(_month_part(first, self.by_weekday))
        if self.count:
            parts.append(f"COUNT={self.count}")
        elif self.until:
            last = datetime.combine(self.until, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
            parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
        return ";".join(parts)


def _month_part(first: datetime, by_weekday: bool) -> str:
    """The 31st means the last day where a month is shorter: a rule by the plain day would leave such months out."""
    if by_weekday:
        place = (first.day - 1) // 7 + 1
        return f"BYDAY={place if place < 5 else -1}{DAYS[first.weekday()]}"
    if first.day <= SAFE_DAY:
        return f"BYMONTHDAY={first.day}"
    return f"BYMONTHDAY={','.join(str(day) for day in range(SAFE_DAY, first.day + 1))};BYSETPOS=-1"


def read(rule: str, zone: str) -> Repetition:
    """The choice behind a rule that `Repetition.rule` wrote. Raises RuleError."""
    try:
        parts = dict(one.split("=", 1) for one in rule.split(";"))
        frequency = parts["FREQ"].lower()
        days = tuple(parts.get("BYDAY", "").split(",")) if frequency == "weekly" else ()
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if "UNTIL" in parts else None
        found = Repetition(
            frequency,
            int(parts.get("INTERVAL", 1)),
            days,
            frequency == "monthly" and "BYDAY" in parts,
            int(parts["COUNT"]) if "COUNT" in parts else None,
            until.astimezone(ZoneInfo(zone)).date() if until else None,
        )
    except (KeyError, ValueError) as error:
        raise RuleError(rule) from error
    if frequency not in FREQUENCIES or not set(days) <= set(DAYS):
        raise RuleError(rule)
    return found


def before(rule: str, first: datetime, zone: str, moment: datetime) -> list[datetime]:
    """The dates of a rule that lie before a moment."""
    return list(takewhile(lambda one: one < moment, dates(rule, first, zone)))


def ending_before(rule: str, first: datetime, zone: str, moment: datetime) -> str:
    """The same rule, over before a moment; there must be a date before it."""
    last = before(rule, first, zone, moment)[-1]
    shorter = replace(read(rule, zone), count=None, until=last.date())
    return shorter.rule(first.astimezone(ZoneInfo(zone)), zone)


def from_then_on(rule: str, first: datetime, zone: str, moment: datetime) -> Repetition:
    """What is left of a choice from a moment on."""
    found = read(rule, zone)
    return replace(found, count=found.count - len(before(rule, first, zone, moment)) if found.count else None)


def dates(rule: str, first: datetime, zone: str) -> Iterator[datetime]:
    """Aware moments of a rule, from the first date on. Counted in local time, so that ten o'clock stays ten o'clock
    where clocks are set forward."""
    found = read(rule, zone)
    place = ZoneInfo(zone)
    local = first.astimezone(place).replace(tzinfo=None)
    month: dict[str, object] = {}
    if found.frequency == "weekly":
        month["byweekday"] = [DAYS.index(day) for day in found.days]
    elif found.by_weekday:
        week = (local.day - 1) // 7 + 1
        month["byweekday"] = rrule.weekday(local.weekday(), week if week < 5 else -1)
    elif found.frequency == "monthly" and local.day > SAFE_DAY:
        month |= {"bymonthday": range(SAFE_DAY, local.day + 1), "bysetpos": -1}
    until = datetime.combine(found.until, time.max) if found.until else None
    series = rrule.rrule(
        FREQUENCIES[found.frequency], dtstart=local, interval=found.every, count=found.count, until=until, **month
    )
    for one in series:
        yield one.replace(tzinfo=place)
