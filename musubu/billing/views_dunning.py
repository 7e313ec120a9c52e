"""Pages for staff: what is overdue at which stage, disputes, payment plans, write-offs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import card_charges, dunning, plans, queries, writeoffs
from musubu.billing.forms import DayField
from musubu.billing.models import CardCharge, Invoice, PaymentPlan, WriteOff
from musubu.billing.views_debits import RESULTS
from musubu.contracts.forms import DateInput
from musubu.contracts.models import Contract
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.models import Person
from musubu.parties.saying import saying
from musubu.refusals import NotPossible
from musubu.tables import csv_file
from musubu.terms import explain

PAGE = 50
SORTS: dict[str, Any] = {
    "days": lambda one: one.days,
    "left": lambda one: one.left,
    "party": lambda one: one.invoice.party,
    "state": lambda one: list(dunning.STATES).index(one.state),
}


def failure(code: str) -> str:
    """What failed last, for people: of a debit, or of a card."""
    way, _colon, what = code.partition(":")
    if way == "debit":
        return _("Debit: %(why)s") % {"why": RESULTS.get(what, what)}
    return _("Card: %(why)s") % {"why": card_charges.reason(CardCharge(reason=what))} if way == "card" else ""


@staff_required("payments.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Overdue invoices by stage."""
    rows = dunning.late(acting_of(request).provider, clock.today())
    counts = [
        (state, label, sum(one.state == state for one in rows), sum(one.left for one in rows if one.state == state))
        for state, label in dunning.STATES.items()
    ]
    shown = [one for one in rows if request.GET.get("state", "") in ("", one.state)]
    sort = request.GET.get("sort", "-days")
    if sort.removeprefix("-") in SORTS:
        shown.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    if request.GET.get("format") == "csv":
        return _csv(shown)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(one, failure(one.failed)) for one in page],
        "counts": counts,
        "state": request.GET.get("state", ""),
        "sort": sort,
        "total": sum(one.left for one in rows),
        "chargebacks": [one for one in dunning.chargebacks(acting_of(request).provider) if one.state != "won"],
        "plans": PaymentPlan.objects.filter(provider=acting_of(request).provider, state="running")
        .select_related("contract__organisation")
        .order_by("pk")[:PAGE],
    }
    return render(request, "billing/dunning.html", context)


def _csv(rows: list[dunning.Late]) -> HttpResponseBase:
    heads = [
        _("Invoice"),
        _("Company"),
        _("Contract"),
        _("Due"),
        _("Days late"),
        _("Open, with tax"),
        _("Stage"),
        _("Failed"),
    ]
    cells = (
        [
            f"{one.invoice.number:06}", one.invoice.party, one.invoice.contract.number, one.invoice.due_on, one.days,
            one.left, one.label, failure(one.failed),
        ]
        for one in rows
    )  # fmt: skip
    return csv_file("overdue", heads, cells)


class PlanForm(forms.Form):
    first = DayField(label=gettext_lazy("First instalment on"), widget=DateInput())
    count = forms.IntegerField(label=gettext_lazy("How many months"), min_value=1, max_value=plans.MOST, initial=3)
    grace = forms.IntegerField(label=gettext_lazy("Days of grace"), min_value=0, max_value=31, initial=7)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class DisputeForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why the customer does not pay"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    suspend = forms.BooleanField(label=gettext_lazy("Suspend the service until it is settled"), required=False)


