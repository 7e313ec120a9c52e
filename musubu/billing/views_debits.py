"""Pages of direct debit: consents, request files, the bank's answers."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import accounts, consent_forms, debits, failed_debits
from musubu.billing.forms import DayField, FileForm
from musubu.billing.models import BankBranch, DebitLine, DebitRun, Mandate
from musubu.billing.texts import refusal, whole_number
from musubu.contracts.forms import DateInput
from musubu.engines import zengin
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.models import Organisation
from musubu.parties.saying import saying
from musubu.refusals import NotPossible

STATES = {
    "sent": gettext_lazy("form sent"),
    "received": gettext_lazy("form received"),
    "active": gettext_lazy("in force"),
    "ended": gettext_lazy("ended"),
}
RESULTS = {
    "": gettext_lazy("no answer yet"),
    "paid": gettext_lazy("paid"),
    "no-funds": gettext_lazy("not enough money"),
    "no-account": gettext_lazy("no such account"),
    "stopped-by-payer": gettext_lazy("stopped by the payer"),
    "no-consent": gettext_lazy("the bank has no consent"),
    "stopped-by-us": gettext_lazy("stopped by us"),
    "other": gettext_lazy("another reason"),
}


ACCOUNT_KINDS = {
    "1": gettext_lazy("ordinary"),
    "2": gettext_lazy("current"),
    "3": gettext_lazy("for tax payments"),
    "9": gettext_lazy("another kind"),
}


class MandateForm(forms.Form):
    organisation = forms.ModelChoiceField(label=gettext_lazy("Customer"), queryset=Organisation.objects.none())
    bank = forms.CharField(label=gettext_lazy("Bank code"), max_length=4)
    branch = forms.CharField(label=gettext_lazy("Branch code"), max_length=3)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of account"), choices=list(ACCOUNT_KINDS.items()))
    account = forms.CharField(label=gettext_lazy("Account number"), max_length=7)
    holder = forms.CharField(label=gettext_lazy("Account holder in kana"), max_length=60)

    def __init__(self, *args: Any, organisations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations


class BanksForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("List of banks and branches (CSV)"), max_length=200)


class RunForm(forms.Form):
    day = DayField(label=gettext_lazy("Debit day"), widget=DateInput())


@staff_required("payments.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Consents and request files; a new one of either."""
    acting = acting_of(request)
    organisations = Organisation.objects.filter(provider=acting.provider, kind="contractor").order_by("name")
    which = request.POST.get("form", "")
    mandate = MandateForm(request.POST if which == "mandate" else None, organisations=organisations)
    coming = debits.coming(acting.provider)
    first = coming[0][0] if coming else clock.today()
    run = RunForm(request.POST if which == "run" else None, initial={"day": first})
    try:
        if which == "mandate" and mandate.is_valid():
            debits.open_mandate(person=acting.person, **mandate.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("billing-debits")
        if which == "run" and run.is_valid():
            made = debits.make_file(provider=acting.provider, person=acting.person, day=run.cleaned_data["day"])
            return redirect("billing-debit-run", made.public_id)
    except NotPossible as error:
        (mandate if which == "mandate" else run).add_error(None, str(error))
    context = {
        "mandate": mandate,
        "run": run,
        "mandates": [
            (one, STATES[one.state], [(to, STATES[to]) for to in debits.STEPS[one.state]])
            for one in Mandate.objects.filter(provider=acting.provider)
            .select_related("organisation")
            .order_by("-pk")[:200]
        ],
        "runs": DebitRun.objects.filter(provider=acting.provider).order_by("-pk")[:50],
        "coming": coming,
        "failed": [
            (one, RESULTS[one.result], (clock.today() - one.run.day).days)
            for one in failed_debits.waiting(acting.provider)
        ],
    }
    return render(request, "billing/debits.html", context)


@require_POST
@staff_required("payments.mandate")
def move(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    acting = acting_of(request)
    row = get_object_or_404(Mandate, provider=acting.provider, public_id=public_id)
    try:
        debits.move_mandate(mandate=row, person=acting.person, to=request.POST.get("to", ""))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-debits")


@staff_required("payments.read")
def consent_form(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The consent form as PDF, to be sealed by the customer."""
    rows = Mandate.objects.select_related("provider", "organisation")
    row = get_object_or_404(rows, provider=acting_of(request).provider, public_id=public_id)
    response = HttpResponse(consent_forms.form(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="consent-{row.pk:08}.pdf"'
    return response


@require_POST
@staff_required("payments.debit")
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """A failed debit, by its file and place: asked again, or transfer instead."""
    acting, place = acting_of(request), request.POST.get("place", "")
    row = get_object_or_404(DebitLine, run=_run(request, public_id), place=whole_number(place))
    with saying(request, _("Saved.")):
        failed_debits.decide(line=row, person=acting.person, to=request.POST.get("to", ""))
    return redirect("billing-debits")


@staff_required("payments.bank-list")
def banks(request: HttpRequest) -> HttpResponseBase:
    """The list of banks and branches: search it, replace it by a file."""
    acting = acting_of(request)
    form = BanksForm(request.POST or None, request.FILES or None)
    try:
        if request.POST.get("what") == "example":
            accounts.take_example(provider=acting.provider, person=acting.person)
            return redirect("billing-banks")
        if request.method == "POST" and form.is_valid():
            content = form.cleaned_data["file"].read()
            count = accounts.take_list(provider=acting.provider, person=acting.person, content=content)
            messages.success(request, _("%(count)s branches were read.") % {"count": count})
            return redirect("billing-banks")
    except NotPossible as error:
        form.add_error("file", str(error))
    rows = BankBranch.objects.filter(provider=acting.provider).order_by("bank", "branch")
    q = request.GET.get("q", "").strip()
    found = rows.filter(
        Q(bank=q) | Q(branch=q) | Q(bank_name__icontains=q) | Q(branch_name__icontains=q) | Q(bank_kana__icontains=q)
    )
    context = {"form": form, "count": rows.count(), "rows": found[:100] if q else rows[:100], "q": q}
    return render(request, "billing/banks.html", context | {"heading": ",".join(accounts.HEADING)})


def _run(request: HttpRequest, public_id: uuid.UUID) -> DebitRun:
    return get_object_or_404(DebitRun, provider=acting_of(request).provider, public_id=public_id)


@staff_required("payments.read")
def run(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One request: its lines, its file, and the bank's answer."""
    row, acting = _run(request, public_id), acting_of(request)
    form = FileForm(request.POST or None, request.FILES or None)
    form.fields["file"].label = _("Answer of the bank (120 bytes a record)")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            counts = debits.read_answer(run=row, person=acting.person, name=given.name, content=given.read())
            said = ", ".join(f"{RESULTS[key]} {count}" for key, count in counts.items())
            messages.success(request, said)
            return redirect("billing-debit-run", row.public_id)
        except (zengin.FileError, NotPossible) as error:
            form.add_error("file", refusal(error))
    lines = [(one, RESULTS[one.result]) for one in row.lines.select_related("invoice__contract").order_by("place")]
    return render(request, "billing/debit_run.html", {"run": row, "lines": lines, "form": form})


@staff_required("payments.debit")
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The request file as it was made."""
    row = _run(request, public_id)
    response = HttpResponse(bytes(row.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="debit-{row.day:%Y%m%d}.txt"'
    return response
