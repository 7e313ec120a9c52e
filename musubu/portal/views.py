"""Home by role, search, the sandbox clock, and the error pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.contracts import clock as sandbox
from musubu.contracts.applications import find
from musubu.contracts.models import ClockRun, Contract, Outcome
from musubu.contracts.views_contract import visible
from musubu.notices.models import Notice
from musubu.parties.decorators import acting_of, member_required, staff_required
from musubu.portal import search
from musubu.refusals import NotPossible

STEPS = {"day": 1, "week": 7, "month": 31, "year": 426}
CASES = ("case.raised", "deposit.case", "short-payment", "claim.refused")
SOON = timedelta(days=30)


@member_required("home.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """What is to do (staff), or what one has and what comes next (customers)."""
    acting = acting_of(request)
    contracts = visible(acting).exclude(state=Contract.State.ENDED)
    context: dict[str, Any] = {
        "contracts": contracts.order_by("next_deadline")[:12],
        "open_applications": find(acting.provider, acting.organisation).filter(state__in=("draft", "submitted"))[:6],
    }
    if acting.is_staff:
        context |= _staff(acting, contracts)
    else:
        own = Notice.objects.filter(organisation=acting.organisation, sent_at__isnull=False, secret=False)
        context["messages_of_late"] = own.order_by("-leave_at")[:5]
    return render(request, "portal/home.html", context)


def _staff(acting: Any, contracts: Any) -> dict[str, Any]:
    soon = clock.today() + SOON
    cases = Outcome.objects.filter(contract__provider=acting.provider, what__in=CASES)
    return {
        "waiting": find(acting.provider, None).filter(state="submitted").count(),
        "letters": contracts.filter(start_notice__delivered_at__isnull=True, start_notice__isnull=False),
        "ending": contracts.filter(ends_on__isnull=False, ends_on__lte=soon).order_by("ends_on"),
        "suspended": contracts.filter(state=Contract.State.SUSPENDED).count(),
        "running": contracts.exclude(state=Contract.State.PROVISIONAL).count(),
        "cases": cases.select_related("contract").order_by("-at")[:8],
        "leaving": Notice.objects.filter(provider=acting.provider, sent_at__isnull=True).count(),
    }


@member_required("home.read")
def find_anything(request: HttpRequest) -> HttpResponseBase:
    """Search over everything that the person may see; as JSON for the search box."""
    text = request.GET.get("q", "").strip()
    found = search.find(acting_of(request), text)
    if request.GET.get("format") == "json":
        return JsonResponse([{"title": one.title, "note": str(one.note), "url": one.url} for one in found], safe=False)
    return render(request, "portal/search.html", {"q": text, "found": found})


@staff_required("clock.advance")
def clock_page(request: HttpRequest) -> HttpResponseBase:
    """Move the sandbox's clock; everything on the way really happens."""
    acting = acting_of(request)
    if request.method == "POST":
        try:
            sandbox.start_run(provider=acting.provider, person=acting.person, to=_target(request))
        except ValueError as error:
            messages.error(request, str(error))
        return redirect("portal-clock")
    run = ClockRun.objects.filter(provider=acting.provider).order_by("-pk").first()
    context = {"run": run, "stands": acting.provider.sandbox_now, "summary": sorted(run.summary.items()) if run else []}
    return render(request, "portal/clock.html", context)


def _target(request: HttpRequest) -> datetime:
    if (step := request.POST.get("step", "")) in STEPS:
        return clock.now() + timedelta(days=STEPS[step])
    try:
        return datetime.fromisoformat(request.POST.get("to", "")).replace(tzinfo=clock.TOKYO)
    except ValueError:
        raise NotPossible(_("Give a day like 2027-01-31.")) from None


def _run(request: HttpRequest, public_id: object) -> ClockRun:
    acting = acting_of(request)
    return get_object_or_404(ClockRun, provider=acting.provider, public_id=public_id)


@staff_required("clock.advance")
def clock_run(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """How far a run has come."""
    run = _run(request, public_id)
    span = max((run.to - run.begins_at).total_seconds(), 1)
    stands = f"{run.stands_at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M}"
    return JsonResponse({
        "percent": round(100 * (run.stands_at - run.begins_at).total_seconds() / span),
        "text": _("%(stands)s, %(count)s things happened") % {"stands": stands, "count": run.outcomes},
        "ended": run.ended_at is not None,
    })  # fmt: skip


@require_POST
@staff_required("clock.advance")
def stop_clock_run(request: HttpRequest, public_id: object) -> HttpResponseBase:
    acting = acting_of(request)
    sandbox.stop_run(run=_run(request, public_id), person=acting.person)
    return redirect("portal-clock")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": 404}, status=404)


def broken(request: HttpRequest) -> HttpResponseBase:
    return render(request, "500.html", status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": "csrf"}, status=403)
