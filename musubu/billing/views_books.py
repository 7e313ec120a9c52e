"""Staff pages of the books: trial balance, receivables by age, deferred revenue, tax by rate, the journal's exports."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from musubu import clock
from musubu.billing import exports, ledger, queries, reports
from musubu.billing.forms import DayField
from musubu.billing.models import Entry
from musubu.contracts import services
from musubu.contracts.forms import DateInput
from musubu.parties.decorators import acting_of, staff_required
from musubu.tables import csv_file

NEWEST = 50


class PeriodForm(forms.Form):
    first = DayField(label=gettext_lazy("From"), widget=DateInput())
    last = DayField(label=pgettext_lazy("period", "To"), widget=DateInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("This day lies before the first one."))
        return data


class DayForm(forms.Form):
    day = DayField(label=gettext_lazy("At the end of"), widget=DateInput())


def _period(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    """The chosen period; else the running year's beginning to today."""
    today = clock.today()
    default = {"first": today.replace(month=1, day=1), "last": today}
    form = PeriodForm(request.GET if "first" in request.GET else default)
    data = form.cleaned_data if form.is_valid() else default
    return form, data["first"], data["last"]


def _day(request: HttpRequest) -> tuple[DayForm, date]:
    form = DayForm(request.GET if "day" in request.GET else {"day": clock.today()})
    return form, form.cleaned_data["day"] if form.is_valid() else clock.today()


@staff_required("billing.read")
def books(request: HttpRequest) -> HttpResponseBase:
    """Trial balance of a period and the newest entries; `layout` gives the period's journal as a file."""
    acting, (form, first, last) = acting_of(request), _period(request)
    span = {"at__gte": reports.start_of(first), "at__lte": reports.end_of(last)}
    entries = Entry.objects.filter(provider=acting.provider, **span).select_related("contract__organisation", "voucher")
    if (layout := request.GET.get("layout", "")) in exports.HEADS:
        ordered = entries.order_by("at", "voucher", "contract", "outcome", "line")
        return exports.file(f"journal-{layout}-{first}-{last}", layout, ordered.iterator(2000))
    balance = reports.trial_balance(acting.provider, first, last)
    if request.GET.get("format") == "csv":
        head = [_("Account"), _("Opening balance"), _("Debit"), _("Credit"), _("Closing balance")]
        rows = ([str(ledger.ACCOUNTS[one.account]), one.before, one.debit, one.credit, one.after] for one in balance)
        return csv_file(f"trial-balance-{first}-{last}", head, rows)
    context = {
        "form": form, "balance": [(ledger.ACCOUNTS[one.account], one) for one in balance],
        "debits": sum(one.debit for one in balance), "credits": sum(one.credit for one in balance),
        "entries": [(one, ledger.ACCOUNTS[one.account]) for one in entries.order_by("-at", "-pk")[:NEWEST]],
        "layouts": LAYOUTS, "first": first, "last": last,
    }  # fmt: skip
    return render(request, "billing/books.html", context)


LAYOUTS = {
    "plain": gettext_lazy("plain"),
    "freee": "freee",
    "moneyforward": "Money Forward",
    "yayoi": gettext_lazy("Yayoi"),
}


@staff_required("billing.read")
def ages(request: HttpRequest) -> HttpResponseBase:
    """Receivables by age at the end of a day, by company."""
    acting, (form, day) = acting_of(request), _day(request)
    rows = reports.open_at(acting.provider, day)
    names = [name for name, _count, _amount in queries.by_age(rows)]
    companies = reports.aged(rows)
    if request.GET.get("format") == "csv":
        head = [_("Company"), *(_("not due yet") if name == "not due" else name for name in names), _("Sum")]
        return csv_file(f"receivables-{day}", head, ([one.company, *one.ages, one.total] for one in companies))
    sums = [amount for _name, _count, amount in queries.by_age(rows)]
    context = {"form": form, "day": day, "names": names, "companies": companies, "sums": sums, "total": sum(sums)}
    return render(request, "billing/ages.html", context)


@staff_required("billing.read")
def deferred(request: HttpRequest) -> HttpResponseBase:
    """Prepaid fees for days to come, at the end of a day."""
    acting, (form, day) = acting_of(request), _day(request)
    rows = reports.deferred(acting.provider, day)
    if request.GET.get("format") == "csv":
        head = [
            _("Contract"), _("Company"), _("What"), _("From"), pgettext("period", "To"), _("Before tax"), _("Days"), _("Days to come"),
            _("Deferred"),
        ]  # fmt: skip
        return csv_file(f"deferred-{day}", head, (_deferred_row(one) for one in rows))
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    shown: list[reports.Deferred] = []
    for one in rows:
        own = sums[one.line.contract.service]
        own[0] += 1
        own[1] += one.line.amount
        own[2] += one.deferred
        if len(shown) < NEWEST:
            shown.append(one)
    by_service = [(services.get(key).names, *own) for key, own in sums.items()]
    total = sum(own[2] for own in sums.values())
    context = {"form": form, "day": day, "rows": shown, "by_service": by_service, "total": total}
    return render(request, "billing/deferred.html", context)


def _deferred_row(one: reports.Deferred) -> list[Any]:
    line = one.line
    return [
        line.contract.number, line.contract.organisation.name, line.item, line.first, line.last, line.amount, one.days,
        one.left_days, one.deferred,
    ]  # fmt: skip


@staff_required("billing.read")
def tax(request: HttpRequest) -> HttpResponseBase:
    """Consumption tax by rate, from the documents issued in a period."""
    acting, (form, first, last) = acting_of(request), _period(request)
    rows = reports.tax_by_rate(acting.provider, first, last)
    if request.GET.get("format") == "csv":
        head = [_("Rate"), _("Sales"), _("Tax"), _("Given back"), _("Tax given back"), _("Tax left")]
        cells = ([f"{one.rate} %", one.net, one.tax, one.returned, one.returned_tax, one.due] for one in rows)
        return csv_file(f"tax-{first}-{last}", head, cells)
    context = {
        "form": form, "rows": rows, "first": first, "last": last, "total": sum(one.due for one in rows),
    }  # fmt: skip
    return render(request, "billing/tax.html", context)
