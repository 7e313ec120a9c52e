"""Pages of billing: what is due, invoices, and the books."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy

from musubu import clock
from musubu.billing import customer, documents, queries
from musubu.billing.forms import FindForm
from musubu.billing.models import BankDeposit, CreditNote, Invoice
from musubu.parties.decorators import acting_of, member_required
from musubu.tables import Column, Table

WORK_LIST = 50


def _lang(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in documents.WORDS else (get_language() or "ja").split("-")[0]


@member_required("invoices.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """Customers: what is due, when, how to pay. Staff: the month, receivables by age, what waits."""
    acting = acting_of(request)
    if not acting.is_staff:
        return render(request, "billing/mine.html", customer.page(acting.provider, acting.organisation))
    shown = queries.invoices(acting.provider, None, {})
    rows = queries.open_invoices(queries.contracts_of(acting.provider, None), clock.today(), shown)
    first = clock.now().astimezone(clock.TOKYO).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    context: dict[str, Any] = {
        "open": rows[:WORK_LIST],
        "total": sum(one.left for one in rows),
        "ages": queries.by_age(rows),
        "month": queries.month_sums(acting.provider, first, clock.now() + timedelta(seconds=1)),
        "waiting": BankDeposit.objects.filter(provider=acting.provider, matched_at__isnull=True, set_aside="").count(),
    }
    return render(request, "billing/home.html", context)


COLUMNS = [
    Column(gettext_lazy("Number"), lambda one: f"{one.number:06}", "number"),
    Column(gettext_lazy("Issued"), lambda one: one.issued_at.astimezone(clock.TOKYO).date(), "issued_at"),
    Column(gettext_lazy("Company"), lambda one: one.party, "party"),
    Column(gettext_lazy("Contract"), lambda one: one.contract.number, "contract__number"),
    Column(gettext_lazy("Due"), lambda one: one.due_on, "due_on"),
    Column(gettext_lazy("Total with tax"), lambda one: one.total, "total"),
]


@member_required("invoices.read")
def invoices(request: HttpRequest) -> HttpResponseBase:
    """Every invoice, found by date, amount and party."""
    acting = acting_of(request)
    form = FindForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    wanted = {"from": given.get("first"), "to": given.get("last"), **given}
    table = Table(request, queries.invoices(acting.provider, acting.organisation, wanted), COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("invoices")
    return render(request, "billing/invoices.html", {"table": table, "page": table.page, "form": form})


def _invoice(request: HttpRequest, public_id: uuid.UUID) -> Invoice:
    acting = acting_of(request)
    return get_object_or_404(queries.invoices(acting.provider, acting.organisation, {}), public_id=public_id)


@member_required("invoices.read")
def invoice(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One invoice with the why of its lines, what paid it, and what took it back."""
    row = _invoice(request, public_id)
    lines = [(line, row.contract.outcomes.filter(n=line.outcome).first()) for line in row.lines.order_by("outcome")]
    entries = row.contract.entries.filter(account="receivable", of_contract=row.of_contract).order_by("at", "outcome")
    left = queries.open_amounts([row.contract_id]).get((row.contract_id, row.of_contract), 0)
    context = {"invoice": row, "lines": lines, "entries": entries, "left": left, "contract": row.contract}
    context |= customer.of_invoice(row, left)
    return render(request, "billing/invoice.html", context)


@member_required("invoices.read")
def invoice_of(request: HttpRequest, public_id: uuid.UUID, n: int) -> HttpResponseBase:
    """The link of the mail: a contract's invoice as the terms count them."""
    acting = acting_of(request)
    rows = queries.invoices(acting.provider, acting.organisation, {})
    row = get_object_or_404(rows, contract__public_id=public_id, of_contract=n)
    return redirect("billing-invoice", row.public_id)


def _pdf(content: bytes, name: str) -> HttpResponseBase:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@member_required("invoices.read")
def invoice_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    row = _invoice(request, public_id)
    return _pdf(documents.invoice(row, _lang(request)), f"invoice-{row.number:06}")


@member_required("invoices.read")
def credit_note_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    acting = acting_of(request)
    rows = CreditNote.objects.filter(contract__in=queries.contracts_of(acting.provider, acting.organisation))
    row = get_object_or_404(rows.select_related("invoice"), public_id=public_id)
    return _pdf(documents.credit_note(row, _lang(request)), f"return-invoice-{row.number:06}")