class SettledForm(forms.Form):
    result = forms.CharField(
        label=gettext_lazy("How it was settled"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class WriteOffForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why it cannot be collected"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def _invoice(request: HttpRequest, public_id: uuid.UUID) -> Invoice:
    rows = Invoice.objects.filter(provider=acting_of(request).provider)
    return get_object_or_404(rows.select_related("contract__organisation", "provider"), public_id=public_id)


@staff_required("payments.read")
def case(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One invoice that stays open: how it stands, what was done, and what can be done."""
    row = _invoice(request, public_id)
    what = request.POST.get("form", "")
    forms_ = _forms(request, row, what)
    if request.method == "POST" and what in forms_ and forms_[what].is_valid():
        try:
            _act(acting_of(request).person, row, what, forms_[what].cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("billing-dunning-case", row.public_id)
        except NotPossible as error:
            forms_[what].add_error(None, str(error))
    return render(request, "billing/dunning_case.html", _case(row) | {"forms": forms_})


def _forms(request: HttpRequest, row: Invoice, what: str) -> dict[str, forms.Form]:
    def given(name: str) -> Any:
        return request.POST if what == name else None

    found: dict[str, forms.Form] = {
        "plan": PlanForm(given("plan"), initial={"first": clock.today(), "count": 3, "grace": 7}, prefix="plan"),
        "dispute": DisputeForm(given("dispute"), prefix="dispute"),
        "settled": SettledForm(given("settled"), prefix="settled"),
        "loss": WriteOffForm(given("loss"), prefix="loss"),
    }
    if dunning.suspension(row.contract) is None or row.contract.state != Contract.State.ACTIVE:
        del found["dispute"].fields["suspend"]
    return found


def _act(person: Person, row: Invoice, what: str, data: dict[str, Any]) -> None:
    """What staff decided on the page."""
    if what == "dispute":
        dunning.open_dispute(invoice=row, person=person, why=data["why"], suspend=bool(data.get("suspend")))
    elif what == "settled":
        dispute = row.contests.filter(closed_at__isnull=True).first()
        if dispute is None:
            raise NotPossible(_("No dispute about this invoice is open."))
        dunning.close_dispute(dispute=dispute, person=person, result=data["result"])
    elif what == "loss":
        writeoffs.propose(invoice=row, person=person, why=data["why"])
    else:
        _agree(person, row.contract, data["first"], data["count"], data["grace"], data["note"])


def _agree(person: Person, contract: Contract, first: date, count: int, grace: int, note: str) -> None:
    """Monthly instalments over everything of the contract that is due."""
    opened = plans.open_of(contract)
    total = sum(one.left for one in opened)
    if total < count:
        raise NotPossible(_("Choose open invoices of this contract."))
    plans.agree(
        contract=contract, person=person, invoices=[one.invoice for one in opened],
        instalments=plans.split(total, first, count), grace=grace, note=note,
    )  # fmt: skip


TOLD = ("reminder", "interest", "short-payment")
PLANS = {
    "kept": gettext_lazy("payment plan kept"),
    "broken": gettext_lazy("payment plan broken"),
    "ended": gettext_lazy("payment plan ended by agreement"),
}


def _history(row: Invoice) -> Iterator[tuple[datetime, str, str]]:
    """(when, what, clause) of everything that was done about an invoice."""
    lang = (get_language() or "ja").split("-")[0]
    for outcome in row.contract.outcomes.filter(what__in=TOLD, data__invoice=row.of_contract):
        yield outcome.at, explain.outcome_line(outcome.what, outcome.data, lang), outcome.clause
    for one in row.reminders.all():
        yield one.at, _("Reminder %(stage)s, %(left)s yen open") % {"stage": one.stage, "left": f"{one.left:,}"}, ""
    for charge in row.card_charges.all():
        how = _("charged") if charge.state == "paid" else card_charges.reason(charge)
        yield charge.asked_at, _("Card: %(why)s") % {"why": how}, ""
    for plan in row.payment_plans.exclude(state="running"):
        yield plan.closed_at or plan.agreed_at, str(PLANS[plan.state]), ""
    yield from _disputes(row)


def _disputes(row: Invoice) -> Iterator[tuple[datetime, str, str]]:
    clause = dunning.DISPUTED.get(row.contract.service, "")
    for one in row.contests.select_related("opened_by", "closed_by"):
        yield one.opened_at, _("Dispute (%(who)s): %(why)s") % {"who": one.opened_by.name, "why": one.why}, clause
        if one.closed_at and one.closed_by:
            said = _("Dispute settled (%(who)s): %(why)s") % {"who": one.closed_by.name, "why": one.result}
            yield one.closed_at, said, clause


def _case(row: Invoice) -> dict[str, Any]:
    late = next((one for one in dunning.late(row.provider, clock.today()) if one.invoice.pk == row.pk), None)
    opened = plans.open_of(row.contract)
    plan = row.contract.payment_plans.filter(state="running").first()
    return {
        "invoice": row,
        "contract": row.contract,
        "left": card_charges.left_of(row),
        "late": late,
        "failed": failure(late.failed) if late else "",
        "history": sorted(_history(row), key=lambda one: one[0]),
        "dispute": row.contests.filter(closed_at__isnull=True).first(),
        "plan": plan,
        "steps": plans.steps(plan, clock.today()) if plan else [],
        "write_off": row.write_offs.exclude(state="refused").first(),
        "all_open": sum(one.left for one in opened),
        "open_count": len(opened),
        "interest": queries.open_interest(row.contract),
    }


@require_POST
@staff_required("payments.plan")
def end_plan(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    acting = acting_of(request)
    rows = PaymentPlan.objects.filter(provider=acting.provider).select_related("contract__organisation", "provider")
    row = get_object_or_404(rows, public_id=public_id)
    plans.end(plan=row, person=acting.person)
    messages.success(request, _("The plan has ended. Reminders go on."))
    first = row.invoices.order_by("pk").first()
    return redirect("billing-dunning-case", first.public_id) if first else redirect("billing-dunning")


@staff_required("payments.read")
def write_offs(request: HttpRequest) -> HttpResponseBase:
    """What waits for a second person, and what was decided."""
    acting = acting_of(request)
    rows = WriteOff.objects.filter(provider=acting.provider).select_related(
        "invoice__contract__organisation", "proposed_by", "decided_by"
    )
    context = {
        "waiting": rows.filter(state="proposed").order_by("pk"),
        "decided": rows.exclude(state="proposed").order_by("-decided_at")[:PAGE],
        "me": acting.person.pk,
    }
    return render(request, "billing/write_offs.html", context)


@require_POST
@staff_required("payments.write-off")
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Approve or refuse a write-off that somebody else proposed."""
    acting = acting_of(request)
    row = get_object_or_404(WriteOff.objects.select_related("provider"), provider=acting.provider, public_id=public_id)
    with saying(request, _("Saved.")):
        approve = request.POST.get("what") == "approve"
        writeoffs.decide(write_off=row, person=acting.person, approve=approve, note=request.POST.get("note", ""))
    return redirect("billing-write-offs")
