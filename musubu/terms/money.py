"""Whole yen. Rates are decimal text, products are exact, and each rounding names its direction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from musubu.terms import dated

TAX_RATES = dated.checked((  # Consumption Tax Act and its amendments: the standard rate in per cent
    dated.Dated(date(1900, 1, 1), date(1989, 3, 31), 0),
    dated.Dated(date(1989, 4, 1), date(1997, 3, 31), 3),
    dated.Dated(date(1997, 4, 1), date(2014, 3, 31), 5),
    dated.Dated(date(2014, 4, 1), date(2019, 9, 30), 8),
    dated.Dated(date(2019, 10, 1), None, 10),
))  # fmt: skip


def rounded(amount: Fraction, direction: str) -> int:
    """Whole yen; `direction` is "down" (fractions dropped) or "up"."""
    if direction == "down":
        return amount.numerator // amount.denominator
    return -(-amount.numerator // amount.denominator)


@lru_cache(maxsize=64)
def ratio(rate: str) -> Fraction:
    """A percentage as text, e.g. "14.6", as an exact part of one."""
    return Fraction(Decimal(rate)) / 100


def tax_rate(day: date) -> int:
    """Standard rate of consumption tax in per cent on a day. Raises DatedError where the table has none."""
    return dated.on(TAX_RATES, day)


def tax(net: int, rate: int, direction: str) -> int:
    """Consumption tax on one invoice's total of one rate, rounded once (Enforcement Order art. 70-10)."""
    return rounded(Fraction(net * rate, 100), direction)


def late_interest(unpaid: int, rate: str, days: int, year_days: int = 365) -> int:
    """Interest for so many days at a yearly rate, fractions of a yen dropped: 110,000 at 14.6 % for 9 days is 396."""
    return rounded(unpaid * ratio(rate) * days / year_days, "down")


def part(amount: int, numerator: int, denominator: int, direction: str = "down") -> int:
    """A share of an amount, e.g. 7 of 30 days."""
    return rounded(Fraction(amount * numerator, denominator), direction)
