"""Money that the terms let go back: a payment that was not this contract's, a balance that the customer wants."""

from __future__ import annotations

from musubu.billing import payables
from musubu.contracts import actions
from musubu.contracts.models import Contract, Event
from musubu.parties import audit, permissions
from musubu.parties.models import Person
from musubu.transactions import locked, whole


@whole
def take_back_payment(
    *, contract: Contract, person: Person, key: str, amount: int | None = None, mark: str = ""
) -> None:
    """The payment that was journaled under a key was not this contract's, or bounced; with an amount, only that part of
    it, and the mark tells one part from another. Twice is once."""
    permissions.require(person, "payments.take-back", provider=contract.provider)
    paid = Event.objects.get(contract=contract, key=key, what="pay")
    number = Event.objects.filter(contract=contract, what="pay", n__lte=paid.n).count()
    back = f"back-{key}" + (f"-{mark}" if mark else "")
    if Event.objects.filter(contract=contract, key=back).exists():
        return
    data = {"payment": number} if amount is None else {"payment": number, "amount": amount}
    actions.record_event(contract=contract, what="take-back", data=data, person=person, key=back)
    audit.record(
        provider=contract.provider, actor=person, action="payments.take-back", subject=contract.number,
        organisation=contract.organisation, before=dict(paid.data), after=data,
    )  # fmt: skip


@whole
def give_back(*, contract: Contract, person: Person, amount: int, key: str) -> None:
    """A customer's balance, or a part of it, is paid out. Twice is once by the key."""
    permissions.require(person, "payments.give-back", provider=contract.provider)
    locked(Contract.objects).get(pk=contract.pk)
    if Event.objects.filter(contract=contract, key=key).exists():
        return
    actions.record_event(contract=contract, what="give-back", data={"amount": amount}, person=person, key=key)
    payables.owe(
        provider=contract.provider, organisation=contract.organisation, kind="balance", key=f"{key}-{contract.pk}",
        amount=amount, account="refunds-payable", text=contract.number,
    )  # fmt: skip
    audit.record(
        provider=contract.provider, actor=person, action="payments.give-back", subject=contract.number,
        organisation=contract.organisation, after={"amount": amount},
    )  # fmt: skip
