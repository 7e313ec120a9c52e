"""Payments taken back, balances given back, orders called off at random: the books follow the terms, and so does a replay."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from musubu import terms
from musubu.billing import ledger

START = datetime(2026, 1, 5, 10)
UNTIL = datetime(2027, 6, 30)
Life = tuple[str, dict[str, Any], list[terms.Event]]


@some.composite
def lives(draw: some.DrawFn) -> Life:
    service = draw(some.sampled_from(terms.SERVICES))
    contract = {
        "monthly_fee": draw(some.integers(1, 50_000)), "payment": draw(some.sampled_from(["transfer", "debit"])),
    }  # fmt: skip
    kinds = ["pay", "pay", "take-back", "take-back", "give-back"]
    if service == "simpleconnect":
        kinds += ["order-equipment", "cancel-order", "deposit"]
    events = [terms.Event(START, "concluded")]
    for place in range(draw(some.integers(1, 14))):
        at = events[-1].at + timedelta(hours=draw(some.integers(1, 900)))
        what = draw(some.sampled_from(kinds))
        yen = draw(some.integers(1, 120_000))
        data: dict[str, Any] = {
            "pay": {"amount": yen}, "give-back": {"amount": yen},
            "take-back": {"payment": draw(some.integers(1, 5))} | draw(some.sampled_from([{}, {"amount": yen // 3 + 1}])),
            "order-equipment": {"order": str(place), "amount": yen}, "cancel-order": {"order": str(place - 1)},
            "deposit": {"amount": yen, "due": at.date() + timedelta(days=10)},
        }[what]  # fmt: skip
        events.append(terms.Event(at, what, data))
    return service, contract, _possible(service, contract, events)


def _possible(service: str, contract: dict[str, Any], events: list[terms.Event]) -> list[terms.Event]:
    """What the terms refuse never gets into a journal."""
    while True:
        try:
            terms.play(terms.load(service), contract, events, UNTIL)
            return events
        except terms.EventError as error:
            assert error.event is not None
            events = events[: error.event - 1] + events[error.event :]


@settings(max_examples=300, deadline=None)
@given(lives())
def test_books_follow_the_terms(life: Life) -> None:
    service, contract, events = life
    played = terms.play(terms.load(service), contract, events, UNTIL)
    sums, by_invoice = Counter[str](), Counter[int]()
    for outcome in played.outcomes:
        why = [{"key": step.key, "values": dict(step.values)} for step in outcome.why]
        lines = ledger.lines(outcome.what, outcome.data, why)
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)
        for line in lines:
            sums[line.account] += line.debit - line.credit
            if line.account == "receivable":
                by_invoice[line.invoice or 0] += line.debit - line.credit
    state = played.life
    assert all(by_invoice[one.number] == one.unpaid and 0 <= one.unpaid <= one.total for one in state.invoices)
    assert all(0 <= one.from_balance <= one.total for one in state.invoices)
    assert sums["customer-balance"] == -state.balance <= 0 and sums["deposits-held"] == -state.deposit.held <= 0
    came = sum(e.data["amount"] for e in events if e.what == "pay")
    left = [e.data["amount"] for e in events if e.what == "pay"]
    for one in (e.data for e in events if e.what == "take-back"):
        back = one.get("amount", left[one["payment"] - 1])
        assert 0 < back <= left[one["payment"] - 1]
        left[one["payment"] - 1] -= back
    assert sums["bank"] == sum(left) and came >= sum(left)
    assert [one.left for one in state.payments] == left
    assert sums["refunds-payable"] == -sum(e.data["amount"] for e in events if e.what == "give-back")
    moments = [outcome.at for outcome in played.outcomes]
    assert moments == sorted(moments)


@settings(max_examples=100, deadline=None)
@given(lives())
def test_replay_equals_step_by_step(life: Life) -> None:
    service, contract, events = life

    def told(journal: list[terms.Event], until: datetime) -> list[tuple[Any, ...]]:
        played = terms.play(terms.load(service), contract, journal, until)
        return [(one.n, one.at, one.what, dict(one.data)) for one in played.outcomes]

    whole = told(events, UNTIL)
    for count in range(1, len(events)):
        part = told(events[:count], events[count].at - timedelta(microseconds=1))
        assert whole[: len(part)] == part


def test_a_deposit_taken_back_suspends_again() -> None:
    """SC-9.12, SC-9.13"""
    events = [
        terms.Event(START, "concluded"),
        terms.Event(START + timedelta(days=1), "deposit", {"amount": 50_000, "due": date(2026, 1, 10)}),
        terms.Event(START + timedelta(days=2), "pay", {"amount": 50_000}),
        terms.Event(START + timedelta(days=9), "take-back", {"payment": 1}),
    ]
    played = terms.play(terms.load("simpleconnect"), {"monthly_fee": 8_000}, events, START + timedelta(days=10))
    assert [one.what for one in played.outcomes if one.what in ("suspended", "resumed")] == ["suspended"]
    assert played.life.deposit.held == 0 and not played.life.deposit.paid


def test_a_part_taken_back_comes_from_the_balance_first_then_from_the_newest_invoice() -> None:
    """SC-9, SC-10.1"""
    contract = {"monthly_fee": 10_000}
    events = [
        terms.Event(START, "concluded"),  # invoices of 11,000 yen on 13 March and 15 April
        terms.Event(datetime(2026, 4, 20, 9), "pay", {"amount": 25_000}),
        terms.Event(datetime(2026, 4, 21, 9), "take-back", {"payment": 1, "amount": 5_000}),
        terms.Event(datetime(2026, 4, 22, 9), "take-back", {"payment": 1, "amount": 12_000}),
    ]
    until = datetime(2026, 4, 25)
    played = terms.play(terms.load("simpleconnect"), contract, events, until)
    back = [
        (one.data["from"], one.data.get("invoice"), one.data["amount"])
        for one in played.outcomes
        if one.what == "payment.taken-back"
    ]
    assert back == [("balance", None, 3_000), ("invoice", 2, 2_000), ("invoice", 1, 3_000), ("invoice", 2, 9_000)]
    assert [one.unpaid for one in played.life.invoices] == [3_000, 11_000] and played.life.balance == 0
    for amount in (8_001, 0):
        wrong = [*events, terms.Event(datetime(2026, 4, 23), "take-back", {"payment": 1, "amount": amount})]
        with pytest.raises(terms.EventError, match="8,000 yen of payment 1 are left"):
            terms.play(terms.load("simpleconnect"), contract, wrong, until)
    rest = [*events, terms.Event(datetime(2026, 4, 23), "take-back", {"payment": 1})]
    assert [one.unpaid for one in terms.play(terms.load("simpleconnect"), contract, rest, until).life.invoices] == [
        11_000
    ] * 2
