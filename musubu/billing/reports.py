"""Reports from the books, for any day or period: receivables by age, deferred revenue, tax by rate, trial balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import F, Q, Sum

from musubu import clock
from musubu.billing import queries
from musubu.billing.ledger import ACCOUNTS
from musubu.billing.models import Charge, CreditNote, Entry, Invoice
from musubu.billing.preview import ONCE
from musubu.contracts.models import Contract
from musubu.parties.models import Provider

AT_ONCE = (*ONCE, "usage")  # earned when it is charged; everything else is earned day by day over its period


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    return datetime.combine(day, time.max, clock.TOKYO)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TOKYO)


def open_at(provider: Provider, day: date) -> list[queries.Open]:
    """Invoices that were not paid in full at the end of a day, the longest due first."""
    rows = Entry.objects.filter(
        provider=provider, account="receivable", of_contract__isnull=False, at__lte=end_of(day)
    ).order_by()
    sums = rows.values_list("contract", "of_contract").annotate(left=Sum(F("debit") - F("credit"))).exclude(left=0)
    left = {(contract, number): amount for contract, number, amount in sums}
    invoices = Invoice.objects.filter(provider=provider, issued_at__lte=end_of(day)).select_related(
        "contract__organisation"
    )
    found = [
        queries.Open(row, left[row.contract_id, row.of_contract], max(0, (day - row.due_on).days))
        for row in invoices.filter(contract__in={contract for contract, _number in left})
        if (row.contract_id, row.of_contract) in left
    ]
    return sorted(found, key=lambda one: (one.invoice.due_on, one.invoice.number))


@dataclass(frozen=True)
class Aged:
    """What one company owes, by age: columns as `queries.by_age` names them."""

    company: str
    ages: list[int]
    total: int


def aged(rows: list[queries.Open]) -> list[Aged]:
    """Open invoices by company and age, the largest sum first."""
    by_company: dict[str, list[queries.Open]] = defaultdict(list)
    for one in rows:
        by_company[one.invoice.contract.organisation.name].append(one)
    found = [
        Aged(company, [amount for _name, _count, amount in queries.by_age(own)], sum(one.left for one in own))
        for company, own in by_company.items()
    ]
    return sorted(found, key=lambda one: -one.total)


@dataclass(frozen=True)
class Deferred:
    """A prepaid line: how much of it, in whole yen before tax, is for days after the report's day."""

    line: Charge
    days: int
    left_days: int
    deferred: int


def deferred(provider: Provider, day: date) -> Iterator[Deferred]:
    """Invoiced fees for days to come. Earned day by day, fractions counted as not yet earned; nothing is deferred once
    the contract has ended or the invoice is taken back."""
    void = CreditNote.objects.filter(provider=provider, kind="void", issued_at__lte=end_of(day)).values("invoice")
    rows = Charge.objects.filter(
        contract__provider=provider, invoice__issued_at__lte=end_of(day), last__gt=day, amount__gt=0
    ).exclude(item__in=AT_ONCE)
    ended = Q(contract__state=Contract.State.ENDED, contract__ends_on__lte=day)
    rows = rows.exclude(invoice__in=void).exclude(ended).select_related("contract__organisation", "invoice")
    for line in rows.order_by("contract__number", "first", "pk").iterator(2000):
        days = (line.last - line.first).days + 1
        left = (line.last - max(day, line.first - (line.first.resolution))).days
        yield Deferred(line, days, left, line.amount - line.amount * (days - left) // days)


@dataclass
class Taxed:
    """One rate in a period: what was sold and given back, and the tax of each, as issued documents say."""

    rate: int
    net: int = 0
    tax: int = 0
    returned: int = 0
    returned_tax: int = 0

    @property
    def due(self) -> int:
        return self.tax - self.returned_tax


def tax_by_rate(provider: Provider, first: date, last: date) -> list[Taxed]:
    """Sales and returns by rate of consumption tax, from the documents issued in a period."""
    found: dict[int, Taxed] = {}
    span = {"provider": provider, "issued_at__gte": start_of(first), "issued_at__lte": end_of(last)}
    for rates in Invoice.objects.filter(**span).values_list("document__rates", flat=True).iterator(2000):
        for rate, net, tax in rates or []:
            row = found.setdefault(rate, Taxed(rate))
            row.net += net
            row.tax += tax
    for amount, tax in CreditNote.objects.filter(**span).values_list("amount", "tax"):
        row = found.setdefault(10 if tax else 0, Taxed(10 if tax else 0))
        row.returned += amount
        row.returned_tax += tax
    return sorted(found.values(), key=lambda one: -one.rate)


@dataclass(frozen=True)
class Balance:
    """One account over a period: what stood before, what moved, what stands after (debits less credits)."""

    account: str
    before: int
    debit: int
    credit: int

    @property
    def after(self) -> int:
        return self.before + self.debit - self.credit


def trial_balance(provider: Provider, first: date, last: date) -> list[Balance]:
    """Every account that has moved; the sums of all columns balance."""
    own = Entry.objects.filter(provider=provider).order_by()
    earlier = own.filter(at__lt=start_of(first)).values_list("account").annotate(n=Sum(F("debit") - F("credit")))
    before = {account: amount or 0 for account, amount in earlier}
    within = own.filter(at__gte=start_of(first), at__lte=end_of(last))
    moved = {
        account: (debit, credit)
        for account, debit, credit in within.values_list("account").annotate(d=Sum("debit"), c=Sum("credit"))
    }
    return [
        Balance(account, before.get(account, 0), *moved.get(account, (0, 0)))
        for account in ACCOUNTS
        if account in before or account in moved
    ]
