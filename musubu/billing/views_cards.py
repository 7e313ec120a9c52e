"""Pages of a customer's card and payments, and the door at which the payment company tells what happened."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from musubu import clock, config
from musubu.billing import card_charges, card_messages, cards, queries, receipts
from musubu.billing.models import CardCharge, CreditNote, Invoice, PaymentCard
from musubu.engines.payments import WrongSignature
from musubu.parties.decorators import acting_of, customer_required, member_required
from musubu.parties.models import Person
from musubu.parties.saying import saying
from musubu.refusals import NotPossible
from musubu.tables import csv_file

log = logging.getLogger("cards")
PAGES = "musubu-card-page"  # where a session keeps which page the customer was led to


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _back() -> str:
    return f"{config.value('MUSUBU_ADDRESS')}/billing/card/back/"


@customer_required("payments.card")
def card(request: HttpRequest) -> HttpResponseBase:
    """The card on file; a form that leads to the company's page to set one up."""
    acting = acting_of(request)
    if request.method == "POST":
        try:
            page = cards.start_setup(organisation=acting.organisation, person=acting.person, back=_back())
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect("billing-card")
        return _lead(request, page.address)
    context = {
        "card": cards.active(acting.organisation),
        "contracts": cards.contracts_by_card(acting.organisation),
        "offered": cards.offered(acting.provider),
        "earlier": PaymentCard.objects.filter(organisation=acting.organisation, state="ended")
        .exclude(method="")
        .order_by("-ended_at")[:5],
    }
    return render(request, "billing/card.html", context)


def _lead(request: HttpRequest, address: str) -> HttpResponseBase:
    """A page of ours that leads on: a form may not be answered by another house's address (CSP form-action)."""
    request.session[PAGES] = address
    return redirect("billing-card-leave")


@customer_required("payments.card")
def leave(request: HttpRequest) -> HttpResponseBase:
    address = request.session.get(PAGES, "")
    if not address:
        return redirect("billing-card")
    return render(request, "billing/leave.html", {"address": address})


@customer_required("payments.card")
def back(request: HttpRequest) -> HttpResponseBase:
    """Returned from the company's page: see what became of it. Its message says the same, before or after."""
    organisation = acting_of(request).organisation
    request.session.pop(PAGES, None)
    try:
        for row in PaymentCard.objects.filter(organisation=organisation, state="pending").order_by("-pk")[:3]:
            if cards.finish_setup(row).state == PaymentCard.State.ACTIVE:
                messages.success(request, _("The card is set up."))
        waiting = CardCharge.objects.filter(contract__organisation=organisation, how="page", state="started")
        for charge in waiting.select_related("provider", "contract__organisation", "person"):
            if card_charges.finish_page(charge).state == CardCharge.State.PAID:
                messages.success(request, _("Thank you. The payment has arrived."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-card")


@require_POST
@customer_required("payments.card")
def remove(request: HttpRequest) -> HttpResponseBase:
    acting = acting_of(request)
    with saying(request, _("The card was removed. Nothing is charged to it any more.")):
        cards.remove(organisation=acting.organisation, person=acting.person)
    return redirect("billing-card")


def _invoice(request: HttpRequest, public_id: uuid.UUID) -> Invoice:
    acting = acting_of(request)
    rows = queries.invoices(acting.provider, acting.organisation, {}).select_related(
        "contract__organisation", "provider"
    )
    return get_object_or_404(rows, public_id=public_id)


@require_POST
@member_required("payments.card")
def pay(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Pay one invoice: with the card on file (`what=card`), or on the company's page, which a customer alone can."""
    row, person = _invoice(request, public_id), _person(request)
    try:
        if request.POST.get("what") == "card":
            return _told(request, card_charges.charge_again(invoice=row, person=person))
        if acting_of(request).organisation is None:
            raise NotPossible(_("Only the customer can pay on the card page."))
        return _lead(request, card_charges.pay_page(invoice=row, person=person, back=_back()).address)
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("billing-invoice", row.public_id)


def _told(request: HttpRequest, charge: CardCharge) -> HttpResponseBase:
    if charge.state == CardCharge.State.PAID:
        messages.success(request, _("Thank you. The payment has arrived."))
    elif charge.state == CardCharge.State.STARTED:
        messages.warning(request, _("The payment company has not answered yet. The page will show what came of it."))
    else:
        messages.error(
            request, _("The card was not charged: %(why)s. Pay on the card page, or by bank transfer.")
            % {"why": card_charges.reason(charge)},
        )  # fmt: skip
    return redirect("billing-invoice", charge.invoice.public_id)


@member_required("invoices.read")
def receipt(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    row = _invoice(request, public_id)
    asked = request.GET.get("lang", "")
    lang = asked if asked in receipts.WORDS else (get_language() or "ja").split("-")[0]
    try:
        content = receipts.issue(invoice=row, person=_person(request), lang=lang)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("billing-invoice", row.public_id)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{row.number:06}.pdf"'
    return response


SHOWN = 200  # payments on the page; the file has them all


@member_required("invoices.read")
def payments(request: HttpRequest) -> HttpResponseBase:
    """Every payment that was confirmed, with the invoice that it paid, and what was taken back."""
    acting = acting_of(request)
    contracts = queries.contracts_of(acting.provider, acting.organisation)
    whole = request.GET.get("format") == "csv"
    rows = receipts.of(contracts, receipts.MOST if whole else SHOWN)
    numbers = {
        (row.contract_id, row.of_contract): row
        for row in Invoice.objects.filter(contract__in=contracts).only("public_id", "number", "contract", "of_contract")
    }
    if whole:
        heads = [_("Received"), _("Contract"), _("Invoice"), _("How"), _("Amount")]
        cells = (
            [one.at.astimezone(clock.TOKYO).date(), one.contract.number, numbers[one.contract.pk, one.invoice].number, one.how, one.amount]
            for one in rows
        )  # fmt: skip
        return csv_file("payments", heads, cells)
    context = {
        "payments": [(one, numbers.get((one.contract.pk, one.invoice)), receipts.given(one.contract.service)) for one in rows],
        "notes": CreditNote.objects.filter(contract__in=contracts).order_by("-number")[:20],
    }  # fmt: skip
    return render(request, "billing/payments.html", context)


@csrf_exempt
@require_POST
def told(request: HttpRequest) -> HttpResponseBase:
    """The payment company's messages. Whoever cannot sign is refused and noted; trouble of ours makes it tell again."""
    try:
        card_messages.hear(request.body, request.headers.get("Stripe-Signature", ""))
    except WrongSignature as error:
        log.warning("a card message from %s was refused: %s", request.META.get("REMOTE_ADDR"), error)
        return HttpResponse("refused", status=403, content_type="text/plain")
    except NotPossible as error:
        log.warning("a card message cannot be taken now: %s", error)
        return HttpResponse("later", status=503, content_type="text/plain")
    return HttpResponse("taken", content_type="text/plain")
