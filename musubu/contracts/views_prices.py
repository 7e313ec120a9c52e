"""Staff pages of price lists and rate tables."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.contracts import pricelists
from musubu.contracts.forms import DateInput
from musubu.contracts.models import RateTable
from musubu.contracts.views_offering import known_service
from musubu.parties.decorators import acting_of, staff_required
from musubu.refusals import NotPossible
from musubu.tables import csv_file

MOST_FILE = 10_000_000


class ListForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Price list (CSV)"))

    def clean_file(self) -> Any:
        return small(self.cleaned_data["file"])


def small(given: Any) -> Any:
    """A file that can be a list, by its size."""
    if given and given.size > MOST_FILE:
        raise forms.ValidationError(_("This file is larger than 10 MB. Choose the list itself."))
    return given


class RatesForm(forms.Form):
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DateInput())
    file = forms.FileField(label=gettext_lazy("Rates by prefix (CSV)"))
    included = forms.DecimalField(
        label=gettext_lazy("Calls included in a month, yen"), min_value=0, max_value=10**6, max_digits=10,
        decimal_places=3, required=False,
    )  # fmt: skip
    tiers = forms.CharField(
        label=gettext_lazy("Tiers of what is counted (JSON)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            'For example {"transfer_gb": [[100, "0"], [null, "12.5"]]}: up to 100 nothing, then 12.5.'
        ),
    )

    def clean_file(self) -> Any:
        return small(self.cleaned_data["file"])

    def clean_tiers(self) -> Any:
        try:
            given = json.loads(self.cleaned_data["tiers"] or "{}")
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise forms.ValidationError(_("This is not JSON of the form shown below."))
        return given


@staff_required("catalogue.price")
def price_list(request: HttpRequest, service: str) -> HttpResponseBase:
    """The prices as a file, and a whole list announced from a file."""
    plug, acting = known_service(service), acting_of(request)
    if request.GET.get("format") == "csv":
        rows = pricelists.price_rows(acting.provider, service)
        return csv_file(f"prices-{service}", list(pricelists.PRICE_HEAD), rows)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            count = pricelists.announce(
                provider=acting.provider, service=service, person=acting.person, content=content
            )
            messages.success(request, _("%(count)s prices are announced.") % {"count": count})
            return redirect("contracts-desk", service)
        except NotPossible as error:
            form.add_error("file", str(error))
    return render(request, "contracts/price_list.html", {"service": plug, "form": form})


@staff_required("catalogue.read")
def rates(request: HttpRequest, service: str) -> HttpResponseBase:
    """The rate tables of a service, and a new one from a file."""
    plug, acting = known_service(service), acting_of(request)
    form = RatesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            table = pricelists.read_rates(data["file"].read(), str(data["included"] or ""), data["tiers"])
            pricelists.publish_rates(
                provider=acting.provider,
                service=service,
                person=acting.person,
                valid_from=data["valid_from"],
                table=table,
            )
            messages.success(request, _("The rates are published."))
            return redirect("contracts-rates", service)
        except NotPossible as error:
            form.add_error("file", str(error))
    tables = RateTable.objects.filter(provider=acting.provider, service=service).order_by("-valid_from")
    context = {"service": plug, "form": form, "tables": tables, "today": clock.today()}
    return render(request, "contracts/rates.html", context)


@staff_required("catalogue.read")
def rate_file(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """One rate table as a file."""
    table = get_object_or_404(RateTable, provider=acting_of(request).provider, public_id=public_id)
    rows = ([row["prefix"], row["seconds"], row["block"], row.get("call", "0")] for row in table.rows)
    return csv_file(f"rates-{table.service}-{table.valid_from}", list(pricelists.RATE_HEAD), rows)
