"""Bad debts (貸倒): proposed by one person, approved by another, booked; what is paid later is booked as recovered."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import queries, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import Entry, Invoice, Voucher, WriteOff
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

RECOVERS = ("paid", "deposit.applied", "invoice.void")  # outcomes that settle an invoice after all
RELAPSES = ("payment.taken-back", "balance.taken-back")  # outcomes by which that money did not come


@whole
def propose(*, invoice: Invoice, person: Person, why: str) -> WriteOff:
    """What is left of an invoice shall be given up."""
    permissions.require(person, "payments.write-off", provider=invoice.provider)
    left = queries.open_amounts([invoice.contract_id]).get((invoice.contract_id, invoice.of_contract), 0)
    if left <= 0 or invoice.due_on >= clock.today():
        raise NotPossible(_("Only what is open past its due day can be written off."))
    if not why.strip():
        raise NotPossible(_("Write down why it cannot be collected."))
    try:
        with transaction.atomic():
            row = WriteOff.objects.create(
                provider=invoice.provider, invoice=invoice, amount=left, why=why.strip(), proposed_at=clock.now(),
                proposed_by=person,
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("A write-off of this invoice was proposed already.")) from None
    _record(row, person, "payments.write-off")
    return row


@whole
def decide(*, write_off: WriteOff, person: Person, approve: bool, note: str = "") -> WriteOff:
    """Another person approves or refuses. Approved, it is booked: the net a loss, the tax taken back."""
    permissions.require(person, "payments.write-off", provider=write_off.provider)
    own = locked(WriteOff.objects).select_related("invoice__contract", "provider").get(pk=write_off.pk)
    if own.state != WriteOff.State.PROPOSED:
        raise NotPossible(_("Somebody has decided on this already. Look at the list again."))
    if own.proposed_by_id == person.pk:
        raise NotPossible(_("A write-off needs a second person: somebody other than who proposed it."))
    if approve:
        _still_open(own)
        own.voucher = vouchers.book(
            provider=own.provider, kind="write-off", key=f"write-off-{own.pk}", contract=own.invoice.contract,
            person=person, text=f"貸倒 {own.invoice.number:06}", lines=_lost(own.invoice, own.amount, "bad-debts"),
        )  # fmt: skip
    own.state = WriteOff.State.APPROVED if approve else WriteOff.State.REFUSED
    own.decided_at, own.decided_by, own.note = clock.now(), person, note[:200]
    own.save()
    _record(own, person, f"payments.write-off-{own.state}")
    return own


def _still_open(row: WriteOff) -> None:
    invoice = row.invoice
    locked(Contract.objects).get(pk=invoice.contract_id)
    left = queries.open_amounts([invoice.contract_id]).get((invoice.contract_id, invoice.of_contract), 0)
    if left != row.amount:
        raise NotPossible(
            _("%(left)s yen are open now, not %(amount)s. Refuse this proposal and make a new one.")
            % {"left": f"{left:,}", "amount": f"{row.amount:,}"}
        )


def taxes(invoice: Invoice, amount: int) -> dict[int, int]:
    """The consumption tax within a part of an invoice, by rate, fractions dropped."""
    rates = invoice.document.get("rates", [])
    return {rate: tax * amount // invoice.total for rate, _net, tax in rates if tax * amount // invoice.total}


def _lost(invoice: Invoice, amount: int, account: str) -> list[Line]:
    """So much of an invoice will not be paid: the net a loss in that account, the tax taken back."""
    parts = taxes(invoice, amount)
    return [
        Line(account, debit=amount - sum(parts.values())),
        *[Line(f"tax-{rate}", debit=tax) for rate, tax in parts.items()],
        Line("receivable", credit=amount, invoice=invoice.of_contract),
    ]


def recover(contract: Contract, outcome: Outcome) -> None:
    """Money came for an invoice that had been given up, or the terms took it back: the loss comes back, with its tax."""
    row = _given_up(contract, outcome)
    if row and (amount := min(outcome.data["amount"], row.amount - row.recovered)) > 0:
        lines = [
            Line(one.account, debit=one.credit, credit=one.debit, invoice=one.invoice)
            for one in _lost(row.invoice, amount, "bad-debts-recovered")
        ]
        _book(row, outcome, f"recovery-{contract.pk}-{outcome.n}", "貸倒回収", lines, amount)


def relapse(contract: Contract, outcome: Outcome) -> None:
    """Money that had come for an invoice that was given up is gone again: the loss stands as it was decided."""
    row = _given_up(contract, outcome)
    if row and (amount := min(outcome.data["amount"], row.recovered)) > 0:
        lines = _lost(row.invoice, amount, "bad-debts-recovered")
        _book(row, outcome, f"relapse-{contract.pk}-{outcome.n}", "貸倒回収の取消", lines, -amount)


def _given_up(contract: Contract, outcome: Outcome) -> WriteOff | None:
    """The loss that was decided for the invoice that an outcome is about."""
    rows = WriteOff.objects.filter(invoice__contract=contract, state="approved")
    about = rows.filter(invoice__of_contract=outcome.data.get("invoice", 0))
    return about.select_related("invoice__contract", "provider").first()


def _book(row: WriteOff, outcome: Outcome, key: str, text: str, lines: list[Line], recovered: int) -> None:
    if Voucher.objects.filter(provider=row.provider, key=key).exists():
        return
    vouchers.book(
        provider=row.provider, kind="recovery", key=key, contract=row.invoice.contract,
        text=f"{text} {row.invoice.number:06}", at=outcome.at, lines=lines,
    )  # fmt: skip
    WriteOff.objects.filter(pk=row.pk).update(recovered=F("recovered") + recovered)


def differences(provider: Provider) -> Iterator[str]:
    """What the write-offs say against what the books hold."""
    said: dict[tuple[int, int], int] = {}
    for row in WriteOff.objects.filter(provider=provider, state="approved").select_related("invoice"):
        said[row.invoice.contract_id, row.invoice.of_contract] = row.amount - row.recovered
    kept = Entry.objects.filter(
        provider=provider, account="receivable", voucher__kind__in=("write-off", "recovery")
    ).order_by()
    sums = kept.values_list("contract", "of_contract").annotate(n=Sum(F("credit") - F("debit")))
    booked = {(contract, number): amount for contract, number, amount in sums}
    for key in sorted(said.keys() | {key for key, amount in booked.items() if amount}):
        if said.get(key, 0) != booked.get(key, 0):
            yield f"write-off of contract {key[0]}, invoice {key[1]}: {booked.get(key, 0)} yen booked, {said.get(key, 0)} decided"


def _record(row: WriteOff, person: Person, action: str) -> None:
    audit.record(
        provider=row.provider, actor=person, action=action, subject=f"{row.invoice.number:06}",
        organisation=row.invoice.contract.organisation, after={"amount": row.amount, "why": row.why},
    )  # fmt: skip
