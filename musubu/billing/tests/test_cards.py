"""Cards through the stand-in: set-up, charges when due, refusals, messages in any order."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from musubu import clock
from musubu.billing import (
    card_charges,
    card_messages,
    card_refunds,
    cards,
    figures,
    queries,
)
from musubu.billing.models import (
    CardCharge,
    CardMessage,
    Invoice,
    PaymentCard,
)
from musubu.billing.tests.card_world import BACK, NEXT, START, World, agreed, opened, sums
from musubu.contracts import actions, presets
from musubu.contracts.models import Event
from musubu.engines.payments import Payment, WrongSignature
from musubu.engines.payments.standin import running, walk
from musubu.engines.payments.standin.server import signature
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def test_a_card_is_set_up_and_charged_on_the_due_day_once(world: World) -> None:
    card = world.set_up("4242")
    assert (card.state, card.brand, card.last4) == ("active", "visa", "4242")
    assert cards.finish_setup(card).pk == card.pk
    card_charges.charge_due(world.provider, START)
    card_charges.charge_due(world.provider, START)
    charge = CardCharge.objects.get()
    assert (charge.state, charge.amount, charge.how, charge.fee) == ("paid", 10_780, "due", 388)
    assert queries.open_amounts([world.contract.pk]) == {}
    world.later(NEXT + timedelta(days=2))
    assert CardCharge.objects.filter(state="paid").count() == 2 == len(world.standin.store.all("charge"))
    assert not world.contract.outcomes.filter(what="reminder").exists()
    assert sums("card-clearing", "card-fees", "bank") == [2 * (10_780 - 388), 2 * 388, 0]
    agreed(world)


def test_no_number_is_ever_kept(world: World) -> None:
    world.set_up("4242")
    kept = json.dumps(list(PaymentCard.objects.values()), default=str)
    assert "4242" in kept and "42424242" not in kept


def test_a_refused_card_is_not_tried_again_and_the_terms_go_on(world: World) -> None:
    world.set_up("9995")
    world.later(START + timedelta(days=10))
    charges = list(CardCharge.objects.order_by("pk"))
    assert {(one.state, one.reason, one.how) for one in charges} == {("refused", "insufficient_funds", "due")}
    assert len({one.invoice_id for one in charges}) == len(charges) == 2  # the month, and what replaced it (VG-11.5)
    told = Notice.objects.filter(kind="card.refused").order_by("pk")[0]
    assert "残高" in told.body
    kinds = list(world.contract.outcomes.values_list("what", flat=True))
    assert "reminder" in kinds and "plan.changed" in kinds
    assert figures.failed_cards(world.provider, START.date()) == (2, sum(one.amount for one in charges))
    assert figures.failed_cards(world.provider, START.date() + timedelta(days=20)) == (0, 0)
    with clock.standing_at(world.provider.sandbox_now):
        row = Invoice.objects.filter(contract=world.contract).order_by("-number")[0]
        again = card_charges.charge_again(invoice=row, person=world.owner)
        assert again.state == "refused" and again.how == "again"
    agreed(world)


def test_a_card_that_wants_authentication_is_paid_on_the_page(world: World) -> None:
    world.set_up("3184")
    card_charges.charge_due(world.provider, START)
    assert CardCharge.objects.get().state == "needs-authentication"
    row = Invoice.objects.get()
    first = card_charges.pay_page(invoice=row, person=world.owner, back=BACK)
    page = card_charges.pay_page(invoice=row, person=world.owner, back=BACK)
    assert first.address != page.address and "closed" in walk(first.address, "3184", "approve")
    walk(page.address, "3184", "approve")
    for body in world.messages():
        world.hear(body)
    assert CardCharge.objects.filter(state="paid").count() == 1
    assert Event.objects.filter(what="pay").count() == 1
    with pytest.raises(NotPossible, match="Nothing is open"):
        card_charges.pay_page(invoice=row, person=world.owner, back=BACK)
    agreed(world)


def test_who_pays_on_the_page_without_a_card_has_one_then(world: World) -> None:
    page = card_charges.pay_page(invoice=Invoice.objects.get(), person=world.owner, back=BACK)
    walk(page.address, "4242", "approve")
    charge = card_charges.finish_page(CardCharge.objects.get())
    assert charge.state == "paid" and cards.active(world.contract.organisation)


def test_a_new_card_takes_the_place_and_a_removed_one_is_never_charged(world: World) -> None:
    world.set_up("4242")
    world.set_up("4444")
    assert list(PaymentCard.objects.order_by("pk").values_list("state", "why_ended")) == [
        ("ended", "replaced"), ("active", ""),
    ]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentCard.objects.update(state="active")
    cards.remove(organisation=world.contract.organisation, person=world.owner)
    assert card_charges.charge_due(world.provider, START) == 0 and not CardCharge.objects.exists()


def test_who_may(world: World) -> None:
    _, stranger = cast.make_contractor(world.provider, "よそ", "owner@yoso.example")
    member = cast.make_member(world.contract.organisation, "m@x.example", Role.MEMBER)
    support = cast.make_staff(world.provider, Role.SUPPORT)
    for person in (stranger, member):
        with pytest.raises(NotAllowed):
            cards.start_setup(organisation=world.contract.organisation, person=person, back=BACK)
        with pytest.raises(NotAllowed):
            card_charges.charge_again(invoice=Invoice.objects.get(), person=person)
        with pytest.raises(NotAllowed):
            card_charges.pay_page(invoice=Invoice.objects.get(), person=person, back=BACK)
        with pytest.raises(NotAllowed):
            cards.remove(organisation=world.contract.organisation, person=person)
    for person in (world.owner, support):
        with pytest.raises(NotAllowed):
            card_refunds.refund(contract=world.contract, amount=1, person=person, key="k")
        with pytest.raises(NotAllowed):
            card_refunds.return_balance(contract=world.contract, amount=1, person=person, key="k")


def test_what_cannot_be_paid_by_card(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = world.provider.plans.get(service="learno", code="economy")
    organisation, owner = cast.make_contractor(world.provider, "学校", "owner@gakko.example")
    school = actions.open_contract(provider=world.provider, organisation=organisation, plan=plan, responsible=owner)
    actions.conclude(contract=school)
    with pytest.raises(NotPossible, match="None of your contracts"):
        cards.start_setup(organisation=organisation, person=owner, back=BACK)
    with pytest.raises(NotPossible, match="cannot be paid by card"):
        card_charges.pay_page(invoice=school.invoices.get(), person=owner, back=BACK)
    monkeypatch.setenv("MUSUBU_CARD_STANDIN", "")
    with pytest.raises(NotPossible, match="not set up here"):
        cards.start_setup(organisation=world.contract.organisation, person=world.owner, back=BACK)
    assert card_charges.charge_due(world.provider, START) == 0


def test_neither_stand_in_for_the_real_nor_real_money_in_a_sandbox(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cast.make_provider("real", sandbox=False)
    assert not cards.offered(real) and cards.offered(world.provider)
    monkeypatch.setenv("MUSUBU_STRIPE_KEY", "sk_live_x")
    assert cards.offered(real) and not cards.offered(world.provider)
    monkeypatch.setenv("MUSUBU_STRIPE_KEY", "sk_test_x")
    assert cards.offered(real) and cards.offered(world.provider)


def test_no_answer_is_asked_for_again_by_the_same_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.set_up("4242")
    monkeypatch.setattr(card_charges, "settle", lambda charge, found: charge)  # it died after the company had answered
    card_charges.charge_due(world.provider, START)
    monkeypatch.undo()
    monkeypatch.setenv("MUSUBU_CARD_STANDIN", world.standin.address)
    assert CardCharge.objects.get().state == "started"
    CardCharge.objects.update(began_at=clock.now() - timedelta(days=400))
    card_charges.resume(world.provider)
    assert CardCharge.objects.get().state == "uncertain"
    CardCharge.objects.update(state="started", began_at=datetime.now(clock.TOKYO) - timedelta(minutes=5))
    card_charges.charge_due(world.provider, START)
    assert CardCharge.objects.get().state == "paid" and len(world.standin.store.all("charge")) == 1
    agreed(world)


def test_messages_are_taken_once_in_any_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.set_up("4242")
    card_charges.charge_due(world.provider, START)
    bodies = world.messages()
    for body in reversed(bodies):
        assert world.hear(body)
        assert not world.hear(body)
    assert CardMessage.objects.count() == len(bodies) == 3
    assert Event.objects.filter(what="pay").count() == 1 and CardCharge.objects.get().state == "paid"
    late = card_charges.settle(CardCharge.objects.get(), Payment("pi_x", "refused", "late"))
    assert late.state == "paid"
    agreed(world)


def test_a_message_alone_brings_everything(world: World) -> None:
    """The customer never came back to our page."""
    page = cards.start_setup(organisation=world.contract.organisation, person=world.owner, back=BACK)
    walk(page.address, "4242", "approve")
    for body in world.messages():
        world.hear(body)
    assert cards.active(world.contract.organisation)


def test_wrong_signatures_are_refused_and_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.set_up("4242")
    body = world.messages()[0]
    client = Client(enforce_csrf_checks=True)
    sent: dict[str, Any] = {"data": body, "content_type": "application/json"}
    answer = client.post("/webhooks/stripe/", **sent, headers={"Stripe-Signature": "t=1,v1=0"})
    assert answer.status_code == 403 and "refused" in caplog.text and not CardMessage.objects.exists()
    good = signature(cards.standin_secret(), body, int(time.time()))
    assert client.post("/webhooks/stripe/", **sent, headers={"Stripe-Signature": good}).status_code == 200
    assert client.get("/webhooks/stripe/").status_code == 405
    with pytest.raises(WrongSignature):
        card_messages.hear(body.encode(), signature("other", body, int(time.time())))


def test_the_messages_really_arrive(world: World, tmp_path: Path) -> None:
    """Kept while nobody takes them, sent when somebody does."""
    world.set_up("4242")
    world.standin.hook = "http://127.0.0.1:9/"
    world.standin.send_waiting()
    assert not any(arrived for _id, _kind, arrived in world.standin.store.messages())


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a test database in memory cannot be written by several")
@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_person_charge_an_invoice_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at the same moment: one attempt reaches the company, whoever comes second is told."""
    with clock.standing_at(START), running(tmp_path / "s.sqlite3", secret=cards.standin_secret()) as standin:
        monkeypatch.setenv("MUSUBU_CARD_STANDIN", standin.address)
        provider = cast.make_provider("demo")
        presets.seed_catalogue(provider)
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="videog", code="business")
        contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        actions.conclude(contract=contract)
        world = World(standin, provider, contract, owner, owner)
        world.set_up("4242")
        row = Invoice.objects.get()

        def worker(_n: int) -> None:
            with clock.standing_at(START):
                card_charges.charge_due(provider, START)
            connection.close()

        def person(_n: int) -> None:
            with clock.standing_at(START), contextlib.suppress(NotPossible):
                card_charges.charge_again(invoice=row, person=owner)
            connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: (worker, person)[n % 2](n), range(4)))
        assert len(standin.store.all("charge")) == 1 and CardCharge.objects.filter(state="paid").count() == 1
        assert queries.open_amounts([contract.pk]) == {} and Event.objects.filter(what="pay").count() == 1
