"""Periods with a gap, an overlap or a day without a value are refused with their place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from musubu.terms import dated, money


def rows(*spans: tuple[int, int | None]) -> list[dated.Dated]:
    """Periods in May 2026 by their days."""
    return [dated.Dated(date(2026, 5, first), date(2026, 5, last) if last else None, first) for first, last in spans]


@pytest.mark.parametrize(
    ("spans", "kind", "place", "first"),
    [
        ([(1, 5), (7, None)], "gap", 2, 6),
        ([(1, 5), (5, None)], "overlap", 2, 5),
        ([(1, 5), (6, 4)], "backwards", 2, 6),
        ([(1, None), (6, None)], "after-the-end", 2, 6),
        ([(1, 5), (6, 9), (11, 12)], "gap", 3, 10),
    ],
)
def test_the_wrong_place_is_named(spans: list[tuple[int, int | None]], kind: str, place: int, first: int) -> None:
    with pytest.raises(dated.DatedError) as caught:
        dated.checked(rows(*spans))
    assert (caught.value.kind, caught.value.place, caught.value.first.day) == (kind, place, first)


def test_a_day_without_a_value_is_named() -> None:
    table = dated.checked(rows((3, 5), (6, 9)))
    for day in (2, 10):
        with pytest.raises(dated.DatedError, match=f"missing 2026-05-{day:02}"):
            dated.on(table, date(2026, 5, day))
    with pytest.raises(dated.DatedError, match="1899"):
        money.tax_rate(date(1899, 12, 31))


@given(some.lists(some.integers(1, 40), min_size=1, max_size=8), some.integers(0, 400))
def test_each_day_has_the_value_of_its_period(lengths: list[int], ahead: int) -> None:
    first, periods = date(2026, 1, 1), []
    for value, length in enumerate(lengths):
        last = date.fromordinal(first.toordinal() + length - 1)
        periods.append(dated.Dated(first, last, value))
        first = date.fromordinal(last.toordinal() + 1)
    periods.append(dated.Dated(first, None, len(lengths)))
    day = date.fromordinal(date(2026, 1, 1).toordinal() + ahead)
    slow = next(one.value for one in periods if one.first <= day and (one.last is None or day <= one.last))
    assert dated.on(dated.checked(periods), day) == slow
