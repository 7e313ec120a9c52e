"""Money that arrives: which invoice it pays, late interest, and a transfer that falls short."""

from __future__ import annotations

from datetime import date
from typing import Any

from musubu.terms import money
from musubu.terms.calendar import DAY
from musubu.terms.errors import EventError
from musubu.terms.life import Invoice, Life, Payment
from musubu.terms.outcomes import Step
from musubu.terms.rules import default, deposit


def pay(life: Life, data: dict[str, Any]) -> None:
    """Money is confirmed. Without a number it goes to the oldest open invoice, what is over to the next;
    a sum that equals a deposit asked for, or finds no open invoice, pays the deposit. `received`: the day on which the
    bank had it, where it is confirmed later."""
    day = min(life.today, data.get("received", life.today))
    own = Payment()
    life.payments.append(own)
    amount: int | None = data.get("amount")
    aimed = _aimed(life, data.get("invoice"))
    owed_deposit = 0 if life.deposit.paid else life.deposit.demanded
    if owed_deposit and "invoice" not in data and (amount == owed_deposit or not aimed):
        amount = _to_deposit(life, own, owed_deposit if amount is None else amount)
    elif aimed:
        amount = _settle(life, aimed, aimed.unpaid if amount is None else amount, day, told_if_short=True)
    for invoice in life.open_invoices() if amount else ():
        amount = _settle(life, invoice, amount or 0, day, told_if_short=False)
    if amount and not life.deposit.paid:
        amount = _to_deposit(life, own, amount)
    if amount:
        own.kept = amount
        life.balance += amount
        life.emit("balance.kept", life.need("due").clause, {"amount": amount}, Step("balance-kept", {"amount": amount}))
    deposit.resume(life)


def _to_deposit(life: Life, own: Payment, amount: int) -> int:
    left = deposit.paid(life, amount)
    own.deposit += amount - left
    return left


def _aimed(life: Life, number: int | None) -> Invoice | None:
    if number is None:
        return next(iter(life.open_invoices()), None)
    if not 1 <= number <= len(life.invoices):
        raise EventError("invoice", "no-invoice", invoice=number)
    invoice = life.invoices[number - 1]
    return invoice if invoice.unpaid else None


def _settle(life: Life, invoice: Invoice, amount: int, day: date, *, told_if_short: bool) -> int:
    """Pay one invoice with what there is; give back what is over."""
    if amount <= 0:
        return 0
    interest(life, invoice, day)
    used = min(amount, invoice.unpaid)
    take(life, invoice, used, "money")
    rule = life.rule("short-payment")
    if invoice.unpaid and told_if_short and rule:
        missing = {"invoice": invoice.number, "missing": invoice.unpaid}
        life.emit("short-payment", rule.clause, missing, Step(rule.family, {"paid": used, **missing}))
    return amount - used


def take(life: Life, invoice: Invoice, amount: int, source: str) -> None:
    """An invoice is paid, wholly or in part: from "money" that came or from the customer's "balance"."""
    invoice.paid += amount
    if source == "money":
        life.payments[-1].takes.append((invoice, amount))
    else:
        invoice.from_balance += amount
    data = {"invoice": invoice.number, "amount": amount, "from": source}
    life.emit("paid", life.need("due").clause, data, Step("paid-from-" + source, {**data, "left": invoice.unpaid}))


def interest(life: Life, invoice: Invoice, paid_on: date) -> None:
    """Late interest on what is unpaid, tax included, for the days of the service's own count."""
    rule = life.rule("interest")
    if rule is None or not invoice.unpaid:
        return
    first = invoice.interest_from or invoice.due + DAY
    last = paid_on if rule.family == "interest.to-payment-day" else paid_on - DAY
    days = (last - first).days + 1
    if days <= 0:
        return
    invoice.interest_from = last + DAY
    amount = money.late_interest(invoice.unpaid, rule["late_rate"], days, rule["year_days"])
    data = {"invoice": invoice.number, "days": days, "rate": rule["late_rate"], "amount": amount}
    why = Step(
        rule.family,
        {
            "unpaid": invoice.unpaid,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "year": rule["year_days"],
            **data,
        },
    )
    life.emit("interest", rule.clause, data, why)


def overdue(life: Life, invoice: Invoice) -> None:
    """The day after the due day: what follows when an invoice is still open."""
    if not invoice.unpaid:
        return
    deposit.apply(life, invoice)
    if invoice.unpaid:
        default.begin(life, invoice)
