"""Home by role, the sandbox clock, and the error pages."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts import clock as sandbox
from musubu.contracts.applications import find
from musubu.contracts.models import Contract, Outcome
from musubu.contracts.views_contract import visible
from musubu.notices.models import Notice
from musubu.parties.decorators import member_required, staff_required

STEPS = {"day": 1, "week": 7, "month": 31, "year": 426}


@member_required("home.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """What is to do (staff), or what one has and what comes next (customers)."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    contracts = visible(acting).exclude(state=Contract.State.ENDED).order_by("next_deadline")
    cases = Outcome.objects.filter(
        contract__provider=acting.provider, what__in=("case.raised", "deposit.case", "short-payment")
    )
    context = {
        "contracts": contracts[:20],
        "waiting": find(acting.provider, acting.organisation).filter(state="submitted").count(),
        "ending": contracts.filter(ends_on__isnull=False)[:20],
        "cases": cases.select_related("contract").order_by("-at")[:10] if acting.is_staff else [],
        "leaving": Notice.objects.filter(provider=acting.provider, sent_at__isnull=True).count()
        if acting.is_staff
        else 0,
    }
    return render(request, "portal/home.html", context)


@staff_required("clock.advance")
def clock_page(request: HttpRequest) -> HttpResponseBase:
    """Move the sandbox's clock; everything on the way really happens."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    summary: list[tuple[str, int]] = []
    if request.method == "POST":
        try:
            to = _target(request)
            with clock.standing_at(None):
                outcomes = sandbox.advance(acting.provider, to)
            summary = sorted(Counter(one.what for one in outcomes).items())
            messages.success(request, _("The clock has been moved."))
        except ValueError as error:
            messages.error(request, str(error))
            return redirect("portal-clock")
    return render(
        request, "portal/clock.html", {"summary": summary, "stands": acting.provider.sandbox_now, "steps": STEPS}
    )


def _target(request: HttpRequest) -> datetime:
    if (step := request.POST.get("step", "")) in STEPS:
        return clock.now() + timedelta(days=STEPS[step])
    try:
        return datetime.fromisoformat(request.POST.get("to", "")).replace(tzinfo=clock.TOKYO)
    except ValueError:
        raise ValueError(_("Give a day like 2027-01-31.")) from None


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": 404}, status=404)


def broken(request: HttpRequest) -> HttpResponseBase:
    return render(request, "500.html", status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return render(request, "portal/error.html", {"code": "csrf"}, status=403)
