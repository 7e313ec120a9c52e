"""A part of `musubu billing verify`: deposits, agents, statements and payouts against journals and books, to the yen."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Sum

from musubu.billing import agencies
from musubu.billing.models import (
    Agency,
    BankDeposit,
    CardCharge,
    CardDispute,
    CardRefund,
    DepositPart,
    Entry,
    Payable,
    PayoutLine,
    Statement,
    Voucher,
)
from musubu.contracts.models import Event, Outcome
from musubu.parties.models import Provider


def _parts(provider: Provider) -> Iterator[str]:
    """A matched deposit is shared out whole; each part is one payment of its contract, over the same amount and of the
    bank's day, and an undone one is taken back."""
    parts = DepositPart.objects.filter(deposit__provider=provider).select_related("contract", "deposit")
    shared: dict[int, int] = {}
    for part in parts.prefetch_related("contract__events").iterator(chunk_size=500):
        deposit, journal = part.deposit, {one.key: one.data for one in part.contract.events.all()}
        paid = journal.get(f"part-{part.pk}", {})
        if paid.get("amount") != part.amount or paid.get("received") != deposit.day.isoformat():
            told = f"the deposit {deposit.public_id} of {part.amount} yen on {deposit.day}"
            yield f"{part.contract}: {told} is {paid.get('amount', 0)} in the journal"
        if (f"back-part-{part.pk}" in journal) is (part.undone_at is None):
            yield f"{part.contract}: part {part.public_id} of a deposit is undone on one side only"
        if part.undone_at is None:
            shared[deposit.pk] = shared.get(deposit.pk, 0) + part.amount
    for deposit in BankDeposit.objects.filter(
        provider=provider, matched_at__isnull=False, parts__isnull=False
    ).distinct():
        if shared.get(deposit.pk, 0) != deposit.amount:
            yield f"the deposit {deposit.public_id} of {deposit.amount} yen is shared out as {shared.get(deposit.pk, 0)}"


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
    return int(paid.aggregate(n=Sum("amount"))["n"] or 0)


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
    for run in provider.payout_runs.prefetch_related("lines"):
        trailer = next((one for one in bytes(run.content).split(b"\r\n") if one[:1] == b"8"), b"")
        total = sum(line.amount for line in run.lines.all())
        if bytes(run.content) and not trailer[7:19].isdigit():
            yield f"transfer file of {run.day} has no trailer that can be read"
        elif trailer and int(trailer[7:19]) != total:
            yield f"transfer file of {run.day} asks for {int(trailer[7:19])} yen, its lines come to {total}"


def _cards(provider: Provider) -> Iterator[str]:
    """Every payment by card is in the journal and the books once, over its amount; so is what went back."""
    booked = set(Voucher.objects.filter(provider=provider).values_list("key", flat=True))
    events = Event.objects.filter(contract__provider=provider, what="pay", key__startswith="card-")
    told = {
        (contract, key): data.get("amount", 0) for contract, key, data in events.values_list("contract", "key", "data")
    }
    for charge in CardCharge.objects.filter(provider=provider, state="paid").select_related("contract").iterator():
        journaled = told.get((charge.contract_id, f"card-{charge.pk}"), 0)
        if journaled != charge.amount:
            yield f"{charge.contract}: the card payment of {charge.amount} yen is {journaled} in the journal"
        if f"card-{charge.pk}" not in booked:
            yield f"{charge.contract}: the card payment of {charge.amount} yen is not booked"
    for refund in CardRefund.objects.filter(charge__provider=provider, state="done").select_related("charge__contract"):
        if f"card-refund-{refund.pk}" not in booked:
            yield f"{refund.charge.contract}: the refund of {refund.amount} yen to a card is not booked"
    for row in CardDispute.objects.filter(charge__provider=provider).select_related("charge__contract"):
        if f"chargeback-{row.pk}-out" not in booked or (row.state == "won") is (
            f"chargeback-{row.pk}-back" not in booked
        ):
            yield f"{row.charge.contract}: the chargeback of {row.amount} yen is not booked as it stands"
    open_now = _disputed(provider, booked)
    rows = Entry.objects.filter(provider=provider, account="chargebacks")
    kept = rows.aggregate(n=Sum(F("debit") - F("credit")))["n"] or 0
    if kept != open_now:
        yield f"chargebacks is {kept} yen in the books, {open_now} by what happened"


def _disputed(provider: Provider, booked: set[str]) -> int:
    rows = CardDispute.objects.filter(charge__provider=provider).exclude(state="won")
    return sum(row.amount for row in rows if f"chargeback-{row.pk}-claimed" not in booked)


CHECKS = (_parts, _accounts, _payouts, _cards)  # each gives one line for each thing that does not agree
