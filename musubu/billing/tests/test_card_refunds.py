"""Money of cards that goes back or moves on: refunds, chargebacks, payouts."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from musubu import clock
from musubu.billing import (
    card_charges,
    card_refunds,
    cards,
    figures,
    payouts,
    queries,
    repayments,
    verify,
)
from musubu.billing.models import (
    CardCharge,
    CardDispute,
    CardRefund,
    Payable,
    Voucher,
)
from musubu.billing.tests.card_world import START, World, agreed, opened, sums
from musubu.contracts import actions
from musubu.engines.payments import Share
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def test_an_overpayment_goes_back_to_the_card_once(world: World) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    actions.pay(contract=world.contract, person=None, amount=10_780, key="transfer")  # paid again by transfer
    assert card_refunds.balance(world.contract) == 10_780
    with pytest.raises(NotPossible):
        card_refunds.refund(contract=world.contract, amount=1, person=world.billing, key="early")
    with pytest.raises(NotPossible):
        card_refunds.return_balance(contract=world.contract, amount=10_781, person=world.billing, key="much")
    for _ in range(2):
        card_refunds.return_balance(contract=world.contract, amount=10_780, person=world.billing, key="b")
    assert (card_refunds.balance(world.contract), card_refunds.payable(world.contract)) == (0, 10_780)
    for _ in range(2):
        card_refunds.refund(contract=world.contract, amount=10_780, person=world.billing, key="r")
    assert CardRefund.objects.get().state == "done" and card_refunds.payable(world.contract) == 0
    assert len(world.standin.store.all("refund")) == 1
    for body in world.messages():
        world.hear(body)
    agreed(world)
    failed = json.loads(next(body for body in world.messages() if "refund.created" in body))
    failed |= {"id": "evt_failed", "type": "refund.failed"}
    failed["data"]["object"]["status"] = "failed"
    for _ in range(2):
        world.hear(json.dumps(failed))
    assert card_refunds.payable(world.contract) == 10_780
    agreed(world)


@pytest.mark.parametrize("order", [("created", "won"), ("won", "created"), ("created", "lost"), ("lost", "created")])
def test_chargebacks_in_any_order(world: World, order: tuple[str, str]) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    payment = CardCharge.objects.get().payment
    for n, what in enumerate(order):
        kind = "created" if what == "created" else "closed"
        status = "needs_response" if what == "created" else what
        thing = {"id": "du_1", "amount": 10_780, "reason": "fraudulent", "status": status, "payment_intent": payment}
        world.hear(json.dumps({"id": f"evt_{n}", "type": f"charge.dispute.{kind}", "data": {"object": thing}}))
    decided = order[0] if order[0] != "created" else order[1]
    assert CardDispute.objects.get().state == decided
    assert cards.active(world.contract.organisation) is None
    assert sums("chargebacks") == [0 if decided == "won" else 10_780]
    agreed(world)


def test_a_question_of_the_holders_bank_takes_no_money(world: World) -> None:
    """Only when it becomes a chargeback is the money gone; won, just as much comes back."""
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    thing = {"id": "du_1", "amount": 3_000, "payment_intent": CardCharge.objects.get().payment}
    told = [("created", "warning_needs_response", 0), ("updated", "needs_response", 3_000), ("closed", "won", 0)]
    for n, (kind, status, taken) in enumerate(told):
        given = thing | {"status": status, "amount": 3_000 if status != "won" else 10_780}
        world.hear(json.dumps({"id": f"evt_{n}", "type": f"charge.dispute.{kind}", "data": {"object": given}}))
        assert sums("chargebacks") == [taken]
        assert (cards.active(world.contract.organisation) is None) is (n > 0)
    agreed(world)


def test_a_lost_chargeback_is_claimed_again(world: World) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    charge = CardCharge.objects.get()
    given = {"charge": charge, "reference": "du_1", "amount": 10_780, "reason": "fraudulent"}
    row = card_refunds.dispute(**given, status="needs_response")
    with pytest.raises(NotPossible, match="lost"):
        card_refunds.claim_again(dispute=row, person=world.billing)
    row = card_refunds.dispute(**given, status="lost")
    with pytest.raises(NotAllowed):
        card_refunds.claim_again(dispute=row, person=world.owner)
    for _ in range(2):
        card_refunds.claim_again(dispute=row, person=world.billing)
    assert sum(queries.open_amounts([world.contract.pk]).values()) == 10_780
    assert sums("chargebacks", "bank") == [0, 0] and card_refunds.claimed(row)
    agreed(world)


def test_the_lost_part_of_a_payment_is_claimed_again_and_only_that(world: World) -> None:
    """VG-11: two disputes about parts of one payment; each is claimed once, the books and the journal agree."""
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    given = {"charge": CardCharge.objects.get(), "reason": "product_not_received", "status": "lost"}
    first, second = (
        card_refunds.dispute(**given, reference=f"du_{amount}", amount=amount) for amount in (3_000, 7_780)
    )
    for _ in range(2):
        card_refunds.claim_again(dispute=first, person=world.billing)
    assert sum(queries.open_amounts([world.contract.pk]).values()) == 3_000
    assert sums("chargebacks", "bank") == [7_780, 0] and not card_refunds.claimed(second)
    agreed(world)
    card_refunds.claim_again(dispute=second, person=world.billing)
    assert sum(queries.open_amounts([world.contract.pk]).values()) == 10_780
    assert sums("chargebacks", "bank") == [0, 0]
    agreed(world)


def test_a_card_payment_is_collected_once_and_what_is_claimed_again_is_not(world: World) -> None:
    """Neither the company's payout nor a chargeback makes the month's figures more than they are."""
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    charge = CardCharge.objects.get()
    month, span = [START.date().replace(day=1)], (START - timedelta(days=9), START + timedelta(days=9))
    card_refunds.paid_out("po_1", [Share(charge.payment, 10_392)])
    assert figures.invoiced_and_collected(world.provider, month)[0][1:] == (10_780, 10_780)
    assert queries.month_sums(world.provider, *span) == {"invoiced": 10_780, "collected": 10_780}
    row = card_refunds.dispute(charge=charge, reference="du_1", amount=3_000, reason="x", status="lost")
    card_refunds.claim_again(dispute=row, person=world.billing)
    assert figures.invoiced_and_collected(world.provider, month)[0][1:] == (10_780, 7_780)
    assert queries.month_sums(world.provider, *span) == {"invoiced": 10_780, "collected": 7_780}


@pytest.mark.parametrize(("change", "said"), [
    (lambda: CardCharge.objects.update(amount=1), "the card payment of 1 yen is 10780 in the journal"),
    (lambda: Voucher.objects.filter(kind="card-payment").update(key="x"), "the card payment of 10780 yen is not booked"),
    (lambda: Voucher.objects.filter(kind="chargeback").update(key="y"), "the chargeback of 3000 yen is not booked"),
    (lambda: CardDispute.objects.update(state="won"), "the chargeback of 3000 yen is not booked as it stands"),
    (lambda: CardDispute.objects.update(amount=2_999), "chargebacks is 3000 yen in the books, 2999 by what happened"),
])  # fmt: skip
def test_verify_finds_what_cards_and_books_do_not_share(world: World, change: Any, said: str) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    charge = CardCharge.objects.get()
    card_refunds.dispute(charge=charge, reference="du_1", amount=3_000, reason="x", status="lost")
    agreed(world)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS billing_voucher_no_update")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS billing_voucher_never_changed ON billing_voucher")
    change()
    assert said in "\n".join(verify.differences(world.provider))


def owed_by_transfer(world: World) -> Payable:
    """5,000 yen that were paid over wait for a bank transfer."""
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    actions.pay(contract=world.contract, person=None, amount=5_000, key="transfer")
    repayments.give_back(contract=world.contract, person=world.billing, amount=5_000, key="g")
    account = {"bank": "9001", "branch": "102", "account": "7654321", "holder": "サクラ"}
    payouts.set_account(organisation=world.contract.organisation, person=world.owner, **account)
    return Payable.objects.get()


def test_what_is_with_the_bank_is_not_refunded_to_the_card_as_well(world: World) -> None:
    row = owed_by_transfer(world)
    run = payouts.make_run(provider=world.provider, person=world.billing, day=clock.today(), payables=[row])
    assert card_refunds.payable(world.contract) == 0
    with pytest.raises(NotPossible):
        card_refunds.refund(contract=world.contract, amount=5_000, person=world.billing, key="r")
    payouts.withdraw_run(run=run, person=world.billing)
    assert card_refunds.payable(world.contract) == 5_000


def test_a_refund_that_waits_for_a_transfer_can_go_to_the_card_instead(world: World) -> None:
    row = owed_by_transfer(world)
    card_refunds.refund(contract=world.contract, amount=2_000, person=world.billing, key="r")
    assert [left.left for left, _target, _failed in payouts.waiting(world.provider)] == [3_000]
    run = payouts.make_run(provider=world.provider, person=world.billing, day=clock.today(), payables=[row])
    assert run.lines.get().amount == 3_000 and card_refunds.payable(world.contract) == 0
    payouts.book_run(run=run, person=world.billing, failed={})
    assert sums("refunds-payable") == [0] and payouts.waiting(world.provider) == []
    agreed(world)


def test_a_refund_that_the_card_did_not_take_waits_for_a_transfer_again(world: World) -> None:
    owed_by_transfer(world)
    card_refunds.refund(contract=world.contract, amount=5_000, person=world.billing, key="r")
    assert payouts.waiting(world.provider) == []
    for _ in range(2):
        card_refunds.refund_failed(CardRefund.objects.get())
    assert [row.left for row, _target, _failed in payouts.waiting(world.provider)] == [5_000]
    assert card_refunds.payable(world.contract) == 5_000
    agreed(world)


def test_a_payout_empties_what_was_on_its_way(world: World) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    urllib.request.urlopen(world.standin.address + "/", b"act=payout").read()
    for body in world.messages() * 2:
        world.hear(body)
    assert sums("card-clearing", "bank", "card-fees") == [0, 10_780 - 388, 388]
    agreed(world)
