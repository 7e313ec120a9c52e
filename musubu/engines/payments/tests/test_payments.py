"""Stripe's own library against the stand-in: set-up with 3-D Secure, charges, refusals, refunds, payouts, messages."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from musubu.engines.payments import Page, PaymentError, StripePayments, Unreachable, WrongSignature
from musubu.engines.payments.standin import StandIn, running, walk
from musubu.engines.payments.standin.server import signature

SECRET = "whsec_trial"


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    with running(tmp_path / "s.sqlite3", secret=SECRET) as one:
        yield one


@pytest.fixture
def payments(standin: StandIn) -> StripePayments:
    return StripePayments(key="sk_test_x", secret=SECRET, address=standin.address)


def card_of(payments: StripePayments, card: str) -> tuple[str, str]:
    customer = payments.customer(name="さくら", email="a@b.example", key=f"c-{card}")
    page = payments.setup_page(customer=customer, back="http://x.example/back", language="ja", key=f"s-{card}")
    assert walk(page.address, card, "approve") == "http://x.example/back"
    found = payments.page_result(page.reference)
    assert found.state == "done" and found.card and found.card.last4 == card
    return customer, found.card.method


def charge(payments: StripePayments, card: str, key: str = "k", amount: int = 10_780) -> Any:
    customer, method = card_of(payments, card)
    return payments.charge(customer=customer, method=method, amount=amount, text="請求", mark="m", key=key)


def test_a_card_is_set_up_with_3d_secure_and_charged_once(payments: StripePayments, standin: StandIn) -> None:
    customer, method = card_of(payments, "4242")
    given = {"customer": customer, "method": method, "amount": 10_780, "text": "請求 1", "mark": "m"}
    first = payments.charge(**given, key="one")
    assert (first.state, first.fee) == ("paid", 388)
    assert payments.charge(**given, key="one") == first and payments.payment(first.reference) == first
    assert len(standin.store.all("charge")) == 1
    with pytest.raises(PaymentError):
        payments.charge(**{**given, "amount": 5}, key="one")


@pytest.mark.parametrize(
    ("card", "state", "reason"),
    [
        ("0341", "refused", "generic_decline"),
        ("9995", "refused", "insufficient_funds"),
        ("3184", "needs-authentication", "authentication_required"),
    ],
)
def test_refusals_are_answers(payments: StripePayments, card: str, state: str, reason: str) -> None:
    found = charge(payments, card)
    assert (found.state, found.reason) == (state, reason) and found.reference.startswith("pi_")
    assert payments.payment(found.reference).state == state


def opened(payments: StripePayments) -> Page:
    customer = payments.customer(name="x", email="a@b.example", key="c")
    return payments.setup_page(customer=customer, back="http://x.example/", language="en", key="s")


def test_refused_on_the_page_stays_on_the_page(payments: StripePayments) -> None:
    page = opened(payments)
    assert "was refused" in walk(page.address, "0002")
    assert "Authentication was refused" in walk(page.address, "4242", "refuse")
    assert payments.page_result(page.reference).state == "open"
    payments.close_page(page.reference)
    payments.close_page(page.reference)
    assert payments.page_result(page.reference).state == "expired"


def test_a_page_to_pay_with_a_card_that_wants_authentication(payments: StripePayments) -> None:
    customer = payments.customer(name="x", email="a@b.example", key="c")
    page = payments.payment_page(
        customer=customer, amount=500, text="請求 7", mark="m7", back="http://x.example/", language="ja", key="p"
    )
    assert walk(page.address, "3184", "approve") == "http://x.example/"
    found = payments.page_result(page.reference)
    assert found.state == "done" and found.payment and found.payment.state == "paid" and found.card


def test_refunds_and_payouts(payments: StripePayments, standin: StandIn) -> None:
    paid = charge(payments, "4242", amount=1000)
    payments.refund(payment=paid.reference, amount=300, mark="r", key="r1")
    payments.refund(payment=paid.reference, amount=300, mark="r", key="r1")
    with pytest.raises(PaymentError):
        payments.refund(payment=paid.reference, amount=701, mark="r", key="r2")
    urllib.request.urlopen(standin.address + "/", b"act=payout").read()
    payout = standin.store.all("payout")[0]
    shares = payments.payout(payout["id"])
    assert sum(one.net for one in shares) == payout["amount"] == 1000 - 36 - 300
    assert {one.payment for one in shares} == {paid.reference}


def test_a_forgotten_card_is_not_charged(payments: StripePayments) -> None:
    customer, method = card_of(payments, "4242")
    payments.forget(method)
    found = payments.charge(customer=customer, method=method, amount=100, text="x", mark="m", key="k")
    assert found.state == "refused"


def test_messages_are_believed_only_with_their_signature(payments: StripePayments, standin: StandIn) -> None:
    charge(payments, "4242")
    body = standin.store.waiting()[-1][1]
    now = int(time.time())
    assert payments.read(body.encode(), signature(SECRET, body, now)).id == json.loads(body)["id"]
    for wrong in ("", "t=1,v1=0", signature("other", body, now), signature(SECRET, body, now - 400)):
        with pytest.raises(WrongSignature):
            payments.read(body.encode(), wrong)
    with pytest.raises(WrongSignature):
        payments.read(b"\xff", signature(SECRET, "x", now))
    with pytest.raises(WrongSignature):
        payments.read(b"[]", signature(SECRET, "[]", now))


def test_no_answer_is_told_apart_from_a_refusal(tmp_path: Path) -> None:
    gone = StripePayments(key="sk_test_x", secret=SECRET, address="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        gone.customer(name="x", email="a@b.example", key="k")
