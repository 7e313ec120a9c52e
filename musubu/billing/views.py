"""Pages of billing: what is due, invoices, money that came, and the books."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import customer, deposits, documents, exports, ledger, queries
from musubu.billing.forms import FileForm, FindForm
from musubu.billing.models import BankDeposit, CreditNote, Entry, Invoice
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties.decorators import member_required, staff_required
from musubu.refusals import NotPossible
from musubu.tables import Column, Table, csv_file

WORK_LIST = 50


def _acting(request: HttpRequest) -> Any:
    return request.acting  # type: ignore[attr-defined]


def _lang(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in documents.WORDS else (get_language() or "ja").split("-")[0]


@member_required("invoices.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """Customers: what is due, when, how to pay. Staff: the month, receivables by age, what waits."""
    acting = _acting(request)
    if not acting.is_staff:
        return render(request, "billing/mine.html", customer.page(acting.organisation))
    rows = queries.open_invoices(queries.contracts_of(acting.provider, acting.organisation), clock.today())
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
    acting = _acting(request)
    form = FindForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    wanted = {"from": given.get("first"), "to": given.get("last"), **given}
    table = Table(request, queries.invoices(acting.provider, acting.organisation, wanted), COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("invoices")
    return render(request, "billing/invoices.html", {"table": table, "page": table.page, "form": form})


def _invoice(request: HttpRequest, public_id: uuid.UUID) -> Invoice:
    acting = _acting(request)
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
    acting = _acting(request)
    rows = CreditNote.objects.filter(contract__in=queries.contracts_of(acting.provider, acting.organisation))
    row = get_object_or_404(rows.select_related("invoice"), public_id=public_id)
    return _pdf(documents.credit_note(row, _lang(request)), f"return-invoice-{row.number:06}")


@staff_required("payments.read")
def money_in(request: HttpRequest) -> HttpResponseBase:
    """The bank's files, and the work list of deposits with their proposals."""
    acting = _acting(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            file = deposits.read_file(
                provider=acting.provider, person=acting.person, name=given.name, content=given.read()
            )
            messages.success(request, _("%(rows)s deposits were read.") % {"rows": file.rows})
            return redirect("billing-deposits")
        except (zengin.FileError, NotPossible) as error:
            form.add_error("file", str(error))
    waiting = BankDeposit.objects.filter(provider=acting.provider, matched_at__isnull=True, set_aside="").order_by("pk")
    among = deposits.candidates(acting.provider)
    context = {
        "form": form,
        "waiting": [(one, deposits.proposals(one, among)) for one in waiting[:WORK_LIST]],
        "count": waiting.count(),
        "done": BankDeposit.objects.filter(provider=acting.provider, matched_at__isnull=False)
        .select_related("contract__organisation", "matched_by")
        .order_by("-matched_at")[:20],
        "aside": BankDeposit.objects.filter(provider=acting.provider).exclude(set_aside="").order_by("-pk")[:20],
        "reasons": REASONS,
    }
    return render(request, "billing/deposits.html", context)


REASONS = {
    "virtual-account": gettext_lazy("its own account number"),
    "learned-name": gettext_lazy("a payer's name that was confirmed before"),
    "name": gettext_lazy("the company's name in kana"),
    "amount": gettext_lazy("the only open invoice of this amount"),
}


@require_POST
@staff_required("payments.match")
def match(request: HttpRequest) -> HttpResponseBase:
    """Match one deposit, set it aside, or match all that are sure."""
    acting, what = _acting(request), request.POST.get("what", "")
    try:
        if what == "sure":
            count = deposits.match_all_sure(provider=acting.provider, person=acting.person)
            messages.success(request, _("%(count)s deposits were matched.") % {"count": count})
            return redirect("billing-deposits")
        deposit = get_object_or_404(BankDeposit, provider=acting.provider, public_id=_uuid(request, "deposit"))
        if what == "aside":
            deposits.set_aside(deposit=deposit, person=acting.person, why=request.POST.get("why", ""))
        else:
            number = request.POST.get("number", "").strip()
            contract = Contract.objects.filter(provider=acting.provider, number=number).first()
            if contract is None:
                raise NotPossible(_("There is no contract %(number)s. Check its number.") % {"number": number})
            deposits.match(
                deposit=deposit, contract=contract, person=acting.person, reason=request.POST.get("reason", "")
            )
        messages.success(request, _("Saved."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-deposits")


def _uuid(request: HttpRequest, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid.UUID(int=0)


@staff_required("billing.read")
def books(request: HttpRequest) -> HttpResponseBase:
    """Trial balance and journal; `layout` gives the journal as CSV."""
    acting = _acting(request)
    entries = Entry.objects.filter(provider=acting.provider).select_related("contract", "voucher")
    if (layout := request.GET.get("layout", "")) in exports.HEADS:
        ordered = entries.order_by("voucher", "contract", "outcome", "line")
        return csv_file(f"journal-{layout}", exports.HEADS[layout], exports.rows(ordered.iterator(2000), layout))
    balance = queries.trial_balance(acting.provider, clock.now())
    context = {
        "balance": [(ledger.ACCOUNTS[account], debit, credit) for account, debit, credit in balance],
        "debits": sum(debit for _account, debit, _credit in balance),
        "credits": sum(credit for _account, _debit, credit in balance),
        "entries": [(one, ledger.ACCOUNTS[one.account]) for one in entries.order_by("-at", "-pk")[:WORK_LIST]],
        "layouts": list(exports.HEADS),
    }
    return render(request, "billing/books.html", context)
