"""Staff pages of the monthly run: preview, reasons, approval, and how far it is."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import runs
from musubu.billing.forms import FIRST_DAY, LAST_DAY
from musubu.billing.models import BillingRun, Invoice, RunLine
from musubu.contracts import services
from musubu.contracts.views_public import short_language
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.models import Provider
from musubu.parties.permissions import membership_allows
from musubu.parties.saying import saying
from musubu.refusals import NotPossible
from musubu.tables import Column, Table
from musubu.terms import calendar

KINDS = {
    "new": gettext_lazy("new contract"),
    "ended": gettext_lazy("ended"),
    "free": gettext_lazy("fell to Free"),
    "price": gettext_lazy("price"),
    "option": gettext_lazy("option"),
    "usage": gettext_lazy("usage"),
    "once": gettext_lazy("once only"),
    "period": gettext_lazy("part of a month, or several"),
    "term": gettext_lazy("charged by the term"),
    "tax": gettext_lazy("consumption tax"),
    "credit": gettext_lazy("credit set off"),
}


def _month(text: str) -> date:
    try:
        found = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        found = date.min
    return found if FIRST_DAY <= found <= LAST_DAY else clock.today().replace(day=1)


def _said(line: RunLine) -> str:
    return " / ".join(f"{KINDS[one['kind']]} {one['clause']} {one['now'] - one['before']:+}" for one in line.reasons)


COLUMNS = [
    Column(gettext_lazy("Contract"), lambda one: one.contract.number, "contract__number"),
    Column(gettext_lazy("Company"), lambda one: one.contract.organisation.name, "contract__organisation__name"),
    Column(gettext_lazy("Issued"), lambda one: one.day, "day"),
    Column(gettext_lazy("To pay, with tax"), lambda one: one.to_pay, "to_pay"),
    Column(gettext_lazy("Last month"), lambda one: one.before, "before"),
    Column(gettext_lazy("Difference"), lambda one: one.difference, "difference"),
    Column(gettext_lazy("Why"), _said),
]


@staff_required("billing.read")
def month(request: HttpRequest) -> HttpResponseBase:
    """One month: its preview by service and contract with the reasons, its approval, and what was issued so far."""
    acting, first = acting_of(request), _month(request.GET.get("month", ""))
    if request.method == "POST":
        return _asked(request, first)
    run = BillingRun.objects.filter(provider=acting.provider, month=first).first()
    made = run is not None and run.asked_by_id is not None
    lines = _chosen(request, run) if run else RunLine.objects.none()
    table = Table(request, lines, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv(f"run-{first:%Y-%m}")
    context = {
        "run": run, "made": made, "month": first, "table": table, "page": table.page, "kinds": KINDS,
        "before": calendar.months_before(first, 1), "after": calendar.months_after(first, 1),
        "services": _by_service(acting.provider, first, run), "second_person": runs.wants_second_person(acting.provider),
        "may_run": membership_allows(acting.membership, "billing.run"),
        "may_approve": membership_allows(acting.membership, "billing.approve"),
        "own": run is not None and run.asked_by_id == acting.person.pk, "mails": _mails(acting.provider, first),
        "total": runs.total(run) if run else 0, "left": _left(run),
    }  # fmt: skip
    return render(request, "billing/run.html", context)


def _asked(request: HttpRequest, first: date) -> HttpResponseBase:
    acting = acting_of(request)
    try:
        if request.POST.get("what") == "rule":
            wanted = request.POST.get("second_person") == "on"
            runs.set_rule(provider=acting.provider, person=acting.person, second_person=wanted)
            messages.success(request, _("Saved."))
        else:
            runs.prepare(provider=acting.provider, person=acting.person, month=first)
    except NotPossible as error:
        messages.error(request, str(error))
    return _back(first)


def _back(first: date) -> HttpResponseBase:
    return redirect(f"{reverse('billing-runs')}?month={first:%Y-%m}")


def _chosen(request: HttpRequest, run: BillingRun) -> QuerySet[RunLine]:
    rows = run.lines.select_related("contract__organisation").order_by("contract__number")
    if service := request.GET.get("service"):
        rows = rows.filter(contract__service=service)
    if (kind := request.GET.get("kind")) == "changed":
        rows = rows.exclude(reasons=[])
    elif kind in KINDS:
        keys = [key for key, why in rows.values_list("pk", "reasons") if any(one["kind"] == kind for one in why)]
        rows = rows.filter(pk__in=keys)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(contract__number__icontains=text) | Q(contract__organisation__name__icontains=text))
    return rows


def _span(first: date) -> tuple[datetime, datetime]:
    begin, end = (datetime.combine(day, time(), clock.TOKYO) for day in (first, calendar.next_month_first(first)))
    return begin, end


def _by_service(provider: Provider, first: date, run: BillingRun | None) -> list[dict[str, Any]]:
    """What is foreseen, and what was issued of it, for each service."""
    begin, end = _span(first)
    issued = Invoice.objects.filter(provider=provider, issued_at__gte=begin, issued_at__lt=end).order_by()
    done = {
        service: (count, total)
        for service, count, total in issued.values_list("contract__service").annotate(n=Count("pk"), t=Sum("total"))
    }
    seen = {
        row["contract__service"]: row
        for row in (run.lines.order_by() if run else RunLine.objects.none())
        .values("contract__service")
        .annotate(
            count=Sum("invoices"), total=Sum(F("subtotal") + F("tax")), before=Sum("before"), to_pay=Sum("to_pay")
        )
    }
    days = runs.issue_days(provider, first)
    return [
        {"service": one.id, "names": one.names, "seen": seen.get(one.id), "done": done.get(one.id), "day": days.get(one.id)}
        for one in services.all_services()
        if one.id in seen or one.id in done
    ]  # fmt: skip


def _mails(provider: Provider, first: date) -> tuple[int, int]:
    found = [ask(provider, *_span(first)) for ask in runs.MAILS]
    return sum(left for left, _waits in found), sum(waits for _left, waits in found)


def _left(run: BillingRun | None) -> list[str]:
    """Services whose documents left without approval."""
    told = [one.split(":") for one in run.told] if run else []
    lang = short_language()
    return [services.get(service).names.get(lang, service) for kind, service in told if kind == "left-unapproved"]


def _run(request: HttpRequest, public_id: object) -> BillingRun:
    return get_object_or_404(BillingRun, provider=acting_of(request).provider, public_id=public_id)


@staff_required("billing.read")
def progress(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """How far a preview is, for the page that follows it."""
    run = _run(request, public_id)
    return JsonResponse({
        "percent": round(100 * run.looked / max(1, run.contracts)),
        "text": _("%(looked)s of %(contracts)s contracts") % {"looked": run.looked, "contracts": run.contracts},
        "ended": run.ended_at is not None,
    })  # fmt: skip


ACTS = {"approve": runs.approve, "take-back": runs.take_back, "stop": runs.stop}


@require_POST
@staff_required("billing.run")
def act(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """Approve, take the approval back, or stop the preview."""
    run, do = _run(request, public_id), ACTS.get(request.POST.get("what", ""))
    if do:
        with saying(request, _("Saved.")):
            do(run=run, person=acting_of(request).person)
    return _back(run.month)
