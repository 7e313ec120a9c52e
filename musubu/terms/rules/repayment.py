"""Money that goes back: a payment booked to the wrong contract, and a balance that the customer wants back."""

from __future__ import annotations

from typing import Any

from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.errors import EventError
from musubu.terms.life import DEADLINE, Invoice, Life, Payment
from musubu.terms.outcomes import Step


def take_back(life: Life, data: dict[str, Any]) -> None:
    """A payment (counted from 1 in the contract) was not this contract's, bounced, or a part of it (`amount`) went back:
    what it paid is open again. Interest counted up to it stays counted; from then on it runs again."""
    number = data["payment"]
    if not 1 <= number <= len(life.payments):
        raise EventError("payment", "no-payment", payment=number)
    own = life.payments[number - 1]
    if own.taken_back:
        raise EventError("payment", "payment-gone", payment=number)
    amount = data.get("amount", own.left)
    if amount > own.left or (own.left and not amount):
        raise EventError("amount", "payment-left", payment=number, left=own.left)
    own.taken_back = amount == own.left
    kept, deposited, takes = _parts(life, number, own, amount)
    _from_balance(life, number, kept)
    for invoice, part in takes:
        invoice.paid -= part
        _tell(life, number, part, "invoice", invoice)
        _reopen(life, invoice)
    _deposit(life, number, deposited)


def _parts(life: Life, number: int, own: Payment, amount: int) -> tuple[int, int, list[tuple[Invoice, int]]]:
    """Where an amount of a payment comes from: what waits as balance first, then a deposit, then the newest of the
    invoices that it paid. (from the balance, from the deposit, from which invoices in their order)"""
    void = sum(part for invoice, part in own.takes if invoice.void)  # its invoice is none any more: kept as balance
    within = life.balance + sum(one.from_balance for one in life.invoices if not one.void)
    kept = min(amount, own.kept + void, within)
    deposited = min(amount - kept, own.deposit, life.deposit.held)
    rest = amount - kept - deposited
    takes: list[tuple[Invoice, int]] = []
    for invoice, paid in reversed(own.takes):
        if part := 0 if invoice.void else min(rest, paid):
            takes.append((invoice, part))
            rest -= part
    if rest and own.deposit > life.deposit.held:
        raise EventError("payment", "deposit-used", payment=number)
    if rest:
        raise EventError("payment", "given-back", payment=number, amount=rest)
    takes.reverse()
    _lessen(own, kept, deposited, {invoice.number: part for invoice, part in takes})
    return kept, deposited, takes


def _lessen(own: Payment, kept: int, deposited: int, takes: dict[int, int]) -> None:
    """What is left of a payment once parts of it are taken back."""
    own.deposit -= deposited
    void = max(0, kept - own.kept)
    own.kept -= kept - void
    left = []
    for invoice, paid in own.takes:
        back = min(void, paid) if invoice.void else takes.get(invoice.number, 0)
        void -= back if invoice.void else 0
        left.append((invoice, paid - back))
    own.takes = [(invoice, part) for invoice, part in left if part]


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
        raise EventError("payment", "given-back", payment=number, amount=amount - life.balance)
    life.balance -= amount
    _tell(life, number, amount, "balance")


def _deposit(life: Life, number: int, amount: int) -> None:
    if not amount:
        return
    life.deposit.held -= amount
    life.deposit.demanded += amount
    life.deposit.paid = False
    _tell(life, number, amount, "deposit")
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
        raise EventError("amount", "over-balance", balance=life.balance)
    life.balance -= amount
    given = {"amount": amount}
    life.emit("balance.given-back", life.need("due").clause, given, Step("balance-given-back", given))
