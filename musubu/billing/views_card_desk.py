"""Pages for staff: cards on file, what was charged, what is owed back to cards, chargebacks."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import config
from musubu.billing import card_charges, card_refunds, cards, dunning
from musubu.billing.models import CardCharge, CardDispute, Entry, PaymentCard
from musubu.contracts.models import Contract
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.models import Provider
from musubu.parties.saying import saying
from musubu.refusals import NotPossible
from musubu.tables import Column, Table

STATES = {
    "started": gettext_lazy("under way"),
    "paid": gettext_lazy("charged"),
    "refused": gettext_lazy("declined"),
    "needs-authentication": gettext_lazy("wants authentication"),
    "uncertain": gettext_lazy("no answer"),
}
HOWS = {
    "due": gettext_lazy("on the due day"),
    "again": gettext_lazy("on request"),
    "page": gettext_lazy("on the card page"),
}
COLUMNS = [
    Column(gettext_lazy("When"), lambda one: one.asked_at, "asked_at"),
    Column(gettext_lazy("Company"), lambda one: one.invoice.party, "invoice__party"),
    Column(gettext_lazy("Invoice"), lambda one: f"{one.invoice.number:06}", "invoice__number"),
    Column(gettext_lazy("How"), lambda one: HOWS[one.how], "how"),
    Column(gettext_lazy("Amount"), lambda one: one.amount, "amount"),
    Column(gettext_lazy("Fee"), lambda one: one.fee, "fee"),
    Column(gettext_lazy("State"), lambda one: STATES[one.state], "state"),
]


@staff_required("payments.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every attempt to charge a card, the cards, and what waits for staff."""
    provider = acting_of(request).provider
    rows = CardCharge.objects.filter(provider=provider).select_related("invoice", "contract", "card").order_by("-pk")
    if (state := request.GET.get("state", "")) in STATES:
        rows = rows.filter(state=state)
    table = Table(request, rows, COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("card-charges")
    context = {
        "table": table,
        "page": table.page,
        "charges": [(one, HOWS[one.how], STATES[one.state], card_charges.reason(one)) for one in table.page],
        "states": STATES,
        "state": state,
        "cards": PaymentCard.objects.filter(provider=provider, state="active").select_related("organisation")[:200],
        "chargebacks": [(one, card_refunds.claimed(one)) for one in dunning.chargebacks(provider)],
        "owed": _owed(provider),
        "token": uuid.uuid4(),  # the same form sent twice is one refund
        "offered": cards.offered(provider),
        "standin": config.value("MUSUBU_CARD_STANDIN") and not config.value("MUSUBU_STRIPE_KEY"),
    }
    return render(request, "billing/card_desk.html", context)


def _owed(provider: Provider) -> list[tuple[Contract, int, int]]:
    """Contracts paid by card to whose customers something is owed: (contract, paid over, refund to be paid)."""
    paid = CardCharge.objects.filter(provider=provider, state="paid").values("contract")
    rows = Entry.objects.filter(contract__in=paid, account__in=("customer-balance", "refunds-payable")).order_by()
    sums = rows.values_list("contract", "account").annotate(n=Sum(F("credit") - F("debit"))).exclude(n=0)
    known = Contract.objects.select_related("organisation", "provider").in_bulk({contract for contract, _a, _n in sums})
    found = [(row, card_refunds.balance(row), card_refunds.payable(row)) for row in known.values()]
    return [one for one in found if one[1] > 0 or one[2] > 0]


class AmountForm(forms.Form):
    amount = forms.IntegerField(min_value=1, max_value=10**12)
    token = forms.CharField(max_length=60)


@require_POST
@staff_required("payments.refund")
def refund(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Turn what was paid over into a refund (`what=balance`), or pay a refund to the card."""
    acting = acting_of(request)
    rows = Contract.objects.filter(provider=acting.provider).select_related("provider", "organisation")
    row = get_object_or_404(rows, public_id=public_id)
    form = AmountForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("An amount is whole yen, 1 or more."))
        return redirect("billing-card-desk")
    given = {"contract": row, "amount": form.cleaned_data["amount"], "person": acting.person}
    try:
        if request.POST.get("what") == "balance":
            card_refunds.return_balance(**given, key=f"balance-{form.cleaned_data['token']}")
            messages.success(request, _("It is now a refund to be paid."))
        elif all(one.state == "done" for one in card_refunds.refund(**given, key=form.cleaned_data["token"])):
            messages.success(request, _("The refund is on its way to the card."))
        else:
            messages.warning(request, _("The payment company has not taken the refund yet. Look at it again later."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-card-desk")


@require_POST
@staff_required("payments.take-back")
def claim(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """A lost chargeback: what it had paid is open again."""
    acting = acting_of(request)
    rows = CardDispute.objects.filter(charge__provider=acting.provider)
    row = get_object_or_404(
        rows.select_related("charge__provider", "charge__contract__organisation"), public_id=public_id
    )
    with saying(request, _("Saved.")):
        card_refunds.claim_again(dispute=row, person=acting.person)
    return redirect("billing-card-desk")


@require_POST
@staff_required("payments.refund")
def look(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """An attempt without an answer, after staff looked at the company's own list."""
    acting = acting_of(request)
    rows = CardCharge.objects.filter(provider=acting.provider).select_related("provider", "contract", "invoice")
    row = get_object_or_404(rows, public_id=public_id)
    with saying(request, _("Saved.")):
        card_refunds.look_again(charge=row, person=acting.person)
    return redirect("billing-card-desk")
