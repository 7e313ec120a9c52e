"""What follows by itself when an invoice stays open: reminder, new due hour, the fall to Free, a case for staff."""

from __future__ import annotations

from datetime import datetime, time

from musubu.terms import money
from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.life import AFTER_EVENTS, DEADLINE, Invoice, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import videos


def begin(life: Life, invoice: Invoice) -> None:
    """The day after the due day."""
    rule = life.rule("reminder")
    if rule and life.running and not life.free:
        first = max(invoice.due, life.today - DAY)  # later where a payment was taken back
        new_due = datetime.combine(first + DAY * rule["new_due_days"], time(rule["new_due_hour"]))
        why = Step(
            rule.family,
            {"due": invoice.due.isoformat(), "days": rule["new_due_days"], "unpaid": invoice.unpaid},
        )
        life.emit(
            "reminder",
            rule.clause,
            {"invoice": invoice.number, "new_due": new_due.isoformat() + "+09:00"},
            why,
        )
        invoice.new_due = new_due
        life.schedule(new_due, AFTER_EVENTS, "new-due", invoice)
    case = life.rule("default-case")
    if case and life.running:
        at = at_midnight(invoice.due) + DAY * case["case_days"]
        life.schedule(max(at, life.now), DEADLINE, "default-case", invoice)


def raise_case(life: Life, invoice: Invoice) -> None:
    """LN-16.1 (10): so many days past the payment day with some part unpaid."""
    if not invoice.unpaid or not life.running:
        return
    rule = life.need("default-case")
    data = {"about": "default", "invoice": invoice.number, "unpaid": invoice.unpaid}
    life.emit("case.raised", rule.clause, data, Step(rule.family, {"days": rule["case_days"], **data}))


def new_due_passed(life: Life, invoice: Invoice) -> None:
    """VG-11.4 to 11.6: not paid by the hour, so the plan becomes Free."""
    if not invoice.unpaid or not life.running or life.free:
        return
    fall = life.need("fall")
    life.free = True
    life.emit(
        "plan.changed",
        fall.clause,
        {"to": "free"},
        Step(fall.family, {"invoice": invoice.number, "unpaid": invoice.unpaid}),
    )
    daily = life.rule("daily")
    if daily:
        _charge_by_day(life, invoice)
    videos.fall_to_free(life)


def _charge_by_day(life: Life, invoice: Invoice) -> None:
    """VG-11.5: in place of the unpaid period, its fee from the first to the new due day, by the day."""
    rule = life.need("daily")
    if invoice.paid:  # what was paid of it stays the customer's
        life.balance += invoice.paid
    gone = {"invoice": invoice.number, "amount": invoice.total, "tax": invoice.tax, "paid": invoice.paid}
    invoice.void = True
    life.emit("invoice.void", rule.clause, gone, Step("invoice-void", gone))
    days = (life.today - invoice.due).days
    fee = life.particulars.monthly_fee + life.particulars.options_fee
    amount = money.part(fee, days, rule["daily_month_days"])
    step = Step(rule.family, {"fee": fee, "days": days, "month": rule["daily_month_days"], "invoice": invoice.number})
    life.charge(rule.clause, "daily", invoice.due, life.today - DAY, amount, step)
