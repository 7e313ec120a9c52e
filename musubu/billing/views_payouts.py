"""Pages of money out: transfer files, and sellers' and agents' sales, shares and statements."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import payouts, sales, statement_sheets, statements
from musubu.billing.forms import DayField
from musubu.billing.models import Payable, PayoutLine, PayoutRun, Sale, Share, Statement
from musubu.billing.texts import whole_number
from musubu.billing.views_deposits import AccountForm
from musubu.contracts.forms import DateInput
from musubu.parties.decorators import acting_of, member_required, staff_required
from musubu.parties.models import Organisation
from musubu.parties.permissions import membership_allows
from musubu.parties.saying import saying
from musubu.refusals import NotPossible
from musubu.tables import csv_file
from musubu.terms.calendar import bank_day_on_or_after, month_first

KINDS = {
    "refund": gettext_lazy("refund"),
    "balance": gettext_lazy("balance given back"),
    "suspense": gettext_lazy("sent back to an unknown payer"),
    "seller": gettext_lazy("seller"),
    "agent": gettext_lazy("agent"),
}
RESULTS = {
    "": gettext_lazy("with the bank"),
    "paid": gettext_lazy("paid"),
    "failed": gettext_lazy("failed"),
    "withdrawn": gettext_lazy("withdrawn"),
}


class DayForm(forms.Form):
    day = DayField(label=gettext_lazy("Day of the transfer"), widget=DateInput())


class ShareForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(one, KINDS[one]) for one in sales.KINDS])
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("For"), queryset=Organisation.objects.none(), required=False, empty_label=gettext_lazy("all")
    )
    rate = forms.CharField(label=gettext_lazy("Share in per cent"), max_length=8)
    valid_from = DayField(label=gettext_lazy("From"), widget=DateInput())

    def __init__(self, *args: Any, organisations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations


class MonthForm(forms.Form):
    month = DayField(
        label=gettext_lazy("Month"),
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        input_formats=["%Y-%m"],
    )


@staff_required("payments.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """What is to be paid, and the transfer files."""
    acting = acting_of(request)
    form = DayForm(request.POST or None, initial={"day": bank_day_on_or_after(clock.today() + timedelta(days=1))})
    if request.method == "POST" and form.is_valid():
        chosen = list(Payable.objects.filter(provider=acting.provider, public_id__in=_uuids(request)))
        try:
            run = payouts.make_run(
                provider=acting.provider, person=acting.person, day=form.cleaned_data["day"], payables=chosen
            )
            return redirect("billing-payout-run", run.public_id)
        except NotPossible as error:
            form.add_error(None, str(error))
    rows = payouts.waiting(acting.provider)
    today = clock.today()
    context = {
        "rows": [
            (row, KINDS[row.kind], target, failed, (today - row.made_at.astimezone(clock.TOKYO).date()).days)
            for row, target, failed in rows
        ],
        "total": sum(row.left for row, _target, _failed in rows),
        "form": form,
        "runs": PayoutRun.objects.filter(provider=acting.provider).order_by("-pk")[:50],
    }
    return render(request, "billing/payouts.html", context)


def _uuids(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for one in request.POST.getlist("payable"):
        try:
            found.append(uuid.UUID(one))
        except ValueError:
            continue
    return found


def _run(request: HttpRequest, public_id: uuid.UUID) -> PayoutRun:
    return get_object_or_404(PayoutRun, provider=acting_of(request).provider, public_id=public_id)


@staff_required("payments.read")
def run(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One transfer file: its lines, and how it went."""
    row = _run(request, public_id)
    lines = list(row.lines.select_related("payable__organisation").order_by("place", "pk"))
    context = {
        "run": row, "lines": [(one, RESULTS[one.result], KINDS[one.payable.kind]) for one in lines],
        "total": sum(one.amount for one in lines), "due": row.day <= clock.today(),
    }  # fmt: skip
    return render(request, "billing/payout_run.html", context)


