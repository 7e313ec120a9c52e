"""Money that goes back: a payment booked to the wrong contract, and a balance that the customer wants back."""

from __future__ import annotations

from typing import Any

from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.errors import EventError
from musubu.terms.life import DEADLINE, Invoice, Life, Payment
from musubu.terms.outcomes import Step


def take_back(life: Life, data: dict[str, Any]) -> None:
    """A payment (counted from 1 in the contract) was not this contract's, or bounced: what it paid is open again. Interest
    counted up to it stays counted; from then on it runs again."""
    number = data["payment"]
    if not 1 <= number <= len(life.payments):
        raise EventError("payment", f"there was no payment {number} by then")
    own = life.payments[number - 1]
    if own.taken_back:
        raise EventError("payment", f"payment {number} was taken back before")
    if own.deposit > life.deposit.held:
        raise EventError("payment", f"payment {number} went into a deposit that was used meanwhile")
    own.taken_back = True
    _from_balance(life, number, own.kept + sum(amount for invoice, amount in own.takes if invoice.void))
    for invoice, amount in own.takes:
        if not invoice.void:
            invoice.paid -= amount
            _tell(life, number, amount, "invoice", invoice)
            _reopen(life, invoice)
    _deposit(life, number, own)


def _tell(life: Life, payment: int, amount: int, source: str, invoice: Invoice | None = None) -> None:
    data: dict[str, Any] = {"payment": payment, "amount": amount, "from": source}
    if invoice:
        data["invoice"] = invoice.number
    life.emit("payment.taken-back", life.need("due").clause, data, Step("taken-back-from-" + source, data))


def _from_balance(life: Life, number: int, amount: int) -> None:
    """What was kept goes; where it paid later invoices meanwhile, the newest of them are open again."""
    if not amount:
        return
    for invoice in reversed(life.invoices):
        missing = amount - life.balance
        if missing <= 0:
            break
        back = min(missing, invoice.from_balance)
        if back and not invoice.void:
            invoice.paid -= back
            invoice.from_balance -= back
            life.balance += back
            data = {"payment": number, "amount": back, "invoice": invoice.number}
            life.emit("balance.taken-back", life.need("due").clause, data, Step("balance-taken-back", data))
            _reopen(life, invoice)
    if life.balance < amount:
        raise EventError("payment", f"{amount - life.balance} yen of payment {number} were given back meanwhile")
    life.balance -= amount
    _tell(life, number, amount, "balance")


def _deposit(life: Life, number: int, own: Payment) -> None:
    if not own.deposit:
        return
    life.deposit.held -= own.deposit
    life.deposit.demanded += own.deposit
    life.deposit.paid = False
    _tell(life, number, own.deposit, "deposit")
    if life.deposit.due is not None:
        at = max(life.now, at_midnight(life.deposit.due) + DAY)
        life.schedule(at, DEADLINE, "deposit-unpaid", life.deposit.due)


def _reopen(life: Life, invoice: Invoice) -> None:
    """What would have followed had the money never come: asked for by debit again, reminded of again."""
    if invoice.due >= life.today:
        return
    if life.particulars.payment == "debit" and life.need("due").family == "due.month-end-or-debit":
        life.schedule(life.now, DEADLINE, "debit", invoice)
    if invoice.new_due is None or invoice.new_due <= life.now:
        life.schedule(life.now, DEADLINE, "overdue", invoice)


def give_back(life: Life, data: dict[str, Any]) -> None:
    """The customer's balance, or a part of it, is paid out instead of kept for the next invoice."""
    amount = data["amount"]
    if not 0 < amount <= life.balance:
        raise EventError("amount", f"the balance is {life.balance} yen; give 1 to {life.balance}")
    life.balance -= amount
    given = {"amount": amount}
    life.emit("balance.given-back", life.need("due").clause, given, Step("balance-given-back", given))
