"""The end of a contract, for whatever reason, and what goes with it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from musubu.terms import money
from musubu.terms.calendar import DAY, at_midnight, months_after
from musubu.terms.life import DEADLINE, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import charging, duration, invoicing


def end(life: Life, last_day: date) -> None:
    """Midnight after the last day."""
    if life.ended or life.last_day != last_day:
        return
    life.ended = True
    data = {"on": last_day.isoformat(), "reason": life.end_reason}
    expiry = life.rule("ending") if life.end_reason in ("cancelled", "expired") else None
    life.emit("contract.ends", expiry.clause if expiry else life.end_clause, data, Step("end." + life.end_reason, data))
    if life.end_reason == "cancelled":
        charging.rest_of_minimum(life)
    if life.end_reason == "terminated":
        invoicing.all_debts_due(life)
    if life.end_reason == "service-ended":
        _refund(life)
    if life.end_reason == "death":
        return  # an heir may still take it over
    delete_data(life)


def delete_data(life: Life, _: object = None) -> None:
    rule = life.rule("deletion")
    if rule and life.ended:
        life.videos.clear()
        life.emit("data.deleted", rule.clause, {"scope": rule["scope"]}, Step(rule.family, {"scope": rule["scope"]}))


def _refund(life: Life) -> None:
    """LN-25, EX-20.3: paid days that will not be provided are given back, tax included."""
    rule = life.rule("end-refund") or life.rule("stopped-time")
    assert life.last_day is not None
    if rule is None:
        return
    amount = Fraction(0)
    for invoice in life.invoices:
        for line in invoice.lines:
            days, left = (
                (line.last - line.first).days + 1,
                (line.last - max(life.last_day, line.first - DAY)).days,
            )
            if left > 0 and line.item != "initial" and invoice.paid:
                gross = Fraction(line.amount * invoice.paid, max(1, sum(one.amount for one in invoice.lines)))
                amount += gross * left / days
    if amount:
        life.emit(
            "refund",
            rule.clause,
            {"amount": money.rounded(amount, "down")},
            Step("refund", {"after": life.last_day.isoformat()}),
        )


def terminate(life: Life, data: dict[str, Any]) -> None:
    """A provider's termination: at once, with the day as the last."""
    if life.running:
        life.end_on(life.today, "terminated", data["clause"])


def suspend(life: Life, data: dict[str, Any]) -> None:
    """Fees go on while suspended (EX-20.2, LN-27.2)."""
    if life.running and not life.suspended_under:
        life.suspended_under = data["clause"]
        life.emit("suspended", data["clause"], {}, Step("measure", {"clause": data["clause"]}))


def lift(life: Life, data: dict[str, Any]) -> None:
    if life.running and life.suspended_under:
        clause = data.get("clause", life.suspended_under)
        life.suspended_under, life.suspended_for_deposit = "", False
        life.emit("resumed", clause, {}, Step("lifted", {"clause": clause}))


def death(life: Life, _: dict[str, Any]) -> None:
    """VG-18: the contract ends at death; one heir may take it over within the days given."""
    rule = life.rule("death")
    if rule is None or not life.running:
        return
    life.deceased_on = life.today
    life.end_on(life.today, "death", rule.clause)
    life.schedule(at_midnight(life.today) + DAY * (rule["heir_days"] + 1), DEADLINE, "no-heir")


def no_heir(life: Life, _: object = None) -> None:
    if life.deceased_on is not None:
        life.deceased_on = None
        delete_data(life)


def succession(life: Life, _: dict[str, Any]) -> None:
    """VG-18: an heir takes over in time. EX-7.2: the provider may end the contract within a month."""
    heir = life.rule("death")
    if heir and life.deceased_on and (life.today - life.deceased_on).days <= heir["heir_days"]:
        life.deceased_on, life.last_day, life.ended = None, None, False
        life.emit("resumed", heir.clause, {}, Step(heir.family, {"days": heir["heir_days"]}))
        if life.term_to < life.today:
            duration.renew(life, life.term_to)
        return
    merger = life.rule("succession")
    if merger and life.running:
        by = months_after(life.today, merger["succession_months"]).isoformat()
        life.emit("notice.latest", merger.clause, {"about": "succession", "by": by}, Step(merger.family, {"by": by}))


def evaded(life: Life, data: dict[str, Any]) -> None:
    """EX-24: the evaded sum and a surcharge of twice as much."""
    rule = life.rule("evasion")
    if rule is None:
        return
    amount, day = data["amount"], life.today
    life.charge(rule.clause, "evaded", day, day, amount, Step("evaded", {"amount": amount}))
    times = rule["surcharge_times"]
    step = Step(rule.family, {"amount": amount, "times": times})
    life.charge(rule.clause, "surcharge", day, day, amount * times, step, taxed=rule["surcharge_taxed"])
