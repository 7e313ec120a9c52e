"""When support answers, and how fast a fault is mended."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta

from musubu.terms.calendar import is_business_day

SUPPORT = {  # SC-20.1, LN-18.2.2, EX-49
    "simpleconnect": (time(10), time(18)),
    "learno": (time(10), time(17)),
    "exaas": (time(9), time(17)),
}
LEVEL_1_HOURS = (time(10), time(17))  # LN-43: the source gives none, so a provider may set its own


def support_open(service: str, at: datetime, closed: Container[date] = ()) -> bool:
    """Whether the support desk answers at a moment: on business days, from the first hour up to the last."""
    opens, closes = SUPPORT[service]
    return is_business_day(at.date(), closed) and opens <= at.time() < closes


def usable(at: datetime) -> bool:
    """SC-4.2, LN-18.1: 24 hours, every day."""
    return at is not None


def _operations_day(day: date, closed: Container[date]) -> bool:
    """LN-43: closed also from 29 December to 3 January."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return is_business_day(day, closed) and not year_end


def service_level(
    detected: datetime, closed: Container[date] = (), hours: tuple[time, time] = LEVEL_1_HOURS
) -> tuple[int, datetime]:
    """LN-43: (level, recovery target): 1 in the middle of business days, within 6 hours; 2 else, within 24."""
    first = _operations_day(detected.date(), closed) and hours[0] <= detected.time() < hours[1]
    return (1, detected + timedelta(hours=6)) if first else (2, detected + timedelta(hours=24))
