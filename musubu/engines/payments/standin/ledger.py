"""What happens to money at the stand-in: intents confirmed or refused, refunds, disputes, payouts."""

from __future__ import annotations

from typing import Any

from musubu.engines.payments.standin.cards import CARDS, fee
from musubu.engines.payments.standin.store import Object, Store


class Refused(Exception):
    """A card was refused: code, decline code, and the intent as it stands now."""

    def __init__(self, code: str, decline: str, intent: Object) -> None:
        super().__init__(code)
        self.decline = decline
        self.body = {
            "type": "card_error", "code": code, "decline_code": decline, "message": f"The card was refused: {decline}.",
            "payment_intent": intent,
        }  # fmt: skip


def card_of(store: Store, customer: str, last4: str) -> Object:
    """A card of a customer, as the stand-in's page made it."""
    card = CARDS[last4]
    shown = {"brand": card.brand, "last4": last4, "exp_month": 12, "exp_year": 2031}
    return store.make("pm", "payment_method", type="card", customer=customer, card=shown)


def confirm(store: Store, intent: Object, present: bool) -> Object:
    """Charge an intent's card; `present`: its holder has just passed 3-D Secure. Raises Refused."""
    method = store.get(intent["payment_method"])
    if method is None or method["customer"] != intent["customer"]:
        return _refuse(store, intent, "payment_method_unactivated", "payment_method_not_available")
    card = CARDS[method["card"]["last4"]]
    if card.always and not present:
        return _refuse(store, intent, "authentication_required", "authentication_required")
    if card.charge:
        return _refuse(store, intent, "card_declined", card.charge)
    return _succeed(store, intent)


def _refuse(store: Store, intent: Object, code: str, decline: str) -> Object:
    intent |= {"status": "requires_payment_method", "last_payment_error": {"code": code, "decline_code": decline}}
    store.save(intent)
    store.tell("payment_intent.payment_failed", intent)
    raise Refused(code, decline, intent)


def _succeed(store: Store, intent: Object) -> Object:
    amount = intent["amount"]
    charge = store.make(
        "ch", "charge", amount=amount, amount_refunded=0, currency="jpy", payment_intent=intent["id"], paid=True,
        metadata=intent["metadata"],
    )  # fmt: skip
    moved = _move(store, charge["id"], "charge", amount, fee(amount))
    charge["balance_transaction"] = moved["id"]
    store.save(charge)
    intent |= {"status": "succeeded", "latest_charge": charge["id"], "last_payment_error": None}
    store.save(intent)
    store.tell("payment_intent.succeeded", intent)
    return intent


def _move(store: Store, source: str, kind: str, amount: int, cost: int) -> Object:
    return store.make(
        "txn", "balance_transaction", source=source, type=kind, amount=amount, fee=cost, net=amount - cost,
        currency="jpy", payout="",
    )  # fmt: skip


def refund(store: Store, intent: Object, amount: int, metadata: dict[str, Any]) -> Object:
    charge = store.get(intent["latest_charge"])
    assert charge is not None
    made = store.make(
        "re", "refund", amount=amount, charge=charge["id"], payment_intent=intent["id"], status="succeeded",
        metadata=metadata,
    )  # fmt: skip
    made["balance_transaction"] = _move(store, made["id"], "refund", -amount, 0)["id"]
    charge["amount_refunded"] += amount
    store.save(made)
    store.save(charge)
    store.tell("refund.created", made)
    store.tell("charge.refunded", charge)
    return made


def dispute(store: Store, charge: Object, reason: str) -> Object:
    """The holder's bank takes a payment back for now."""
    made = store.make(
        "du", "dispute", amount=charge["amount"], charge=charge["id"], payment_intent=charge["payment_intent"],
        reason=reason, status="needs_response",
    )  # fmt: skip
    _move(store, made["id"], "adjustment", -charge["amount"], 0)
    store.tell("charge.dispute.created", made)
    return made


def decide(store: Store, thing: Object, won: bool) -> None:
    thing["status"] = "won" if won else "lost"
    store.save(thing)
    if won:
        _move(store, thing["id"], "adjustment", thing["amount"], 0)
    store.tell("charge.dispute.closed", thing)


def pay_out(store: Store) -> Object | None:
    """Everything that has not been paid out goes to the bank."""
    open_ones = [one for one in store.all("balance_transaction") if not one["payout"]]
    amount = sum(one["net"] for one in open_ones)
    if amount <= 0:
        return None
    made = store.make("po", "payout", amount=amount, currency="jpy", status="paid")
    for one in open_ones:
        store.save(one | {"payout": made["id"]})
    store.tell("payout.paid", made)
    return made
