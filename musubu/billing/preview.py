"""What a contract's month comes to, and why it differs from the month before. Pure: it reads a play of the terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from musubu.terms import Outcome, Played
from musubu.terms.calendar import month_first, month_last, months_before

LAST_DAY = {"contract.ends": "on", "cancellation.accepted": "ends"}  # outcome -> where it names the last day
ONCE = ("initial", "daily", "minimum-term", "penalty", "surcharge", "evaded")


@dataclass(frozen=True, slots=True)
class Line:
    """One charge on an invoice: whole yen before tax; `fee` is the monthly fee it was counted from."""

    item: str
    amount: int
    clause: str
    first: str
    last: str
    fee: int


@dataclass(slots=True)
class Month:
    """All that one contract is invoiced for in a calendar month."""

    lines: list[Line] = field(default_factory=list)
    days: list[date] = field(default_factory=list)  # on which invoices are issued
    tax: int = 0
    tax_clause: str = ""
    from_balance: int = 0  # paid at once from what the customer has left (credits, money over)
    balance_clause: str = ""

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal + self.tax

    @property
    def to_pay(self) -> int:
        return self.total - self.from_balance


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause of a difference: `before` and `now` in whole yen. The differences of all reasons add up to the
    difference of what is to be paid."""

    kind: str  # new | ended | free | price | option | usage | once | period | term | tax | credit
    item: str
    clause: str
    before: int
    now: int


def months(played: Played) -> dict[date, Month]:
    """First day of the month -> what was, or will be, invoiced in it."""
    found: dict[date, Month] = {}
    credit, issued = "", dict[int, datetime]()
    for outcome in played.outcomes:
        data = outcome.data
        if outcome.what in ("credit", "balance.kept", "charge.withdrawn"):
            credit = outcome.clause
        elif outcome.what == "invoice.issued":
            month = found.setdefault(month_first(outcome.at.date()), Month())
            issued[data["invoice"]] = outcome.at
            month.days.append(outcome.at.date())
            month.tax += data["tax"]
            month.tax_clause = _step(outcome, "tax").get("clause", outcome.clause)
            month.lines += [_line(played.outcomes[n]) for n in outcome.why[0].values["charges"]]
        elif outcome.what == "paid" and data["from"] == "balance" and issued.get(data["invoice"]) == outcome.at:
            month = found.setdefault(month_first(outcome.at.date()), Month())
            month.from_balance += data["amount"]
            month.balance_clause = credit or outcome.clause
    return found


def _line(charge: Outcome) -> Line:
    data = charge.data
    fee = next((step.values["fee"] for step in charge.why if "fee" in step.values), 0)
    return Line(data["item"], data["amount"], charge.clause, data["from"], data["to"], fee)


def _step(outcome: Outcome, key: str) -> Mapping[str, Any]:
    return next((step.values for step in outcome.why if step.key == key), {})


def reasons(played: Played, first: date, by_month: dict[date, Month] | None = None) -> list[Reason]:
    """Why the month that begins on `first` differs from the one before, item by item, then tax, then credits."""
    known = by_month if by_month is not None else months(played)
    now, before = known.get(first, Month()), known.get(months_before(first, 1), Month())
    earlier = any(day < months_before(first, 1) and month.lines for day, month in known.items())
    found = []
    for item in dict.fromkeys(line.item for line in [*now.lines, *before.lines]):
        own, old = _of(now.lines, item), _of(before.lines, item)
        amounts = sum(line.amount for line in old), sum(line.amount for line in own)
        if amounts[0] != amounts[1]:
            kind, clause = _cause(played, item, own, old, first, earlier, bool(now.lines and before.lines))
            found.append(Reason(kind, item, clause, *amounts))
    if now.tax != before.tax:
        found.append(Reason("tax", "", now.tax_clause or before.tax_clause, before.tax, now.tax))
    if now.from_balance != before.from_balance:
        clause = now.balance_clause or before.balance_clause
        found.append(Reason("credit", "", clause, -before.from_balance, -now.from_balance))
    return found


def _of(lines: Iterable[Line], item: str) -> list[Line]:
    return [line for line in lines if line.item == item]


def _cause(
    played: Played, item: str, now: list[Line], before: list[Line], first: date, earlier: bool, both: bool
) -> tuple[str, str]:
    """The kind of a difference and the clause that carries it."""
    clause = (now or before)[0].clause
    if item == "usage":
        return "usage", clause
    if item in ONCE:
        return "once", clause
    if now and before:
        return _repriced(played, now, before, clause)
    if now:
        return ("option" if both and item != "monthly" else "term" if earlier or both else "new"), clause
    return _gone(played, item, first, clause, both)


def _repriced(played: Played, now: list[Line], before: list[Line], clause: str) -> tuple[str, str]:
    if now[-1].fee == before[-1].fee:
        return "period", clause  # a part of a month, or more months than one
    told = [one.clause for one in played.outcomes if one.what == "price.changes"]
    return "price", told[-1] if told else clause


def _gone(played: Played, item: str, first: date, clause: str, both: bool) -> tuple[str, str]:
    if both and item != "monthly":
        return "option", clause
    for one in reversed(played.outcomes):
        last = one.data[LAST_DAY[one.what]] if one.what in LAST_DAY else ""
        if last and last <= month_last(first).isoformat():
            return "ended", one.clause
        if one.what == "plan.changed":
            return "free", one.clause
    return "term", clause
