"""A part of `musubu billing verify`: deposits, agents, statements and payouts against journals and books, to the yen."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from musubu.billing import agencies
from musubu.billing.models import (
    Agency,
    BankDeposit,
    DepositPart,
    Entry,
    Payable,
    PayoutLine,
    Statement,
    Voucher,
)
from musubu.contracts.models import Event, Outcome
from musubu.parties.models import Provider


def differences(provider: Provider) -> Iterator[str]:
    """One line for each thing that does not agree."""
    yield from _parts(provider)
    yield from _accounts(provider)
    yield from _payouts(provider)


def _parts(provider: Provider) -> Iterator[str]:
    """What a deposit paid stands in the contract's journal, and what was undone is taken back there."""
    parts = DepositPart.objects.filter(deposit__provider=provider).select_related("contract")
    keys = Event.objects.filter(contract__provider=provider).filter(
        Q(key__startswith="part-") | Q(key__startswith="back-")
    )
    journal = {(row.contract_id, row.key): row.data.get("amount") for row in keys}
    sums: dict[int, int] = {}
    for part in parts:
        if journal.get((part.contract_id, f"part-{part.pk}")) != part.amount:
            yield f"{part.contract.number}: {part.amount} yen of deposit {part.deposit_id} are not in the journal"
        if ((part.contract_id, f"back-part-{part.pk}") in journal) != (part.undone_at is not None):
            yield f"{part.contract.number}: deposit {part.deposit_id} is undone on one side only"
        if part.undone_at is None:
            sums[part.deposit_id] = sums.get(part.deposit_id, 0) + part.amount
    matched = BankDeposit.objects.filter(provider=provider, matched_at__isnull=False, parts__isnull=False).distinct()
    for key, amount in matched.values_list("pk", "amount"):
        if sums.get(key, 0) != amount:
            yield f"deposit {key}: its parts come to {sums.get(key, 0)} yen, it is {amount}"


def _accounts(provider: Provider) -> Iterator[str]:
    """Accounts that only these bookings use hold what the rows say."""
    rows = Entry.objects.filter(provider=provider).order_by()
    kept = dict(rows.values_list("account").annotate(left=Sum(F("debit") - F("credit"))))
    held = BankDeposit.objects.filter(provider=provider).annotate(odd=F("in_suspense") % 2).filter(odd=1)
    said = {
        "suspense": _paid(provider, "suspense") - (held.aggregate(n=Sum("amount"))["n"] or 0),
        "agency-receivable": sum(agencies.outstanding(one) for one in Agency.objects.filter(provider=provider)),
    }
    for kind, account in (("seller", "sellers-payable"), ("agent", "agents-payable")):
        stated = Statement.objects.filter(provider=provider, kind=kind).aggregate(n=Sum("share"))["n"] or 0
        said[account] = _paid(provider, account) - stated
    for account, yen in said.items():
        if kept.get(account, 0) != yen:
            yield f"{account} is {kept.get(account, 0)} yen in the books, {yen} by what happened"


def _paid(provider: Provider, account: str) -> int:
    paid = PayoutLine.objects.filter(run__provider=provider, result="paid", payable__account=account)
    return int(paid.aggregate(n=Sum("payable__amount"))["n"] or 0)


def _payouts(provider: Provider) -> Iterator[str]:
    """Every refund is payable once, every transfer that was paid is booked and stands in its file's sum."""
    keys = set(Payable.objects.filter(provider=provider, kind="refund").values_list("key", flat=True))
    refunds = Outcome.objects.filter(contract__provider=provider, what="refund").select_related("contract")
    for one in refunds:
        if f"refund-{one.contract_id}-{one.n}" not in keys:
            yield f"{one.contract.number}: the refund of {one.data['amount']} yen is not payable"
    booked = set(Voucher.objects.filter(provider=provider, kind="payout").values_list("key", flat=True))
    for line in PayoutLine.objects.filter(run__provider=provider, result="paid"):
        if f"payout-{line.pk}" not in booked:
            yield f"transfer {line.run_id}-{line.place} was paid and is not booked"
    for run in provider.payout_runs.prefetch_related("lines__payable"):
        trailer = next((one for one in bytes(run.content).split(b"\r\n") if one[:1] == b"8"), b"")
        total = sum(line.payable.amount for line in run.lines.all())
        if trailer and int(trailer[7:19]) != total:
            yield f"transfer file of {run.day} asks for {int(trailer[7:19])} yen, its lines come to {total}"
