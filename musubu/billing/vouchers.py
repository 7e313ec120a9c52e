"""Bookings that no outcome of the terms made: balanced, kept once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from musubu import clock
from musubu.billing.ledger import ACCOUNTS, Line
from musubu.billing.models import Entry, Voucher
from musubu.contracts.models import Contract
from musubu.parties.models import Person, Provider
from musubu.transactions import whole


class OutOfBalance(ValueError):
    """Debits and credits differ, or an account is unknown: a fault of the caller, not of a person's input."""


@whole
def book(
    *,
    provider: Provider,
    kind: str,
    key: str,
    lines: Sequence[Line],
    text: str = "",
    contract: Contract | None = None,
    at: datetime | None = None,
    person: Person | None = None,
) -> Voucher:
    """Keep one voucher with its entries (whole yen); the same key gives the voucher that is there already. Who may do
    it is asked by the use case that books. Raises OutOfBalance."""
    if twin := Voucher.objects.filter(provider=provider, key=key).first():
        return twin
    kept = [line for line in lines if line.debit or line.credit]
    off = sum(line.debit - line.credit for line in kept)
    unknown = {line.account for line in kept} - ACCOUNTS.keys()
    if off or unknown or not kept:
        raise OutOfBalance(f"{kind} {key}: {off} yen out of balance, unknown accounts {sorted(unknown)}")
    moment = at or clock.now()
    voucher = Voucher.objects.create(provider=provider, kind=kind, key=key, at=moment, text=text[:200], person=person)
    Entry.objects.bulk_create(
        Entry(
            provider=provider, contract=contract, voucher=voucher, line=place, at=moment, account=line.account,
            debit=line.debit, credit=line.credit, of_contract=line.invoice,
        )
        for place, line in enumerate(kept)
    )  # fmt: skip
    return voucher
