"""What is charged, for which days, and on which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from musubu.terms import money
from musubu.terms.calendar import (
    DAY,
    at_midnight,
    days_in_month,
    month_first,
    month_last,
    months_between,
    next_month_first,
    period_end,
)
from musubu.terms.errors import EventError
from musubu.terms.life import CHARGE, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import deposit

REVISION = "SC-9.5"


def begin(life: Life) -> None:
    """Schedule or make the first charge when a contract is concluded."""
    rule = life.need("charging")
    assert life.started is not None
    match rule.family:
        case "charging.term":
            spot = life.particulars.form == "spot"
            life.schedule(at_midnight(life.started if spot else next_month_first(life.started)), CHARGE, "charge-term")
        case "charging.period":
            charge_term(life)
        case "charging.month-from-start":
            charge_month_from_start(life, 0)
        case _:
            first = next_month_first(life.started) if rule["from_next_month"] else life.started
            life.schedule(at_midnight(first), CHARGE, "charge-month", month_first(first))


def renewed(life: Life) -> None:
    """A term has renewed: what is charged by the term is charged on its first day."""
    if life.need("charging").family in ("charging.term", "charging.period"):
        charge_term(life)


def charge_term(life: Life, _: object = None) -> None:
    """LO-9, VG-8.3: the whole term's fee at once."""
    if not life.running and life.need("charging").family == "charging.term" and not _late_first_charge(life):
        return
    agreed, rule = life.particulars, life.need("charging")
    months = 1 if rule.family == "charging.term" and agreed.form != "multi-month" else agreed.months
    _charge_with_options(life, life.term_from, life.term_to, months)


def _late_first_charge(life: Life) -> bool:
    """LO-17.1: the whole fee until expiry stays due, even where the contract ended before its first charge."""
    return life.months_charged == 0 and life.end_reason != "service-ended"


def _charge_with_options(life: Life, first: date, last: date, months: int = 1, share: tuple[int, int] = (1, 1)) -> None:
    agreed, rule = life.particulars, life.need("charging")
    life.months_charged += 1
    monthly = life.fee_on(first)
    step = Step(rule.family, {"from": first.isoformat(), "to": last.isoformat(), "fee": monthly, "months": months})
    fee = money.part(monthly * months, *share)
    life.charge(rule.clause, "monthly", first, last, fee, step)
    for name, price in agreed.options.items():
        life.charge(
            rule.clause,
            name,
            first,
            last,
            money.part(price * months, *share),
            Step("option", {"option": name, "fee": price}),
        )
    if not life.initial_charged:
        life.initial_charged = True
        initial = life.rule("initial") or rule
        life.charge(
            initial.clause,
            "initial",
            first,
            last,
            agreed.initial_fee,
            Step("initial", {"fee": agreed.initial_fee}),
        )


def change_price(life: Life, data: dict[str, Any]) -> None:
    """SC-9.5, SC-27.1: a revised monthly fee, told before, counts for months that begin on or after its day."""
    first, fee = data["effective"], data["monthly_fee"]
    if REVISION not in life.terms.clauses:
        raise EventError("what", "no-revision")
    if first <= life.today:
        raise EventError("effective", "revision-past")
    life.revised = sorted([*life.revised, (first, fee)], key=lambda one: one[0])
    if life.running:
        told = {"from": first.isoformat(), "monthly_fee": fee}
        life.emit("price.changes", REVISION, told, Step("price-revised", {**told, "before": life.fee_on(life.today)}))


def charge_month(life: Life, month: date) -> None:
    """SC-9.2, EX-19: a calendar month, on its 1st (EX: the first one on the start day)."""
    if not life.running or not life.served_on(max(month, life.today)):
        return
    rule = life.need("charging")
    share = (1, 1)
    if rule["prorate_first_month"] and life.months_charged == 0 and life.today.day > 1:
        share = (days_in_month(month) - life.today.day + 1, days_in_month(month))
    _charge_with_options(life, month, month_last(month), share=share)
    deposit.count(
        life,
        month,
        sum(charge.amount for day in life.pending.values() for charge in day if charge.first == month),
    )
    life.schedule(at_midnight(next_month_first(month)), CHARGE, "charge-month", next_month_first(month))


def month_from_start(life: Life, index: int) -> tuple[date, date]:
    """First and last day of the month counted `index` months from the start day (Civil Code art. 143)."""
    assert life.started is not None
    first = life.started if index == 0 else period_end(life.started, index) + DAY
    return first, period_end(life.started, index + 1)


def charge_month_from_start(life: Life, index: int) -> None:
    """LN: a month that begins on or before the last day is charged whole, and none twice."""
    first, last = month_from_start(life, index)
    if not life.running or not life.served_on(first):
        return
    if index >= life.months_charged:
        _charge_with_options(life, first, last)
    following, _ = month_from_start(life, index + 1)
    life.schedule(at_midnight(following), CHARGE, "charge-month-from-start", index + 1)


def rest_of_term(life: Life) -> None:
    """LN-15.2: on a cancellation the months left of the running term fall due at once."""
    rule = life.rule("early-end")
    if rule is None or rule.family != "early-end.rest-of-term":
        return
    life.due_at_once.add(life.today)
    while True:
        first, last = month_from_start(life, life.months_charged)
        if first > life.term_to:
            return
        agreed = life.particulars
        step = Step(rule.family, {"from": first.isoformat(), "to": last.isoformat(), "fee": agreed.monthly_fee})
        life.months_charged += 1
        life.charge(rule.clause, "monthly", first, last, agreed.monthly_fee, step)
        for name, price in agreed.options.items():
            life.charge(rule.clause, name, first, last, price, Step("option", {"option": name, "fee": price}))


def rest_of_minimum(life: Life) -> None:
    """EX-6.3: ended by the contractor within the minimum year, the months left of it are charged."""
    rule = life.rule("early-end")
    if rule is None or rule.family != "early-end.rest-of-minimum" or not rule["minimum_term"] or life.terms_count != 1:
        return
    assert life.last_day is not None
    first = max(life.last_day + DAY, life.term_from)
    months = len(list(months_between(first, life.term_to))) if first <= life.term_to else 0
    fee = life.particulars.monthly_fee
    step = Step(rule.family, {"months": months, "fee": fee, "until": life.term_to.isoformat()})
    life.charge(rule.clause, "minimum-term", first, life.term_to, fee * months, step)
