"""From charges to invoices: when, how much tax, due when, and the debit."""

from __future__ import annotations

from datetime import date

from musubu.terms import money
from musubu.terms.calendar import (
    DAY,
    at_midnight,
    bank_day_on_or_after,
    bank_day_on_or_before,
    days_in_month,
    month_last,
    next_month_first,
)
from musubu.terms.life import DEADLINE, Charge, Invoice, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import payment


def due_date(life: Life, issued: date, accelerated: bool) -> date:
    """The day by which an invoice is to be paid, or is debited."""
    family = life.need("due").family
    if accelerated or family == "due.same-day":
        return issued
    last = month_last(issued)
    if family == "due.month-end":
        return last
    if life.particulars.payment == "debit":
        day = _debit_day(life, issued)
        return day if day > issued else _debit_day(life, next_month_first(issued))
    day = bank_day_on_or_before(last)
    return day if day >= issued else bank_day_on_or_before(month_last(next_month_first(issued)))


def _debit_day(life: Life, month: date) -> date:
    """SC-10.1: the agreed day of a month, moved to the next bank day."""
    return bank_day_on_or_after(month.replace(day=min(life.particulars.debit_day, days_in_month(month))))


def rates_of(life: Life, lines: list[Charge]) -> list[int]:
    """The rate of consumption tax of each line, in per cent; 0 where a line carries none."""
    day = life.need("tax")["tax_day"]
    return [money.tax_rate(line.last if day == "period-end" else line.first) if line.taxed else 0 for line in lines]


def tax_of(life: Life, lines: list[Charge], rates: list[int]) -> dict[int, tuple[int, int]]:
    """Rate -> net and consumption tax, rounded once per rate and invoice."""
    nets: dict[int, int] = {}
    for line, rate in zip(lines, rates, strict=True):
        nets[rate] = nets.get(rate, 0) + line.amount
    rounding = life.need("tax")["tax_rounding"]
    return {rate: (net, money.tax(net, rate, rounding)) for rate, net in sorted(nets.items(), reverse=True)}


def issue(life: Life, day: date, at_once: bool = False) -> None:
    """Issue the invoice that holds all charges of a date."""
    lines = life.pending.pop(day, [])
    if not lines:
        return
    issued = life.today
    accelerated = at_once or day in life.due_at_once
    subtotal = sum(line.amount for line in lines)
    rates = rates_of(life, lines)
    by_rate = tax_of(life, lines, rates)
    tax = sum(part for _net, part in by_rate.values())
    due = due_date(life, issued, accelerated)
    invoice = Invoice(len(life.invoices) + 1, due, subtotal + tax, tuple(lines), tax)
    life.invoices.append(invoice)
    data = {
        "invoice": invoice.number,
        "due": due.isoformat(),
        "subtotal": subtotal,
        "tax": tax,
        "total": invoice.total,
    }
    rule = life.need("invoice")
    steps = (
        Step(
            rule.family,
            {"day": issued.isoformat(), "lines": len(lines), "charges": [line.outcome for line in lines]},
        ),
        Step(
            "tax",
            {
                "clause": life.need("tax").clause,
                "rounding": life.need("tax")["tax_rounding"],
                "tax": tax,
                "lines": rates,
                "rates": [[rate, net, part] for rate, (net, part) in by_rate.items()],
            },
        ),
        Step(life.need("due").family, {"clause": life.need("due").clause, "due": due.isoformat()}),
    )
    life.emit("invoice.issued", rule.clause, data, *steps)
    if life.particulars.payment == "debit" and life.need("due").family == "due.month-end-or-debit":
        life.schedule(at_midnight(due), DEADLINE, "debit", invoice)
    life.schedule(at_midnight(due) + DAY, DEADLINE, "overdue", invoice)
    if life.balance:
        used = min(life.balance, invoice.total)
        life.balance -= used
        payment.take(life, invoice, used, "balance")


def withdraw(life: Life, charge: Charge, clause: str, why: Step) -> None:
    """A charge that ought not to have been: taken off what is to be invoiced, or given back with its tax. What is given
    back pays the rest of its invoice first and is kept as balance beyond that."""
    gone = {"charge": charge.outcome, "item": charge.item, "amount": charge.amount}
    for lines in life.pending.values():
        if charge in lines:
            lines.remove(charge)
            life.emit("charge.withdrawn", clause, gone, why)
            return
    invoice = next(one for one in life.invoices if charge in one.lines)
    if invoice.void:
        return
    without = [line for line in invoice.lines if line != charge]
    tax = invoice.tax - _tax(life, without)
    life.emit("charge.withdrawn", clause, gone | {"invoice": invoice.number, "tax": tax}, why)
    gross = charge.amount + tax
    life.balance += gross
    if used := min(gross, invoice.unpaid):
        life.balance -= used
        payment.take(life, invoice, used, "balance")


def _tax(life: Life, lines: list[Charge]) -> int:
    return sum(tax for _net, tax in tax_of(life, lines, rates_of(life, lines)).values())


def debit(life: Life, invoice: Invoice) -> None:
    """SC-10.1: the bank is asked for the money on the debit day."""
    if invoice.unpaid:
        rule = life.need("due")
        data = {"invoice": invoice.number, "amount": invoice.unpaid}
        life.emit("debit", rule.clause, data, Step("debit", {"day": life.today.isoformat()}))


def all_debts_due(life: Life) -> None:
    """VG-34.2, EX-20.4: everything owed falls due at once."""
    if life.rule("debts") is None:
        return
    for invoice in life.open_invoices():
        invoice.due = min(invoice.due, life.today)
    for day in sorted(life.pending):
        issue(life, day, at_once=True)
