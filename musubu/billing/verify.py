"""`musubu billing verify`: invoices, charges, credit notes, payments, vouchers and books against the contracts' journals,
to the yen. What it says names the row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Sum

from musubu import clock
from musubu.billing import effects, ledger, verify_moves, writeoffs
from musubu.billing.models import CreditNote, Entry, Invoice, Voucher
from musubu.contracts import playing
from musubu.contracts.models import Contract, Outcome
from musubu.parties.models import Provider


def differences(provider: Provider) -> Iterator[str]:
    """One line for each thing that does not agree."""
    for check in (_numbers, _balance, writeoffs.differences, _vouchers, _tax, *verify_moves.CHECKS):
        yield from _readable("the books", check, provider)
    rows = Contract.objects.filter(provider=provider, played_to__isnull=False)
    for contract in rows.select_related("terms_version").prefetch_related("events").iterator(chunk_size=200):
        yield from _contract(contract)


def _readable(where: str, check: Callable[..., Iterator[str]], *given: Any) -> Iterator[str]:
    """What a check finds. Rows so damaged that it cannot read them are a finding of their own, and the others are still
    looked at."""
    try:
        yield from check(*given)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = check.__name__.strip("_").replace("_", " ")
        yield f"{where}: the check of {what} cannot read what is kept ({type(error).__name__}: {error})"


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


def _vouchers(provider: Provider) -> Iterator[str]:
    """Each voucher has entries, in known accounts, at its own moment, and of one provider."""
    for key in Voucher.objects.filter(provider=provider, entries__isnull=True).values_list("key", flat=True):
        yield f"voucher {key} has no entries"
    rows = Entry.objects.filter(provider=provider)
    for account in rows.exclude(account__in=ledger.ACCOUNTS).values_list("account", flat=True).distinct().order_by():
        yield f"the account {account} is unknown"
    for key in rows.exclude(voucher=None).exclude(at=F("voucher__at")).values_list("voucher__key", flat=True):
        yield f"voucher {key} is booked at another moment than its own"
    there = Voucher.objects.filter(pk=OuterRef("voucher_id"))
    for entry in rows.exclude(voucher=None).exclude(Exists(there)).values_list("pk", flat=True):
        yield f"entry {entry} belongs to a voucher that is not there"
    strange = rows.exclude(contract=None).exclude(contract__provider=provider)
    strange |= rows.exclude(voucher=None).exclude(voucher__provider=provider)
    for entry in strange.values_list("pk", flat=True):
        yield f"entry {entry} concerns another provider's contract or voucher"


def _tax(provider: Provider) -> Iterator[str]:
    """The tax accounts hold what the documents say."""
    booked = Entry.objects.filter(provider=provider, account__in=("tax-10", "tax-8"), voucher__isnull=True)
    held = booked.aggregate(n=Sum(F("credit") - F("debit")))["n"] or 0
    sold = Invoice.objects.filter(provider=provider).aggregate(n=Sum("tax"))["n"] or 0
    back = CreditNote.objects.filter(provider=provider).aggregate(n=Sum("tax"))["n"] or 0
    if held != sold - back:
        yield f"the tax accounts hold {held} yen, the documents say {sold - back}"


def _contract(contract: Contract) -> Iterator[str]:
    outcomes = list(contract.outcomes.order_by("n"))
    for check in (_entries, _charges, _invoices, _credit_notes, _payments):
        yield from _readable(contract.number, check, contract, outcomes)
    yield from _readable(contract.number, _standing, contract)


def _compared(contract: Contract, name: str, kept: dict[Any, Any], meant: dict[Any, Any]) -> Iterator[str]:
    """What is kept and what the journal means, key by key."""
    for key in sorted(kept.keys() | meant.keys()):
        if kept.get(key) != meant.get(key):
            yield f"{contract.number}: {name} {key} is kept as {kept.get(key)}, it means {meant.get(key)}"


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
    yield from _compared(contract, "entry", kept, meant)


def _charges(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    """A charge for each outcome that charges, on the invoice that the terms put it on."""
    on = {
        n: one.data["invoice"]
        for one in outcomes
        if one.what == "invoice.issued"
        for n in next((step["values"]["charges"] for step in one.why if "charges" in step["values"]), [])
    }
    kept = {
        row.outcome: (row.item, row.first.isoformat(), row.last.isoformat(), row.amount, row.clause,
                      row.invoice.of_contract if row.invoice else None)
        for row in contract.charges.select_related("invoice")
    }  # fmt: skip
    meant = {
        one.n: (one.data["item"], one.data["from"], one.data["to"], one.data["amount"], one.clause, on.get(one.n))
        for one in outcomes
        if one.what == "charge"
    }
    yield from _compared(contract, "charge", kept, meant)


def _invoices(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    said = {one.data["invoice"]: one for one in outcomes if one.what == "invoice.issued"}
    issued = {row.of_contract: row for row in contract.invoices.prefetch_related("lines")}
    for number in sorted(said.keys() | issued.keys()):
        outcome, row = said.get(number), issued.get(number)
        if outcome is None or row is None:
            yield f"{contract.number}: invoice {number} stands only in the {'journal' if row is None else 'invoices'}"
            continue
        data = outcome.data
        if (row.subtotal, row.tax, row.total) != (data["subtotal"], data["tax"], data["total"]):
            yield f"{contract.number}: invoice {number} is {row.total} yen, the journal says {data['total']}"
        if (row.due_on.isoformat(), row.issued_at) != (data["due"], outcome.at):
            yield f"{contract.number}: invoice {number} is due on {row.due_on}, the journal says {data['due']}"
        yield from _readable(f"{contract.number}: invoice {number}", _document, contract, row)


def _document(contract: Contract, row: Invoice) -> Iterator[str]:
    """What is printed on an invoice is what its lines and sums are."""
    lines = sorted(row.lines.all(), key=lambda one: one.outcome)
    if sum(line.amount for line in lines) != row.subtotal:
        yield f"{contract.number}: the lines of invoice {row.of_contract} do not come to {row.subtotal} yen"
    printed = [(line["item"], line["amount"]) for line in row.document["lines"]]
    if printed != [(line.item, line.amount) for line in lines]:
        yield f"{contract.number}: invoice {row.of_contract} prints other lines than it has"
    if sum(net + tax for _rate, net, tax in row.document["rates"]) != row.total:
        yield f"{contract.number}: the rates of invoice {row.of_contract} do not come to {row.total} yen"


def _credit_notes(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    """A return invoice for everything that is taken back, and for nothing else."""
    kept = {row.outcome: (row.amount, row.tax, row.clause) for row in contract.credit_notes.all()}
    meant = {one.n: (*effects.net_and_tax(one), one.clause) for one in outcomes if effects.takes_back(one)}
    yield from _compared(contract, "credit note of outcome", kept, meant)


RECEIVED = ("paid", "balance.kept", "deposit.received")


def _payments(contract: Contract, outcomes: list[Outcome]) -> Iterator[str]:
    """All money that came is somewhere: on invoices, in the balance, in the deposit."""
    came: Counter[Any] = Counter()
    for event in contract.events.all():
        if event.what == "pay" and "amount" in event.data:
            came[event.at] += event.data["amount"]
    unnamed = {event.at for event in contract.events.all() if event.what == "pay" and "amount" not in event.data}
    went: Counter[Any] = Counter()
    for one in outcomes:
        if one.what in RECEIVED and one.data.get("from") != "balance":
            went[one.at] += one.data["amount"]
    for at in sorted((came.keys() | went.keys()) - unnamed):
        if came[at] != went[at]:
            day = at.astimezone(clock.TOKYO).date()
            yield f"{contract.number}: {came[at]} yen came on {day}, {went[at]} yen are accounted for"


def _standing(contract: Contract) -> Iterator[str]:
    """What the terms moved in the books is open, in balance and in deposit as the terms say; vouchers come on top."""
    assert contract.played_to is not None
    life = playing.played(contract, contract.played_to).life
    rows = contract.entries.filter(voucher__isnull=True).order_by().values_list("account")
    sums = {
        account: (debit or 0) - (credit or 0)
        for account, debit, credit in rows.annotate(d=Sum("debit"), c=Sum("credit"))
    }
    for account, said in (
        ("receivable", sum(invoice.unpaid for invoice in life.invoices)),
        ("customer-balance", -life.balance),
        ("deposits-held", -life.deposit.held),
    ):
        if sums.get(account, 0) != said:
            yield f"{contract.number}: {account} is {sums.get(account, 0)} yen in the books, {said} by the terms"
