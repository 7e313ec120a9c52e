"""What must hold for every contract and every sequence of events."""

from __future__ import annotations

import calendar as slow
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from musubu import terms
from musubu.terms import calendar, money
from musubu.terms.calendar import at_midnight

START = datetime(2026, 1, 5, 10)
AFTER_THE_END = {
    "paid", "balance.kept", "deposit.received",  # what the clauses still let happen once a contract has ended
    "invoice.issued", "debit", "interest", "short-payment", "deposit.applied", "data.deleted", "charge", "refund",
    "credit", "claim.refused", "video.deleted", "resumed",
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "cancel": {},
    "stop-renewal": {},
    "pay": {},
    "suspend": {"clause": "X"},
    "lift": {},
    "terminate": {"clause": "X"},
    "change-terms": {"disadvantageous": True, "effective": date(2027, 6, 30)},
    "plan-maintenance": {"starts": datetime(2027, 5, 1, 1)},
}


@st.composite
def lives(draw: st.DrawFn) -> tuple[str, dict[str, Any], list[terms.Event]]:
    service = draw(st.sampled_from(terms.SERVICES))
    contract: dict[str, Any] = {
        "monthly_fee": draw(st.integers(1, 300_000)),
        "initial_fee": draw(st.integers(0, 10_000)),
        "options": draw(st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 999), max_size=2)),
        "payment": draw(st.sampled_from(["transfer", "debit"])),
        "months": draw(st.integers(1, 12)) if service in ("videog", "learno") else 1,
    }
    start = START + timedelta(days=draw(st.integers(0, 60)))
    events = [terms.Event(start, "concluded")]
    for _ in range(draw(st.integers(0, 8))):
        at = events[-1].at + timedelta(hours=draw(st.integers(1, 2500)), microseconds=1)
        what = draw(st.sampled_from(sorted(KINDS)))
        data = {"amount": draw(st.integers(1, 400_000))} if what == "pay" and draw(st.booleans()) else KINDS[what]
        events.append(terms.Event(at, what, data))
    return service, contract, events


UNTIL = datetime(2027, 12, 31)


def told(played: terms.Played) -> list[tuple[Any, ...]]:
    return [(o.n, o.at, o.what, o.clause, dict(o.data)) for o in played.outcomes]


@settings(max_examples=60, deadline=None)
@given(lives())
def test_replay_equals_step_by_step(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    whole = told(terms.play(terms.load(service), contract, events, UNTIL))
    for count in range(1, len(events) + 1):
        until = events[count].at - timedelta(microseconds=1) if count < len(events) else UNTIL
        part = told(terms.play(terms.load(service), contract, events[:count], until))
        assert whole[: len(part)] == part


@settings(max_examples=60, deadline=None)
@given(lives())
def test_a_later_event_changes_no_earlier_outcome(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    without = told(terms.play(terms.load(service), contract, events[:-1], events[-1].at - timedelta(microseconds=1)))
    assert told(terms.play(terms.load(service), contract, events, UNTIL))[: len(without)] == without


@settings(max_examples=60, deadline=None)
@given(lives())
def test_clauses_amounts_and_the_end(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    loaded = terms.load(service)
    ended = None
    for outcome in terms.play(loaded, contract, events, UNTIL).outcomes:
        assert outcome.clause in loaded.clauses or outcome.clause == "X"
        for key in ("amount", "subtotal", "tax", "total"):
            assert outcome.data.get(key, 0) >= 0
        if ended and outcome.at >= ended:
            assert outcome.what in AFTER_THE_END, outcome
        if outcome.what == "contract.ends":
            ended = outcome.at


@settings(max_examples=60, deadline=None)
@given(lives())
def test_every_yen_charged_is_invoiced_once(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    outcomes = terms.play(terms.load(service), contract, events, UNTIL + timedelta(days=70)).outcomes
    charged = sum(o.data["amount"] for o in outcomes if o.what == "charge" and o.at <= UNTIL)
    invoiced = sum(o.data["subtotal"] for o in outcomes if o.what == "invoice.issued")
    later = sum(o.data["amount"] for o in outcomes if o.what == "charge" and o.at > UNTIL)
    assert charged <= invoiced <= charged + later


def slow_months_after(day: date, months: int) -> date:
    year, month = day.year, day.month
    step = 1 if months > 0 else -1
    for _ in range(abs(months)):
        month += step
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    last = slow.monthrange(year, month)[1]
    return date(year, month, min(day.day, last))


def test_every_date_function_over_thirty_years() -> None:
    day = date(2010, 1, 1)
    while day < date(2040, 1, 1):
        last = day
        while (last + timedelta(days=1)).month == day.month:
            last += timedelta(days=1)
        assert calendar.month_last(day) == last
        assert calendar.next_month_first(day) == last + timedelta(days=1)
        assert calendar.days_in_month(day) == last.day
        assert calendar.month_first(day).day == 1
        for months in (1, 2, 6, 12):
            assert calendar.months_after(day, months) == slow_months_after(day, months)
            assert calendar.months_before(day, months) == slow_months_after(day, -months)
            corresponding = slow_months_after(day, months)
            expected = corresponding - timedelta(days=1) if corresponding.day == day.day else corresponding
            assert calendar.period_end(day, months) == expected
        assert calendar.business_day_on_or_before(day) <= day <= calendar.bank_day_on_or_after(day)
        assert calendar.is_business_day(calendar.business_day_on_or_before(day))
        assert calendar.is_bank_day(calendar.bank_day_on_or_before(day))
        day += timedelta(days=1)


def test_business_days_are_counted_one_by_one() -> None:
    day = date(2026, 1, 1)
    for _ in range(700):
        found, counted, walk = calendar.business_days_before(day, 5), 0, day
        while counted < 5:
            walk -= timedelta(days=1)
            counted += walk.weekday() < 5 and not calendar.is_holiday(walk)
        assert found == walk
        day += timedelta(days=1)


def test_the_civil_codes_own_examples() -> None:
    """Civil Code art. 140 to 143."""
    assert calendar.period_end(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.period_end(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert calendar.period_end(date(2026, 1, 1), 2) == date(2026, 2, 28)
    assert calendar.period_end(date(2026, 1, 20), 2) == date(2026, 3, 19)
    # from 8 March 13:00 three months: the first day is not counted
    assert calendar.period_end(date(2026, 3, 8) + timedelta(days=1), 3) == date(2026, 6, 8)
    assert at_midnight(date(2026, 3, 8)) == datetime(2026, 3, 8)


@given(st.integers(0, 10**9), st.integers(1, 4000), st.sampled_from(["14.6", "14.5", "0.1"]))
def test_interest_is_exact(unpaid: int, days: int, rate: str) -> None:
    tenths = int(rate.replace(".", ""))
    assert money.late_interest(unpaid, rate, days) == unpaid * tenths * days // 365_000


def test_396_yen_not_395() -> None:
    assert money.late_interest(110_000, "14.6", 9) == 396


@given(st.integers(0, 10**9), st.sampled_from([5, 8, 10]))
def test_tax_rounds_once_in_its_direction(net: int, rate: int) -> None:
    assert money.tax(net, rate, "down") == net * rate // 100
    assert money.tax(net, rate, "up") == -(-net * rate // 100)


def test_the_tax_rate_by_date() -> None:
    assert [money.tax_rate(date(y, m, 1)) for y, m in ((1988, 1), (1997, 4), (2014, 4), (2019, 9), (2019, 10))] == [
        0,
        5,
        8,
        8,
        10,
    ]
