"""Whatever happens to a contract, its books balance and hold open what the terms say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings

from musubu import terms
from musubu.billing import ledger
from musubu.terms.tests.test_properties import UNTIL, lives


@settings(max_examples=150, deadline=None)
@given(lives())
def test_books_follow_the_terms(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    played = terms.play(terms.load(service), contract, events, UNTIL)
    sums: Counter[str] = Counter()
    by_invoice: Counter[int] = Counter()
    for outcome in played.outcomes:
        why = [{"key": step.key, "values": dict(step.values)} for step in outcome.why]
        lines = ledger.lines(outcome.what, outcome.data, why)
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)
        for line in lines:
            sums[line.account] += line.debit - line.credit
            if line.account == "receivable":
                assert line.invoice is not None
                by_invoice[line.invoice] += line.debit - line.credit
    state = played.life
    for invoice in state.invoices:
        assert by_invoice[invoice.number] == invoice.unpaid
    assert sums["customer-balance"] == -state.balance
    assert sums["deposits-held"] == -state.deposit.held
    assert sums["sales"] <= 0 and sums["bank"] >= 0
