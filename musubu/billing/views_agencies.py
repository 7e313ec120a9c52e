"""Pages of collection agents: receivables out, results in, what they pass on."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.billing import agencies
from musubu.billing.forms import MOST_YEN, DayField, FileForm
from musubu.billing.models import Agency, Handover, HandoverLine, Invoice
from musubu.billing.texts import whole_number
from musubu.contracts.forms import DateInput
from musubu.parties.decorators import acting_of, staff_required
from musubu.refusals import NotPossible
from musubu.tables import csv_file

KINDS = {
    "collection": gettext_lazy("collection agent (SC-10.3)"),
    "advance": gettext_lazy("advance-payment agent (VG-20)"),
}
RESULTS = {
    "": gettext_lazy("with the agent"),
    "paid": gettext_lazy("paid"),
    "returned": gettext_lazy("returned"),
}


class AgencyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))


class RemittanceForm(forms.Form):
    day = DayField(label=gettext_lazy("Day"), widget=DateInput())
    amount = forms.IntegerField(label=gettext_lazy("Yen that came"), min_value=1, max_value=MOST_YEN)
    fee = forms.IntegerField(
        label=gettext_lazy("Fee that the agent kept, yen with tax"), min_value=0, max_value=MOST_YEN, initial=0
    )
    token = forms.CharField(widget=forms.HiddenInput())


@staff_required("payments.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """The agents, and what each owes; a new one."""
    acting = acting_of(request)
    form = AgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = agencies.add(provider=acting.provider, person=acting.person, **form.cleaned_data)
            return redirect("billing-agency", row.public_id)
        except NotPossible as error:
            form.add_error(None, str(error))
    rows = [
        (
            one,
            KINDS[one.kind],
            HandoverLine.objects.filter(handover__agency=one, result="").count(),
            agencies.outstanding(one),
        )
        for one in Agency.objects.filter(provider=acting.provider).order_by("name")
    ]
    return render(request, "billing/agencies.html", {"rows": rows, "form": form})


@staff_required("payments.read")
def agency(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One agent: hand receivables over, read results, note what was passed on."""
    acting = acting_of(request)
    row = get_object_or_404(Agency, provider=acting.provider, public_id=public_id)
    which = request.POST.get("form", "")
    results = FileForm(request.POST if which == "results" else None, request.FILES if which == "results" else None)
    results.fields["file"].label = _("Results of the agent (CSV)")
    remittance = RemittanceForm(
        request.POST if which == "remittance" else None, initial={"day": clock.today(), "token": uuid.uuid4().hex}
    )
    if request.method == "POST" and _done(request, row, which, results, remittance):
        return redirect("billing-agency", row.public_id)
    lines = HandoverLine.objects.filter(handover__agency=row).select_related("invoice__contract", "handover")
    context = {
        "agency": row, "kind": KINDS[row.kind], "possible": agencies.can_go(row), "results": results,
        "remittance": remittance, "outstanding": agencies.outstanding(row), "heading": ",".join(agencies.BACK),
        "lines": [(one, RESULTS[one.result]) for one in lines.order_by("-pk")[:200]],
        "handovers": row.handovers.order_by("-pk")[:20], "passed": row.remittances.order_by("-pk")[:20],
    }  # fmt: skip
    return render(request, "billing/agency.html", context)


def _done(request: HttpRequest, row: Agency, which: str, results: FileForm, remittance: RemittanceForm) -> bool:
    acting = acting_of(request)
    try:
        if which == "out":
            numbers = [whole_number(one) for one in request.POST.getlist("invoice")]
            chosen = list(Invoice.objects.filter(provider=acting.provider, number__in=numbers))
            agencies.hand_over(agency=row, person=acting.person, invoices=chosen)
            messages.success(request, _("Handed over. Download the file for the agent below."))
        elif which == "results" and results.is_valid():
            given = results.cleaned_data["file"]
            counts = agencies.read_results(agency=row, person=acting.person, name=given.name, content=given.read())
            words = {"unpaid": _("unpaid"), **RESULTS}
            messages.success(request, ", ".join(f"{words[key]} {count}" for key, count in counts.items()))
        elif which == "remittance" and remittance.is_valid():
            data = dict(remittance.cleaned_data)
            agencies.remit(agency=row, person=acting.person, key=data.pop("token"), **data)
            messages.success(request, _("Saved."))
        else:
            return False
    except NotPossible as error:
        if which == "results":
            results.add_error("file", str(error))
            return False
        if which == "remittance":
            remittance.add_error(None, str(error))
            return False
        messages.error(request, str(error))
    return True


@staff_required("payments.agency")
def out_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The file for the agent."""
    row = get_object_or_404(Handover, provider=acting_of(request).provider, public_id=public_id)
    return csv_file(f"receivables-{row.made_at:%Y%m%d}-{row.pk}", list(agencies.OUT), agencies.out_file(row))
