"""What the payment company tells: believed only with its signature, each message once, in whatever order."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from musubu import clock
from musubu.billing import card_charges, card_refunds, cards
from musubu.billing.models import CardCharge, CardMessage, CardRefund, PaymentCard
from musubu.engines.payments import Happened, Payment, WrongSignature
from musubu.parties import wall
from musubu.parties.models import Provider
from musubu.refusals import NotPossible

log = logging.getLogger("cards")
Object = Mapping[str, Any]


def hear(content: bytes, signature: str) -> bool:
    """Take one message; whether it was new. Raises WrongSignature. What fails within is told by the error, and the
    company sends the message again."""
    happened = _read(content, signature)
    if CardMessage.objects.filter(reference=happened.id).exists():
        return False
    act = ACTS.get(happened.kind)
    if act:
        act(happened.object)
    return _taken(happened)


def _read(content: bytes, signature: str) -> Happened:
    try:
        return cards.company().read(content, signature)
    except NotPossible:
        raise WrongSignature("no payment company is set up") from None


def _taken(happened: Happened) -> bool:
    """Every act is safe twice, so the message is ticked off after it: one that dies between is acted on again."""
    try:
        with transaction.atomic():
            CardMessage.objects.create(
                reference=happened.id, kind=happened.kind[:60], about=str(happened.object.get("id", ""))[:100],
                taken_at=wall.now(),
            )  # fmt: skip
    except IntegrityError:
        return False
    return True


def _standing(provider: Provider) -> Any:
    return clock.standing_at(provider.sandbox_now)


def _page(thing: Object) -> None:
    reference = str(thing["id"])
    card = PaymentCard.objects.filter(page=reference).select_related("provider", "organisation", "asked_by").first()
    if card:
        with _standing(card.provider):
            cards.finish_setup(card)
    charge = _charges().filter(page=reference).first()
    if charge:
        with _standing(charge.provider):
            card_charges.finish_page(charge)


def _charges() -> Any:
    return CardCharge.objects.select_related("provider", "contract__organisation", "invoice", "card", "person")


def _marked(thing: Object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str((thing.get("metadata") or {}).get("mark", "")))
    except ValueError:
        return None


def _payment(thing: Object) -> None:
    """Paid or refused: asked for again at the company, so that the order of messages does not matter."""
    mark = _marked(thing)
    charge = _charges().filter(public_id=mark).first() if mark else None
    if charge is None:
        return
    with _standing(charge.provider):
        found = cards.answered(lambda: cards.company_of(charge.provider).payment(str(thing["id"])))
        if charge.how == CardCharge.How.PAGE and found.state != "paid":
            return  # the customer is still on the page and may choose another card
        if charge.state == CardCharge.State.PAID and charge.fee is not None:
            return
        card_charges.settle(charge, found)


def _refund(thing: Object) -> None:
    mark = _marked(thing)
    row = CardRefund.objects.filter(public_id=mark or uuid.UUID(int=0)).select_related("charge__provider").first()
    if row is None:
        return
    with _standing(row.charge.provider):
        if thing.get("status") == "failed":
            card_refunds.refund_failed(row)
        elif thing.get("status") == "succeeded" and row.state == CardRefund.State.ASKED:
            card_refunds.refunded(row, str(thing["id"]))


def _dispute(thing: Object) -> None:
    if str(thing.get("status", "")).startswith("warning_"):
        log.info("the holder's bank asks about %s; it has taken no money", thing.get("id"))
        return
    charge = _charge_of(str(thing.get("payment_intent") or ""))
    if charge is None:
        log.warning("a chargeback of a payment that is none of ours: %s", thing.get("id"))
        return
    with _standing(charge.provider):
        card_refunds.dispute(
            charge=charge, reference=str(thing["id"]), amount=int(thing["amount"]),
            reason=str(thing.get("reason", "")), status=str(thing.get("status", "")),
        )  # fmt: skip


def _charge_of(payment: str) -> CardCharge | None:
    """By the payment's name, or by our mark on it where we have not heard the name yet."""
    if not payment:
        return None
    known: CardCharge | None = _charges().filter(payment=payment).first()
    if known:
        return known
    found: Payment = cards.answered(lambda: cards.company().payment(payment))
    marked = _marked({"metadata": {"mark": found.mark}})
    charge: CardCharge | None = _charges().filter(public_id=marked).first() if marked else None
    if charge:
        with _standing(charge.provider):
            charge = card_charges.settle(charge, found)
    return charge


def _payout(thing: Object) -> None:
    card_refunds.paid_out(str(thing["id"]), cards.answered(lambda: cards.company().payout(str(thing["id"]))))


ACTS: dict[str, Callable[[Object], None]] = {
    "checkout.session.completed": _page,
    "checkout.session.expired": _page,
    "payment_intent.succeeded": _payment,
    "payment_intent.payment_failed": _payment,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
    "payout.paid": _payout,
}
