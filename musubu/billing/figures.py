"""The figures of staff's first page of money: invoiced, collected, recurring revenue and its movements, what comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from musubu import clock
from musubu.billing import preview, queries, walks
from musubu.billing.models import CardCharge, DebitLine, Invoice, Outlook, OutlookLine
from musubu.contracts import forecast
from musubu.contracts.models import Contract, Event
from musubu.parties import permissions
from musubu.parties.models import Person, Provider
from musubu.terms import calendar
from musubu.terms.calendar import DAY

MONTHS = 12
PAID = "paid"


def months_to(last: date, count: int = MONTHS) -> list[date]:
    """The first days of so many months, the last one that of a day."""
    return [calendar.months_before(last.replace(day=1), back) for back in range(count - 1, -1, -1)]


def invoiced_and_collected(provider: Provider, months: list[date]) -> list[tuple[date, int, int]]:
    """Yen with tax by calendar month: invoiced, and what customers paid."""
    begin = datetime.combine(months[0], time(), clock.TOKYO)
    end = datetime.combine(calendar.next_month_first(months[-1]), time(), clock.TOKYO)
    issued = Invoice.objects.filter(provider=provider, issued_at__gte=begin, issued_at__lt=end).order_by()
    came = queries.came_in(provider).filter(at__gte=begin, at__lt=end)
    invoiced = _by_month(issued, "issued_at", Sum("total"))
    collected = _by_month(came, "at", Sum(F("debit") - F("credit")))
    return [(month, invoiced.get(month, 0), collected.get(month, 0)) for month in months]


def _by_month(rows: QuerySet[Any], moment: str, what: Sum) -> dict[date, int]:
    sums = rows.annotate(month=TruncMonth(moment, tzinfo=clock.TOKYO)).values_list("month").annotate(n=what)
    return {month.astimezone(clock.TOKYO).date(): amount for month, amount in sums}


@dataclass
class Movement:
    """A month's recurring revenue (whole yen a month, before tax) at its end, and how it moved."""

    month: date
    new: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    total: int = 0

    def moved(self, by: int) -> None:
        if by > 0:
            self.expansion += by
        else:
            self.contraction -= by


def recurring(provider: Provider, months: list[date], today: date) -> list[Movement]:
    """Monthly fees with options of running contracts: what they are at each month's end, and why they moved. A spot
    contract is no recurring revenue; a plan that fell to Free is lost."""
    found = {month: Movement(month) for month in months}
    total, until = 0, calendar.month_last(months[-1])
    revised = _revisions(provider)
    for row in _rows(provider):
        for day, before, after in _steps(row, revised.get(row[0], [])):
            if day > min(until, today):
                continue
            if day < months[0]:
                total += after - before
            else:
                _add(found[day.replace(day=1)], before, after)
    for month in months:
        own = found[month]
        total += own.new + own.expansion - own.contraction - own.churn
        own.total = total
    return list(found.values())


def _add(movement: Movement, before: int, after: int) -> None:
    if before == 0:
        movement.new += after
    elif after == 0:
        movement.churn += before
    else:
        movement.moved(after - before)


def _rows(provider: Provider) -> Iterator[tuple[Any, ...]]:
    rows = Contract.objects.filter(provider=provider, begins_on__isnull=False).order_by()
    return rows.values_list("pk", "begins_on", "ends_on", "free_since", "particulars").iterator(5000)


def _revisions(provider: Provider) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = {}
    events = Event.objects.filter(contract__provider=provider, what="change-price").order_by("contract", "n")
    for contract, data in events.values_list("contract", "data").iterator(5000):
        found.setdefault(contract, []).append((date.fromisoformat(data["effective"]), data["monthly_fee"]))
    return found


def _steps(row: tuple[Any, ...], revised: list[tuple[date, int]]) -> Iterator[tuple[date, int, int]]:
    """(day, fee before, fee after) of one contract, in order of days."""
    _key, begins, ends, free_since, table = row
    if table.get("form") == "spot":
        return
    options = sum(table.get("options", {}).values())
    over = min((day for day in (ends and ends + DAY, free_since and _day(free_since)) if day), default=None)
    before, after = 0, table["monthly_fee"] + options
    yield begins, before, after
    for day, fee in sorted(revised):
        if begins < day and (over is None or day < over):
            before, after = after, fee + options
            yield day, before, after
    if over:
        yield over, after, 0


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.TOKYO).date()


def failed_debits(provider: Provider, since: date) -> tuple[int, int]:
    """How many debits the bank refused since a day, and their yen."""
    rows = DebitLine.objects.filter(run__provider=provider, run__day__gte=since).exclude(result__in=("", PAID))
    found = rows.aggregate(n=Sum("amount"))
    return rows.count(), found["n"] or 0


def failed_cards(provider: Provider, since: date) -> tuple[int, int]:
    """How many invoices a card did not pay since a day, and their yen; one that another try paid is none."""
    midnight = datetime.combine(since, time(), clock.TOKYO)
    rows = CardCharge.objects.filter(provider=provider, asked_at__gte=midnight)
    paid = CardCharge.objects.filter(provider=provider, state="paid").values("invoice")
    failed = rows.filter(state__in=("refused", "needs-authentication", "uncertain")).exclude(invoice__in=paid)
    amounts = dict(failed.order_by("pk").values_list("invoice", "amount"))
    return len(amounts), sum(amounts.values())


def look_ahead(*, provider: Provider, person: Person, months: int = MONTHS) -> Outlook:
    """Ask for a fresh outlook; a worker makes it. While one is under way it is that one."""
    permissions.require(person, "billing.read", provider=provider)
    if under_way := Outlook.objects.filter(provider=provider, ended_at__isnull=True).first():
        return under_way
    Outlook.objects.filter(provider=provider).delete()
    outlook = Outlook(provider=provider, first=clock.today().replace(day=1), months=months)
    walks.begin(outlook, person)
    return outlook


def look(outlook: Outlook, contract: Contract) -> OutlookLine | None:
    """One contract's invoices by month; none where nothing comes."""
    months = [calendar.months_after(outlook.first, n) for n in range(outlook.months)]
    until = datetime.combine(calendar.next_month_first(months[-1]), time(), clock.TOKYO) - timedelta(microseconds=1)
    found = preview.months(forecast.foreseen(contract, until))
    totals = [found.get(month, preview.Month()).total for month in months]
    return (
        OutlookLine(outlook=outlook, contract=contract, service=contract.service, months=totals)
        if any(totals)
        else None
    )


WALK = walks.Kind(Outlook, OutlookLine, look)


def ahead(outlook: Outlook) -> list[tuple[date, int]]:
    """Yen with tax by month, over all contracts."""
    sums = [0] * outlook.months
    for months in outlook.lines.values_list("months", flat=True).iterator(5000):
        for place, amount in enumerate(months):
            sums[place] += amount
    return [(calendar.months_after(outlook.first, place), amount) for place, amount in enumerate(sums)]
