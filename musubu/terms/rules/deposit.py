"""Security deposits (SC-9.10 to 9.13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from musubu.terms.calendar import DAY, at_midnight, month_first, month_last
from musubu.terms.life import DEADLINE, Deposit, Invoice, Life
from musubu.terms.outcomes import Step


def count(life: Life, month: date, amount: int) -> None:
    """Add to a month's fees; the month in which they pass the threshold becomes a case, once."""
    rule = life.rule("deposit")
    if rule is None:
        return
    total = life.month_total[month] = life.month_total.get(month, 0) + amount
    if total > rule["deposit_threshold"] and month not in life.deposit_cases:
        life.deposit_cases.add(month)
        why = Step(
            rule.family,
            {"month": month.isoformat()[:7], "total": total, "threshold": rule["deposit_threshold"]},
        )
        life.emit("deposit.case", rule.clause, {"amount": total}, why)


def usage(life: Life, data: dict[str, Any]) -> None:
    """Usage fees of the running month; before the first counted month none are owed (SC-9.2)."""
    month = month_first(life.today)
    if not life.running or (month < life.term_from and life.terms_count == 1):
        return
    charging = life.need("charging")
    late: date | None = data.get("used")
    first, last = (late, late) if late else (month, month_last(month))
    step = Step("usage-late", {"amount": data["amount"], "used": late.isoformat()}) if late else None
    life.charge(
        charging.clause, "usage", first, last, data["amount"], step or Step("usage", {"amount": data["amount"]})
    )
    count(life, month, data["amount"])


def ask(life: Life, data: dict[str, Any]) -> None:
    """Staff ask for a deposit by a day."""
    life.deposit = Deposit(demanded=data["amount"], due=data["due"], held=life.deposit.held, paid=False)
    life.schedule(at_midnight(data["due"]) + DAY, DEADLINE, "deposit-unpaid", data["due"])


def unpaid(life: Life, due: date) -> None:
    rule = life.rule("deposit-unpaid")
    if rule is None or not life.running or life.deposit.paid or life.deposit.due != due or life.suspended_under:
        return
    life.suspended_under, life.suspended_for_deposit = rule.clause, True
    life.emit(
        "suspended",
        rule.clause,
        {},
        Step(rule.family, {"due": due.isoformat(), "amount": life.deposit.demanded}),
    )


def paid(life: Life, amount: int) -> int:
    """Money for the deposit; gives back what is over."""
    owed = life.deposit.demanded
    used = min(amount, owed)
    life.deposit.held += used
    life.deposit.demanded -= used
    life.deposit.paid = life.deposit.demanded == 0
    if used:
        held = {"amount": used}
        life.emit("deposit.received", life.need("deposit").clause, held, Step("deposit-received", held))
    return amount - used


def resume(life: Life) -> None:
    """SC-9.13: served again once the deposit and the fees are paid."""
    rule = life.rule("deposit-paid")
    late = any(invoice.due < life.today for invoice in life.open_invoices())
    if rule and life.running and life.suspended_for_deposit and life.deposit.paid and not late:
        life.suspended_under, life.suspended_for_deposit = "", False
        life.emit("resumed", rule.clause, {}, Step(rule.family))


def apply(life: Life, invoice: Invoice) -> None:
    """SC-9.11: a deposit held pays what was not paid by its due day."""
    rule = life.rule("deposit-applied")
    if rule is None or not life.deposit.held:
        return
    used = min(life.deposit.held, invoice.unpaid)
    life.deposit.held -= used
    invoice.paid += used
    why = Step(rule.family, {"invoice": invoice.number, "due": invoice.due.isoformat(), "left": life.deposit.held})
    life.emit("deposit.applied", rule.clause, {"amount": used, "invoice": invoice.number}, why)
