"""Pages of claims for outages: the customer's, and the desk where a carrier's money is shared."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import bank_csv, claims
from musubu.billing.models import CarrierPool
from musubu.billing.texts import whole_number
from musubu.contracts.models import Contract
from musubu.parties.decorators import acting_of, member_required, staff_required
from musubu.parties.permissions import membership_allows
from musubu.refusals import NotPossible


@member_required("invoices.read")
def home(request: HttpRequest) -> HttpResponseBase:
    """Every outage with what a claim brings and until when; what was claimed with its answer."""
    acting = acting_of(request)
    rows = claims.of_organisation(acting.provider, acting.organisation)
    today = clock.today()
    context = {
        "rows": [
            (one, claims.decided(one.claim) if one.claim else None, bool(one.last_day and one.last_day < today))
            for one in rows
        ],
        "may": membership_allows(acting.membership, "billing.claim"),
    }
    return render(request, "billing/claims.html", context)


@require_POST
@member_required("invoices.read")
def make(request: HttpRequest) -> HttpResponseBase:
    """Claim for one outage of one contract."""
    acting = acting_of(request)
    contracts = Contract.objects.filter(provider=acting.provider)
    if acting.organisation is not None:
        contracts = contracts.filter(organisation=acting.organisation)
    contract = get_object_or_404(contracts, number=request.POST.get("contract", ""))
    number = request.POST.get("outage", "")
    try:
        row = claims.make(
            contract=contract, person=acting.person, outage=whole_number(number),
            text=request.POST.get("text", ""),
        )  # fmt: skip
        said = (
            _("Your claim was answered; see below.")
            if row.decided_at
            else _("Your claim waits for the carrier's payment.")
        )
        messages.success(request, said)
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-claims")


@staff_required("billing.read")
def desk(request: HttpRequest) -> HttpResponseBase:
    """Claims that wait for a carrier's money, by outage: enter it once, look at the shares, share it once."""
    acting = acting_of(request)
    pools = {(row.service, row.began_at): row for row in CarrierPool.objects.filter(provider=acting.provider)}
    waiting = []
    for key, rows in claims.waiting(acting.provider).items():
        pool = pools.get(key)
        waiting.append(
            (*key, rows, pool, claims.shares_of(pool) if pool else [], claims.open_until(pool) if pool else None)
        )
    context = {
        "waiting": waiting,
        "shared": [row for row in pools.values() if row.shared_at],
        "rows": [
            (one, claims.decided(one.claim) if one.claim else None)
            for one in claims.of_organisation(acting.provider, None)
        ],
    }
    return render(request, "billing/claims_desk.html", context)


@require_POST
@staff_required("billing.carrier-pool")
def pool(request: HttpRequest) -> HttpResponseBase:
    """Enter what a carrier paid, or share it."""
    acting, given = acting_of(request), request.POST
    try:
        began = datetime.fromisoformat(given.get("began", ""))
        service = given.get("service", "")
        if given.get("what") == "share":
            row = get_object_or_404(CarrierPool, provider=acting.provider, service=service, began_at=began)
            count = claims.share(pool=row, person=acting.person)
            messages.success(request, _("Shared among %(count)s claims.") % {"count": count})
        else:
            amount = bank_csv.read_yen(given.get("amount", ""))
            claims.enter_pool(
                provider=acting.provider, person=acting.person, service=service, began_at=began, amount=amount
            )
            messages.success(request, _("Saved."))
    except (NotPossible, ValueError) as error:
        messages.error(request, str(error))
    return redirect("billing-claims-desk")
