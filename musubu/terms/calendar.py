"""Days in Tokyo: business days, bank days, and "one month after" (Civil Code art. 140 to 143)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

DAY = timedelta(days=1)
MIDNIGHT = time()


def at_midnight(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, MIDNIGHT)


def month_first(day: date) -> date:
    return day.replace(day=1)


def month_last(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def next_month_first(day: date) -> date:
    return month_last(day) + DAY


def months_after(day: date, months: int) -> date:
    """The corresponding day so many months later (negative: earlier); where the month has no such day,
    its last day (Civil Code art. 143 (2))."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, months: int) -> date:
    """The day numbered as `day`, so many months earlier, or that month's last day."""
    return months_after(day, -months)


def period_end(first: date, months: int) -> date:
    """Last day of a period of months that begins at midnight of `first` (Civil Code art. 143): the day before
    the corresponding day, or the month's last day where there is none."""
    end = months_after(first, months)
    return end if end.day != first.day else end - DAY


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    import jpholiday

    return frozenset(day for day, _ in jpholiday.year_holidays(year))


def is_holiday(day: date) -> bool:
    """A national holiday of Japan."""
    return day in _holidays(day.year)


def is_business_day(day: date, closed: Container[date] = ()) -> bool:
    """Not a Saturday, Sunday, public holiday, or one of the provider's closed days."""
    return day.weekday() < 5 and day not in closed and not is_holiday(day)


def is_bank_day(day: date) -> bool:
    """Banks also close from 31 December to 3 January (Banking Act enforcement order, art. 5)."""
    if (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}:
        return False
    return day.weekday() < 5 and not is_holiday(day)


def business_day_on_or_before(day: date, closed: Container[date] = ()) -> date:
    while not is_business_day(day, closed):
        day -= DAY
    return day


def bank_day_on_or_before(day: date) -> date:
    while not is_bank_day(day):
        day -= DAY
    return day


def bank_day_on_or_after(day: date) -> date:
    while not is_bank_day(day):
        day += DAY
    return day


def business_days_before(day: date, count: int, closed: Container[date] = ()) -> date:
    """The business day that lies `count` business days before `day`, which itself is not counted."""
    while count:
        day -= DAY
        count -= is_business_day(day, closed)
    return day


def months_between(first: date, last: date) -> Iterator[date]:
    """First days of the calendar months from that of `first` to that of `last`."""
    day = month_first(first)
    while day <= last:
        yield day
        day = next_month_first(day)
