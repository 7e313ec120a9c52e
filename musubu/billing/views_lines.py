"""The page behind a line of an invoice: why it is there, down to the records."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext_lazy

from musubu import clock
from musubu.billing import queries, why
from musubu.contracts.models import UsageRecord
from musubu.parties.decorators import acting_of, member_required
from musubu.tables import Column, Table


def _yen(record: UsageRecord) -> Decimal:
    return Decimal(record.milli) / 1000


COLUMNS = [
    Column(gettext_lazy("Record id"), lambda one: one.record, "record"),
    Column(gettext_lazy("When"), lambda one: f"{one.at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M:%S}", "at"),
    Column(gettext_lazy("Number or measure"), lambda one: one.metric or why.masked(one.number), "number"),
    Column(gettext_lazy("Seconds or quantity"), lambda one: one.quantity if one.metric else one.seconds, "seconds"),
    Column(gettext_lazy("Prefix"), why.prefix),
    Column(
        gettext_lazy("Rates of"), lambda one: one.table.valid_from.isoformat() if one.table else "", "table__valid_from"
    ),
    Column(gettext_lazy("Yen"), lambda one: "" if one.metric else _yen(one), "milli"),
]


@member_required("invoices.read")
def line(request: HttpRequest, public_id: object, n: int) -> HttpResponseBase:
    """One line with its chain: price version, rule, clause, special agreement, records."""
    acting = acting_of(request)
    rows = queries.invoices(acting.provider, acting.organisation, {})
    invoice = get_object_or_404(rows, public_id=public_id)
    row = get_object_or_404(invoice.lines.select_related("contract__terms_version", "contract__plan"), outcome=n)
    chain = why.of(row, (get_language() or "ja").split("-")[0])
    table = Table(request, chain.records, COLUMNS, size=50)
    if request.GET.get("format") == "csv":
        return table.csv(f"usage-{invoice.number:06}-{n}")
    cells = [[column.value(one) for column in COLUMNS] for one in table.page]
    context = {"invoice": invoice, "why": chain, "table": table, "page": table.page, "cells": cells}
    return render(request, "billing/line.html", context)
