"""The part of Stripe's HTTP API that the house uses, answered in Stripe's shapes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from musubu.engines.payments.standin import ledger
from musubu.engines.payments.standin.store import Object, Store

Given = dict[str, Any]
Answer = tuple[int, Object]


class Wrong(Exception):
    """The request cannot be carried out: status, code."""

    def __init__(self, status: int, code: str, says: str) -> None:
        super().__init__(says)
        self.status = status
        self.body = {"type": "invalid_request_error", "code": code, "message": says}


def read_form(text: str) -> Given:
    """`a[b][0]=c` as nested tables; lists are tables with numbers for keys."""
    found: Given = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+", name)
        place = found
        for part, following in zip([first, *rest], rest, strict=False):
            place = place.setdefault(part, {})
            assert following is not None
        place[[first, *rest][-1]] = value
    return found


class Api:
    """`pages`: where the customer's pages are, as a browser reaches them."""

    def __init__(self, store: Store, pages: str) -> None:
        self.store = store
        self.pages = pages

    def ask(self, method: str, path: str, text: str, key: str) -> Answer:
        """One request; a repeated key gives the first answer again, and is refused for another request."""
        asked = f"{method} {path} {text}"
        with self.store.lock:
            if key and (known := self.store.answered(key)):
                if known[0] != asked:
                    wrong = Wrong(400, "idempotency_error", "This key was used for another request.")
                    return 400, {"error": {**wrong.body, "type": "idempotency_error"}}
                return known[1], known[2]
            status, body = self._do(method, path, read_form(text))
            if key and status < 500:
                self.store.answer(key, asked, status, body)
        return status, body

    def _do(self, method: str, path: str, given: Given) -> Answer:
        for verb, pattern, act in ROUTES:
            if verb == method and (fits := re.fullmatch(pattern, path)):
                try:
                    return 200, self._expanded(act(self, given, *fits.groups()), given)
                except ledger.Refused as refused:
                    return 402, {"error": refused.body}
                except Wrong as wrong:
                    return wrong.status, {"error": wrong.body}
        return 404, {"error": Wrong(404, "url_invalid", f"The stand-in does not know {method} {path}.").body}

    def _need(self, reference: Any, kind: str) -> Object:
        found = self.store.get(str(reference))
        if found is None or found["object"] != kind:
            raise Wrong(404, "resource_missing", f"No such {kind}: {reference}")
        return found

    def _expanded(self, thing: Object, given: Given) -> Object:
        shown = copy.deepcopy(thing)
        for path in given.get("expand", {}).values():
            self._expand(shown, path.split("."))
        return shown

    def _expand(self, place: Any, path: list[str]) -> None:
        if isinstance(place, list):
            for one in place:
                self._expand(one, path)
            return
        if not path or not isinstance(place, dict) or not place.get(path[0]):
            return
        if isinstance(place[path[0]], str):
            place[path[0]] = copy.deepcopy(self.store.get(place[path[0]])) or place[path[0]]
        self._expand(place[path[0]], path[1:])

    def customer(self, given: Given) -> Object:
        return self.store.make("cus", "customer", name=given.get("name"), email=given.get("email"))

    def session(self, given: Given) -> Object:
        mode = given.get("mode")
        self._need(given.get("customer"), "customer")
        made = self.store.make(
            "cs_test", "checkout.session", mode=mode, customer=given["customer"], status="open", url=None,
            success_url=given["success_url"], cancel_url=given["cancel_url"], locale=given.get("locale", "ja"),
            setup_intent=None, payment_intent=None, amount_total=None, text="",
        )  # fmt: skip
        if mode == "setup":
            intent = self.store.make(
                "seti",
                "setup_intent",
                customer=given["customer"],
                status="requires_payment_method",
                payment_method=None,
            )
            made["setup_intent"] = intent["id"]
        elif mode == "payment":
            item = given["line_items"]["0"]["price_data"]
            amount = int(item["unit_amount"])
            made |= {"amount_total": amount, "text": item["product_data"]["name"]}
            more = given.get("payment_intent_data", {}).get("metadata", {})
            intent = self._intent(given["customer"], amount, None, more, made["text"])
            made["payment_intent"] = intent["id"]
        else:
            raise Wrong(400, "parameter_invalid", f"mode {mode!r} is not played here")
        made["url"] = f"{self.pages}/pay/{made['id']}"
        self.store.save(made)
        return made

    def _intent(self, customer: str, amount: int, method: str | None, metadata: Given, text: str) -> Object:
        if amount < 50:
            raise Wrong(400, "amount_too_small", "An amount is 50 yen or more.")
        return self.store.make(
            "pi", "payment_intent", customer=customer, amount=amount, currency="jpy", status="requires_payment_method",
            payment_method=method, metadata=metadata, description=text, latest_charge=None, last_payment_error=None,
        )  # fmt: skip

    def found_session(self, given: Given, reference: str) -> Object:
        return self._need(reference, "checkout.session")

    def expire(self, given: Given, reference: str) -> Object:
        found = self._need(reference, "checkout.session")
        if found["status"] != "open":
            raise Wrong(400, "resource_already_exists", "Only an open session can expire.")
        found |= {"status": "expired", "url": None}
        self.store.save(found)
        self.store.tell("checkout.session.expired", found)
        return found

    def intent(self, given: Given) -> Object:
        self._need(given.get("customer"), "customer")
        made = self._intent(
            given["customer"], int(given["amount"]), given.get("payment_method"), given.get("metadata", {}),
            given.get("description", ""),
        )  # fmt: skip
        return ledger.confirm(self.store, made, present=False) if given.get("confirm") == "true" else made

    def found_intent(self, given: Given, reference: str) -> Object:
        return self._need(reference, "payment_intent")

    def refund(self, given: Given) -> Object:
        found = self._need(given.get("payment_intent"), "payment_intent")
        if found["status"] != "succeeded":
            raise Wrong(400, "charge_not_refundable", "This payment has not succeeded.")
        charge = self._need(found["latest_charge"], "charge")
        amount = int(given.get("amount") or charge["amount"])
        if not 0 < amount <= charge["amount"] - charge["amount_refunded"]:
            raise Wrong(400, "amount_too_large", "More than what is left of this payment.")
        return ledger.refund(self.store, found, amount, given.get("metadata", {}))

    def detach(self, given: Given, reference: str) -> Object:
        found = self._need(reference, "payment_method")
        found["customer"] = None
        self.store.save(found)
        return found

    def movements(self, given: Given) -> Object:
        wanted = given.get("payout", "")
        found = [one for one in self.store.all("balance_transaction") if one["payout"] == wanted]
        return {"object": "list", "data": found, "has_more": False, "url": "/v1/balance_transactions"}


ID = r"([A-Za-z0-9_]+)"
ROUTES: list[tuple[str, str, Callable[..., Object]]] = [
    ("POST", "/v1/customers", Api.customer),
    ("POST", "/v1/checkout/sessions", Api.session),
    ("GET", f"/v1/checkout/sessions/{ID}", Api.found_session),
    ("POST", f"/v1/checkout/sessions/{ID}/expire", Api.expire),
    ("POST", "/v1/payment_intents", Api.intent),
    ("GET", f"/v1/payment_intents/{ID}", Api.found_intent),
    ("POST", "/v1/refunds", Api.refund),
    ("POST", f"/v1/payment_methods/{ID}/detach", Api.detach),
    ("GET", "/v1/balance_transactions", Api.movements),
]


def as_text(body: Object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
