"""Reads of billing: what is open, how old it is, what came and went, and the books' balances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.expressions import BaseExpression

from musubu import clock
from musubu.billing import runs
from musubu.billing.models import Entry, Invoice
from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider

BUCKETS = ((0, 30), (31, 60), (61, 90), (91, None))  # days past the due day


@dataclass(frozen=True)
class Open:
    """An invoice that is not paid in full; `left` in whole yen with tax."""

    invoice: Invoice
    left: int
    days_late: int


def open_amounts(contracts: Iterable[int] | QuerySet[Contract, Any]) -> dict[tuple[int, int], int]:
    """(contract, invoice as the terms count) -> what is still open, by the books."""
    rows = Entry.objects.filter(contract__in=contracts, account="receivable", of_contract__isnull=False)
    sums = rows.values_list("contract", "of_contract").annotate(left=Sum(F("debit") - F("credit")))
    return {(contract, number): left for contract, number, left in sums.order_by() if left}


def open_invoices(
    contracts: QuerySet[Contract],
    today: date,
    among: QuerySet[Invoice] | None = None,
    marks: Mapping[str, BaseExpression] | None = None,
) -> list[Open]:
    """Open invoices of some contracts (of those that may be seen), the longest due first; `marks` are read along with
    each row."""
    left = open_amounts(contracts.values("pk"))
    rows = (
        (Invoice.objects.all() if among is None else among)
        .filter(contract__in={contract for contract, _number in left})
        .select_related("contract__organisation")
        .annotate(**marks or {})
    )
    found = [
        Open(row, left[row.contract_id, row.of_contract], max(0, (today - row.due_on).days))
        for row in rows
        if (row.contract_id, row.of_contract) in left
    ]
    return sorted(found, key=lambda one: (one.invoice.due_on, one.invoice.number))


def by_age(rows: list[Open]) -> list[tuple[str, int, int]]:
    """("not due" | "1-30" | …, how many, yen)."""
    late = [one for one in rows if one.days_late]
    found = [("not due", len(rows) - len(late), sum(one.left for one in rows if not one.days_late))]
    for first, last in BUCKETS:
        own = [one for one in late if max(first, 1) <= one.days_late and (last is None or one.days_late <= last)]
        name = f"{max(first, 1)}-{last}" if last else f"{first}+"
        found.append((name, len(own), sum(one.left for one in own)))
    return found


def contracts_of(provider: Provider, organisation: Organisation | None) -> QuerySet[Contract]:
    rows = Contract.objects.filter(provider=provider)
    return rows if organisation is None else rows.filter(organisation=organisation)


def invoices(provider: Provider, organisation: Organisation | None, wanted: dict[str, Any]) -> QuerySet[Invoice]:
    """Found by date, amount and party, alone or together, each as a range where it has one (電子帳簿保存法)."""
    rows = Invoice.objects.filter(provider=provider).select_related("contract__organisation").order_by("-number")
    if organisation is not None:
        rows = rows.filter(contract__organisation=organisation)
        if waits := runs.held(provider):
            rows = rows.exclude(waits)
    if wanted.get("from"):
        rows = rows.filter(issued_at__gte=_midnight(wanted["from"]))
    if wanted.get("to"):
        rows = rows.filter(issued_at__lt=datetime.combine(wanted["to"], time.max, clock.TOKYO))
    if wanted.get("least") is not None:
        rows = rows.filter(total__gte=wanted["least"])
    if wanted.get("most") is not None:
        rows = rows.filter(total__lte=wanted["most"])
    if wanted.get("party"):
        rows = rows.filter(Q(party__icontains=wanted["party"]) | Q(contract__number__icontains=wanted["party"]))
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TOKYO)


def month_sums(provider: Provider, first: datetime, last: datetime) -> dict[str, int]:
    """Invoiced and collected yen between two moments."""
    issued = Invoice.objects.filter(provider=provider, issued_at__gte=first, issued_at__lt=last)
    collected = came_in(provider).filter(at__gte=first, at__lt=last).aggregate(n=Sum(F("debit") - F("credit")))["n"]
    return {"invoiced": issued.aggregate(n=Sum("total"))["n"] or 0, "collected": collected or 0}


def came_in(provider: Provider) -> QuerySet[Entry]:
    """Customers' money as the contracts know it: confirmed, whatever the way, less what was taken back. A card company's
    or an agent's paying over is the same money once more."""
    return Entry.objects.filter(provider=provider, account="bank", voucher__isnull=True).order_by()


def open_interest(contract: Contract) -> int:
    """Late interest that was counted and is not paid, by the books."""
    rows = Entry.objects.filter(contract=contract, account="interest-receivable")
    return rows.aggregate(n=Sum(F("debit") - F("credit")))["n"] or 0


def virtual_account(organisation: Organisation) -> str:
    """The payer code that a customer's transfers carry: 10 digits."""
    return f"{organisation.pk:010}"
