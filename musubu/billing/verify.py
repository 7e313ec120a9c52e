"""`musubu billing verify`: invoices, books and the contracts' journals against each other, to the yen."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Sum

from musubu.billing import ledger, verify_moves
from musubu.billing.models import CreditNote, Entry, Invoice
from musubu.contracts import playing
from musubu.contracts.models import Contract, Outcome
from musubu.parties.models import Provider


def differences(provider: Provider) -> Iterator[str]:
    """One line for each thing that does not agree."""
    yield from _numbers(provider)
    yield from _balance(provider)
    yield from verify_moves.differences(provider)
    rows = Contract.objects.filter(provider=provider, played_to__isnull=False)
    for contract in rows.select_related("terms_version").prefetch_related("events").iterator(chunk_size=200):
        yield from _contract(contract)


def _numbers(provider: Provider) -> Iterator[str]:
    for name, table in (("invoice", Invoice), ("credit note", CreditNote)):
        numbers = list(table.objects.filter(provider=provider).order_by("number").values_list("number", flat=True))
        for expected, found in enumerate(numbers, 1):
            if expected != found:
                yield f"{name} number {expected} is missing"
                break


def _balance(provider: Provider) -> Iterator[str]:
    rows = Entry.objects.filter(provider=provider).order_by()
    own = rows.filter(voucher__isnull=False).values_list("voucher__key").annotate(off=Sum(F("debit") - F("credit")))
    for key, off in own.exclude(off=0):
        yield f"voucher {key} is {off} yen out of balance"
    rows = rows.filter(voucher__isnull=True)
    sums = rows.values_list("contract__number", "outcome").annotate(off=Sum(F("debit") - F("credit"))).exclude(off=0)
    for number, outcome, off in sums:
        yield f"{number}: entries of outcome {outcome} are {off} yen out of balance"


def _contract(contract: Contract) -> Iterator[str]:
    outcomes = list(contract.outcomes.order_by("n"))
    yield from _entries(contract, outcomes)
    yield from _invoices(contract, outcomes)
    yield from _standing(contract)


def _entries(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    """The books hold what each outcome means, no more and no less."""
    kept = {
        (row.outcome or 0, row.line): (row.account, row.debit, row.credit, row.of_contract)
        for row in contract.entries.filter(voucher__isnull=True)
    }
    meant = {
        (one.n, place): (line.account, line.debit, line.credit, line.invoice)
        for one in outcomes
        for place, line in enumerate(ledger.lines(one.what, one.data, one.why))
    }
    for key in sorted(kept.keys() | meant.keys()):
        if kept.get(key) != meant.get(key):
            yield f"{contract.number}: outcome {key[0]} is booked as {kept.get(key)}, it means {meant.get(key)}"


def _invoices(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    said = {one.data["invoice"]: one.data for one in outcomes if one.what == "invoice.issued"}
    issued = {row.of_contract: row for row in contract.invoices.prefetch_related("lines")}
    for number in sorted(said.keys() | issued.keys()):
        data, row = said.get(number), issued.get(number)
        if data is None or row is None:
            yield f"{contract.number}: invoice {number} stands only in the {'journal' if row is None else 'invoices'}"
            continue
        if (row.subtotal, row.tax, row.total) != (data["subtotal"], data["tax"], data["total"]):
            yield f"{contract.number}: invoice {number} is {row.total} yen, the journal says {data['total']}"
        if sum(line.amount for line in row.lines.all()) != row.subtotal:
            yield f"{contract.number}: the lines of invoice {number} do not come to {row.subtotal} yen"
        if sum(net + tax for _rate, net, tax in row.document["rates"]) != row.total:
            yield f"{contract.number}: the rates of invoice {number} do not come to {row.total} yen"


def _standing(contract: Contract) -> Iterator[str]:
    """What the books hold open, in balance and in deposit is what the terms say."""
    assert contract.played_to is not None
    life = playing.played(contract, contract.played_to).life
    sums = {
        account: (debit or 0) - (credit or 0)
        for account, debit, credit in contract.entries.order_by()
        .values_list("account")
        .annotate(d=Sum("debit"), c=Sum("credit"))
    }
    for account, said in (
        ("receivable", sum(invoice.unpaid for invoice in life.invoices)),
        ("customer-balance", -life.balance),
        ("deposits-held", -life.deposit.held),
    ):
        if sums.get(account, 0) != said:
            yield f"{contract.number}: {account} is {sums.get(account, 0)} yen in the books, {said} by the terms"