@require_POST
@staff_required("payments.payout")
def result(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Book a file with what failed, withdraw it, or note that a transfer came back."""
    row, acting, what = _run(request, public_id), acting_of(request), request.POST.get("what", "")
    with saying(request, _("Saved.")):
        if what == "book":
            places = {line.place for line in row.lines.all()}
            failed = {
                place: request.POST.get(f"why-{place}", "") for place in places if request.POST.get(f"failed-{place}")
            }
            payouts.book_run(run=row, person=acting.person, failed=failed)
        elif what == "withdraw":
            payouts.withdraw_run(run=row, person=acting.person)
        else:
            place = what.removeprefix("back-")
            why = request.POST.get(f"why-{place}", "")
            for line in PayoutLine.objects.filter(run=row, place=whole_number(place)):
                payouts.came_back(line=line, person=acting.person, why=why)
    return redirect("billing-payout-run", row.public_id)


@staff_required("payments.payout")
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The transfer file as it was made."""
    row = _run(request, public_id)
    response = HttpResponse(bytes(row.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="transfer-{row.day:%Y%m%d}.txt"'
    return response


@staff_required("billing.read")
def desk(request: HttpRequest) -> HttpResponseBase:
    """Sellers and agents: shares, what was sold and stands on no statement yet, statements."""
    acting = acting_of(request)
    which = request.POST.get("form", "")
    organisations = Organisation.objects.filter(provider=acting.provider).order_by("name")
    share = ShareForm(
        request.POST if which == "share" else None, organisations=organisations, initial={"valid_from": clock.today()}
    )
    last = month_first(month_first(clock.today()) - timedelta(days=1))
    month = MonthForm(request.POST if which == "month" else None, initial={"month": last})
    try:
        if which == "share" and share.is_valid():
            sales.agree(provider=acting.provider, person=acting.person, **share.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("billing-sales-desk")
        if which == "month" and month.is_valid():
            made = statements.close_month(
                provider=acting.provider, person=acting.person, month=month.cleaned_data["month"]
            )
            messages.success(request, _("%(count)s statements were made.") % {"count": len(made)})
            return redirect("billing-sales-desk")
    except NotPossible as error:
        (share if which == "share" else month).add_error(None, str(error))
    context = {
        "share": share, "month": month,
        "shares": [
            (one, KINDS[one.kind])
            for one in Share.objects.filter(provider=acting.provider).select_related("organisation").order_by("-valid_from", "-pk")
        ],
        "open": Sale.objects.filter(provider=acting.provider, statement__isnull=True)
        .select_related("organisation").order_by("-at")[:100],
        "statements": [
            (one, KINDS[one.kind])
            for one in Statement.objects.filter(provider=acting.provider).select_related("organisation").order_by("-number")[:100]
        ],
    }  # fmt: skip
    return render(request, "billing/sales_desk.html", context)


def _statements(acting: Any) -> Any:
    rows = Statement.objects.filter(provider=acting.provider).select_related("organisation", "provider")
    return rows if acting.organisation is None else rows.filter(organisation=acting.organisation)


@member_required("invoices.read")
def own(request: HttpRequest) -> HttpResponseBase:
    """A seller's or an agent's own statements, sales not stated yet, and the account for payouts."""
    acting = acting_of(request)
    if acting.organisation is None:
        return redirect("billing-sales-desk")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            payouts.set_account(organisation=acting.organisation, person=acting.person, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("billing-statements")
        except NotPossible as error:
            form.add_error(None, str(error))
    paid = PayoutLine.objects.filter(payable__organisation=acting.organisation, result="paid")
    context = {
        "form": form, "account": payouts.account_of(acting.organisation),
        "statements": [(one, KINDS[one.kind]) for one in _statements(acting).order_by("-number")],
        "open": Sale.objects.filter(organisation=acting.organisation, statement__isnull=True).order_by("-at")[:50],
        "paid": [(one, KINDS[one.payable.kind]) for one in paid.select_related("payable", "run").order_by("-pk")[:50]],
        "may": membership_allows(acting.membership, "payments.payee-account"),
    }  # fmt: skip
    return render(request, "billing/statements.html", context)


@member_required("invoices.read")
def statement_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    row = get_object_or_404(_statements(acting_of(request)), public_id=public_id)
    asked = request.GET.get("lang", "")
    lang = asked if asked in statement_sheets.WORDS else (get_language() or "ja").split("-")[0]
    response = HttpResponse(statement_sheets.sheet(row, lang), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{row.number:06}.pdf"'
    return response


@member_required("invoices.read")
def statement_csv(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    row = get_object_or_404(_statements(acting_of(request)), public_id=public_id)
    heads = [_("Day"), _("Record"), _("Item"), _("Amount"), _("Share")]
    return csv_file(f"statement-{row.number:06}", heads, statement_sheets.rows(row))


@staff_required("payments.payout")
def account(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The account of an organisation for payouts, entered by staff."""
    acting = acting_of(request)
    row = get_object_or_404(Organisation, provider=acting.provider, public_id=public_id)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            payouts.set_account(organisation=row, person=acting.person, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("billing-payouts")
        except NotPossible as error:
            form.add_error(None, str(error))
    return render(
        request, "billing/payee.html", {"organisation": row, "form": form, "account": payouts.account_of(row)}
    )
