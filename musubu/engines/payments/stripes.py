"""Stripe behind the port. The stand-in of the demonstration is spoken to in the very same way, at another address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import stripe

from musubu.engines.payments.port import (
    Card,
    Happened,
    Page,
    PageResult,
    Payment,
    PaymentError,
    Share,
    Unreachable,
    WrongSignature,
)

TIMEOUT = 20  # seconds for one call
TOLERANCE = 300  # seconds that a message may be old
LANGUAGES = {"ja": "ja", "en": "en", "zh": "zh", "zh-hans": "zh"}
PAGES = {"open": "open", "complete": "done", "expired": "expired"}
AUTHENTICATION = ("authentication_required", "payment_intent_authentication_failure")
WITH_FEE = "latest_charge.balance_transaction"


class StripePayments:
    """`address` is empty for Stripe itself."""

    def __init__(self, *, key: str, secret: str, address: str = "") -> None:
        self._secret = secret
        addresses: stripe._base_address.BaseAddresses = {"api": address} if address else {}
        client = stripe.StripeClient(
            key,
            base_addresses=addresses,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
            max_network_retries=2,
        )
        self._api: Any = client.v1

    def customer(self, *, name: str, email: str, key: str) -> str:
        made = _asked(lambda: self._api.customers.create({"name": name, "email": email}, {"idempotency_key": key}))
        return str(made.id)

    def setup_page(self, *, customer: str, back: str, language: str, key: str) -> Page:
        """Checkout that sets a card up for later charges, authenticated by 3-D Secure."""
        wanted = {
            "mode": "setup",
            "currency": "jpy",
            "customer": customer,
            "payment_method_types": ["card"],
            "payment_method_options": {"card": {"request_three_d_secure": "any"}},
        }
        return self._page(wanted, back, language, key)

    def payment_page(
        self, *, customer: str, amount: int, text: str, mark: str, back: str, language: str, key: str
    ) -> Page:
        """Checkout for one payment that the customer makes now; the card is kept for the next ones."""
        wanted = {
            "mode": "payment",
            "customer": customer,
            "payment_method_types": ["card"],
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "jpy", "unit_amount": amount, "product_data": {"name": text}},
                }
            ],
            "payment_intent_data": {"metadata": {"mark": mark}, "setup_future_usage": "off_session"},
        }
        return self._page(wanted, back, language, key)

    def _page(self, wanted: dict[str, Any], back: str, language: str, key: str) -> Page:
        wanted |= {"success_url": back, "cancel_url": back, "locale": LANGUAGES.get(language, "ja")}
        made = _asked(lambda: self._api.checkout.sessions.create(wanted, {"idempotency_key": key}))
        return Page(made.id, made.url)

    def page_result(self, reference: str) -> PageResult:
        expand = ["setup_intent.payment_method", "payment_intent.payment_method", f"payment_intent.{WITH_FEE}"]
        found = _asked(lambda: self._api.checkout.sessions.retrieve(reference, {"expand": expand}))
        intent = found.setup_intent or found.payment_intent
        method = getattr(intent, "payment_method", None) if intent else None
        return PageResult(
            PAGES.get(found.status, "open"),
            card=_card(method) if method and found.status == "complete" else None,
            payment=_payment(found.payment_intent) if found.payment_intent else None,
            address=found.url or "",
        )

    def close_page(self, reference: str) -> None:
        """Nobody can pay there any more; a page that is closed already is as good."""
        try:
            _asked(lambda: self._api.checkout.sessions.expire(reference))
        except Unreachable:
            raise
        except PaymentError:
            return

    def charge(self, *, customer: str, method: str, amount: int, text: str, mark: str, key: str) -> Payment:
        """Charge a card that was set up, while its holder is away. A refusal is an answer, not an error."""
        wanted = {
            "amount": amount,
            "currency": "jpy",
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
            "description": text,
            "metadata": {"mark": mark},
            "expand": [WITH_FEE],
        }
        try:
            made = _asked(lambda: self._api.payment_intents.create(wanted, {"idempotency_key": key}))
        except _Declined as error:
            return error.payment
        return _payment(made)

    def payment(self, reference: str) -> Payment:
        return _payment(_asked(lambda: self._api.payment_intents.retrieve(reference, {"expand": [WITH_FEE]})))

    def refund(self, *, payment: str, amount: int, mark: str, key: str) -> str:
        wanted = {"payment_intent": payment, "amount": amount, "metadata": {"mark": mark}}
        return str(_asked(lambda: self._api.refunds.create(wanted, {"idempotency_key": key})).id)

    def forget(self, method: str) -> None:
        """The card can no longer be charged; one that is gone already is as good."""
        try:
            _asked(lambda: self._api.payment_methods.detach(method))
        except Unreachable:
            raise
        except PaymentError:
            return

    def payout(self, reference: str) -> list[Share]:
        wanted = {"payout": reference, "limit": 100, "expand": ["data.source"]}
        listed = _asked(lambda: self._api.balance_transactions.list(wanted))
        return [
            Share(str(getattr(one.source, "payment_intent", "") or ""), int(one.net))
            for one in listed.auto_paging_iter()
            if one.type != "payout"
        ]

    def read(self, content: bytes, signature: str) -> Happened:
        """A message of the company. Raises WrongSignature."""
        try:
            text = content.decode()
            stripe.WebhookSignature.verify_header(text, signature, self._secret, TOLERANCE)
            told = json.loads(text)
            return Happened(str(told["id"]), str(told["type"]), told["data"]["object"])
        except stripe.SignatureVerificationError as error:
            raise WrongSignature(str(error).split(".")[0]) from None
        except (UnicodeDecodeError, ValueError, KeyError, TypeError):
            raise WrongSignature("the message cannot be read") from None


class _Declined(PaymentError):
    def __init__(self, payment: Payment) -> None:
        super().__init__(payment.reason)
        self.payment = payment


def _asked(call: Callable[[], Any]) -> Any:
    """Call the company; its many errors become the few that the house knows."""
    try:
        return call()
    except stripe.CardError as error:
        told: Any = error.json_body or {}
        intent = told.get("error", {}).get("payment_intent", {})
        code = str(getattr(error.error, "decline_code", None) or error.code or "card_declined")
        state = "needs-authentication" if error.code in AUTHENTICATION else "refused"
        raise _Declined(Payment(str(intent.get("id", "")), state, code)) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unreachable(type(error).__name__) from None
    except stripe.StripeError as error:
        if (error.http_status or 0) >= 500:
            raise Unreachable(type(error).__name__) from None
        raise PaymentError(f"{type(error).__name__}: {error.user_message or error.code}") from None


def _card(method: Any) -> Card:
    card = method.card
    return Card(str(method.id), str(card.brand), str(card.last4), int(card.exp_month), int(card.exp_year))


def _payment(intent: Any) -> Payment:
    mark = str((intent.metadata.to_dict() if intent.metadata else {}).get("mark", ""))
    if intent.status == "succeeded":
        charge = intent.latest_charge
        moved = getattr(charge, "balance_transaction", None) if charge and not isinstance(charge, str) else None
        fee = int(moved.fee) if moved and not isinstance(moved, str) else None
        return Payment(str(intent.id), "paid", fee=fee, mark=mark)
    wrong = getattr(intent, "last_payment_error", None)
    if wrong:
        state = "needs-authentication" if wrong.code in AUTHENTICATION else "refused"
        return Payment(str(intent.id), state, str(getattr(wrong, "decline_code", None) or wrong.code), mark=mark)
    return Payment(str(intent.id), "refused" if intent.status == "canceled" else "open", mark=mark)
