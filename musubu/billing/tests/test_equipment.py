"""Equipment: shipped only after payment (SC-10.4); replaced, and back within 14 days or the penalty (SC-21)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from musubu import clock
from musubu.billing import card_refunds, documents, equipment, preview, queries
from musubu.billing.models import Charge, CreditNote, EquipmentOrder, Invoice, Replacement, Unit
from musubu.billing.tests.worlds import START, agreed, contract, later, provider
from musubu.contracts import actions, playing
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        own = provider()
        person, support = cast.make_staff(own, Role.BILLING), cast.make_staff(own, Role.SUPPORT)
        phone = contract(own, "simpleconnect", "standard")
        article = equipment.save_article(
            provider=own, person=person, code="sip-1", names={"ja": "SIPフォン"}, price=18_000, warranty_months=12
        )
    with later(own, days=25):  # a monthly fee is charged and not invoiced yet
        yield own, person, support, phone, article


def bought(world: Any, count: int = 2, token: str = "t") -> EquipmentOrder:
    _own, _person, _support, phone, article = world
    return equipment.order(
        contract=phone, person=phone.responsible, wanted={article: count}, ship_to="大阪市北区", token=token
    )


def shipped(world: Any) -> list[Unit]:
    _own, person, support, phone, _article = world
    order = bought(world)
    actions.pay(contract=phone, person=person, invoice=order.of_contract, key="pay")
    serials = {order.lines.get(): ["A-1", "A-2"]}
    return equipment.ship(order=order, person=support, serials=serials, tracking_number="1234")


def test_an_order_is_invoiced_at_once_and_twice_is_once(world: Any) -> None:
    own, *_rest = world
    order = bought(world)
    assert bought(world) == order and order.name == "E-000001"
    invoice = Invoice.objects.get(of_contract=order.of_contract)
    assert (invoice.subtotal, invoice.tax, invoice.issued_at.date()) == (36_000, 3_600, clock.now().date())
    assert [line["item"] for line in invoice.document["lines"]] == ["equipment"]
    agreed(own)


def test_it_leaves_only_when_paid(world: Any) -> None:
    own, person, support, phone, article = world
    order = bought(world)
    line = order.lines.get()
    with pytest.raises(NotPossible, match="Not paid yet"):
        equipment.ship(order=order, person=support, serials={line: ["A-1", "A-2"]}, tracking_number="")
    actions.pay(contract=phone, person=person, amount=39_599, invoice=order.of_contract, key="part")
    with pytest.raises(NotPossible, match="Not paid yet"):
        equipment.ship(order=order, person=support, serials={line: ["A-1", "A-2"]}, tracking_number="")
    actions.pay(contract=phone, person=person, amount=1, invoice=order.of_contract, key="rest")
    for wrong in ([], ["A-1"], ["A-1", "A-1"]):
        with pytest.raises(NotPossible, match="2 different"):
            equipment.ship(order=order, person=support, serials={line: wrong}, tracking_number="")
    with pytest.raises(NotAllowed):
        equipment.ship(order=order, person=phone.responsible, serials={line: ["A-1", "A-2"]}, tracking_number="")
    units = equipment.ship(order=order, person=support, serials={line: ["A-1", "A-2"]}, tracking_number="1")
    assert {unit.warranty_to for unit in units} == {date(2027, 5, 5)} and {unit.price for unit in units} == {18_000}
    with pytest.raises(NotPossible, match="already"):
        equipment.ship(order=order, person=support, serials={line: ["A-3", "A-4"]}, tracking_number="")
    with pytest.raises(NotPossible, match="already"):
        equipment.cancel_order(order=order, person=phone.responsible)
    second = bought(world, 1, "u")
    actions.pay(contract=phone, person=person, invoice=second.of_contract, key="second")
    with pytest.raises(NotPossible, match="A-2 is taken"):
        equipment.ship(order=second, person=support, serials={second.lines.get(): ["A-2"]}, tracking_number="")
    assert article.code == "sip-1"
    agreed(own)


def test_an_order_that_did_not_leave_is_called_off(world: Any) -> None:
    own, person, _support, phone, _article = world
    order = bought(world)
    actions.pay(contract=phone, person=person, amount=10_000, invoice=order.of_contract, key="part")
    for _time in range(2):
        equipment.cancel_order(order=order, person=phone.responsible)
    note = CreditNote.objects.get()
    assert (note.kind, note.amount, note.tax, note.clause) == ("void", 36_000, 3_600, "SC-10.4")
    agreed(own)


def test_what_cannot_be_ordered(world: Any) -> None:
    own, person, _support, phone, article = world
    for wanted, ship_to, said in (
        ({article: 0}, "x", "1 to 99"),
        ({article: 100}, "x", "1 to 99"),
        ({article: 1}, " ", "sent"),
    ):
        with pytest.raises(NotPossible, match=said):
            equipment.order(contract=phone, person=phone.responsible, wanted=wanted, ship_to=ship_to, token="z")
    video = contract(own, "videog", "business", "動画社", "doga")
    with pytest.raises(NotPossible, match="No equipment"):
        equipment.order(contract=video, person=video.responsible, wanted={article: 1}, ship_to="x", token="z")
    with pytest.raises(NotAllowed):
        equipment.order(contract=phone, person=video.responsible, wanted={article: 1}, ship_to="x", token="z")
    equipment.withdraw_article(article=article, person=person)
    with pytest.raises(NotPossible, match="not offered"):
        bought(world)


def replaced(world: Any) -> Any:
    _own, _person, support, phone, _article = world
    unit = shipped(world)[0]
    row = equipment.report_fault(unit=unit, person=phone.responsible, fault="音が出ない")
    with pytest.raises(NotPossible, match="already"):
        equipment.report_fault(unit=unit, person=phone.responsible, fault="また")
    with pytest.raises(NotPossible, match="not left"):
        equipment.replacement_received(replacement=row, person=support, on=clock.today())
    equipment.ship_replacement(replacement=row, person=support, serial="B-1", tracking_number="9")
    with pytest.raises(NotPossible, match="first"):
        equipment.unit_returned(replacement=row, person=support)
    equipment.replacement_received(replacement=row, person=support, on=clock.today())
    row.refresh_from_db()
    assert row.new_unit.warranty_to == unit.warranty_to
    assert equipment.back_by(row) == clock.today() + timedelta(days=14)
    return row


def test_back_within_14_days_no_penalty(world: Any) -> None:
    own, _person, support, _phone, _article = world
    row = replaced(world)
    with later(own, days=14):
        for _time in range(2):
            equipment.unit_returned(replacement=row, person=support)
    with later(own, days=30):
        assert not Charge.objects.filter(item="penalty").exists()
    agreed(own)


def test_not_back_the_sale_price_is_charged_once(world: Any) -> None:
    own, _person, support, _phone, article = world
    article.price = 1
    article.save()  # what it costs now does not count
    row = replaced(world) if article.price == 1 else None
    with later(own, days=15):
        penalty = Charge.objects.get(item="penalty")
        assert (penalty.clause, penalty.amount) == ("SC-21", 1)
        equipment.unit_returned(replacement=row, person=support)
    assert Charge.objects.filter(item="penalty").count() == 1
    agreed(own)


def test_the_penalty_is_the_price_of_the_order(world: Any) -> None:
    own, person, support, phone, _article = world
    row = replaced(world)
    equipment.save_article(
        provider=own, person=person, code="sip-1", names={"ja": "SIPフォン"}, price=99_000, warranty_months=1
    )
    with later(own, days=15):
        assert Charge.objects.get(item="penalty").amount == 18_000
        equipment.unit_returned(replacement=row, person=support)
    assert phone.charges.filter(item="penalty").count() == 1


def late(world: Any, days: int) -> date:
    """A day on which the unit of this case was back, seen from later."""
    row = Replacement.objects.get()
    assert row.received_on is not None
    return row.received_on + timedelta(days=days)


def test_back_in_time_and_noted_later_the_penalty_never_reaches_an_invoice(world: Any) -> None:
    """SC-21: charged on the 15th day, noted on the 16th with its day: the next invoice is without it."""
    own, _person, support, phone, _article = world
    row = replaced(world)
    with later(own, days=16):
        given = {"replacement": row, "person": support, "on": late(world, 14), "why": "送り状の到着印"}
        with pytest.raises(NotAllowed):
            equipment.unit_returned(**given | {"person": phone.responsible})
        for wrong, said in (({"why": " "}, "noted later"), ({"on": clock.today() + timedelta(days=1)}, "and today"),
                            ({"on": late(world, -1)}, "was sent")):  # fmt: skip
            with pytest.raises(NotPossible, match=said):
                equipment.unit_returned(**given | wrong)
        for _time in range(2):
            equipment.unit_returned(**given)
    entry = AuditEntry.objects.get(action="cases.unit-returned")
    assert entry.after == {"on": late(world, 14).isoformat(), "why": "送り状の到着印"} and entry.clause == "SC-21"
    with later(own, days=60):
        items = [line["item"] for one in Invoice.objects.all() for line in one.document["lines"]]
        assert "penalty" not in items and "monthly" in items
        assert not CreditNote.objects.exists() and phone.outcomes.filter(what="charge.withdrawn").count() == 1
    agreed(own)


@pytest.mark.parametrize("paid", [0, 5_000, None])
def test_a_penalty_that_was_invoiced_goes_back_by_a_return_invoice(world: Any, paid: int | None) -> None:
    """SC-21: noted as late first, put right after the invoice: it pays the rest of that invoice, beyond it is kept."""
    own, person, support, phone, _article = world
    row = replaced(world)
    with later(own, days=15):
        equipment.unit_returned(replacement=row, person=support)
    with later(own, days=45):
        invoice = next(one for one in Invoice.objects.all() if "penalty" in str(one.document["lines"]))
        if paid != 0:
            actions.pay(contract=phone, person=person, amount=paid, invoice=invoice.of_contract, key="some")
        open_before = queries.open_amounts([phone.pk]).get((phone.pk, invoice.of_contract), 0)
        came = {"unit": row.unit.serial, "returned": late(world, 15)}
        actions.record_event(contract=phone, what="return-unit", data=came)
        assert not phone.outcomes.filter(what="charge.withdrawn").exists()
        equipment.unit_returned(replacement=row, person=support, on=late(world, 14), why="倉庫の受入簿")
        with pytest.raises(NotPossible, match="already"):
            equipment.unit_returned(replacement=row, person=support, on=late(world, 13), why="x")
        note = CreditNote.objects.get()
        assert (note.kind, note.amount, note.tax, note.invoice, note.clause) == (
            "withdrawn", 18_000, 1_800, invoice, "SC-21",
        )  # fmt: skip
        left = queries.open_amounts([phone.pk]).get((phone.pk, invoice.of_contract), 0)
        assert left == max(0, open_before - 19_800)
        assert card_refunds.balance(phone) == 19_800 - (open_before - left)
        first = clock.today().replace(day=1)
        known = preview.months(playing.played(phone, clock.now()))
        assert known.get(first, preview.Month()).from_balance == 0  # an older invoice's rest is not this month's
        assert documents.credit_note(note, "ja").startswith(b"%PDF")
        assert Notice.objects.filter(contract=phone, subject__contains="違約金の取消").count() == 1
        agreed(own)


def test_staff_note_the_day_on_the_page(world: Any) -> None:
    own, _person, support, _phone, _article = world
    row = replaced(world)
    client = Client()
    client.force_login(support)
    address = reverse("billing-equipment-replacement", args=[row.public_id])
    with later(own, days=15):
        client.post(address, {"what": "returned", "on": clock.today().isoformat()})
        page = client.get(reverse("billing-equipment-desk"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert "It came back earlier" in page
        client.post(address, {"what": "returned", "on": late(world, 10).isoformat(), "why": "伝票"})
    row.refresh_from_db()
    assert (row.returned_on, row.returned_why) == (late(world, 10), "伝票")


def test_no_warranty_no_replacement(world: Any) -> None:
    own, _person, support, phone, _article = world
    units = shipped(world)
    with pytest.raises(NotAllowed):
        stranger = cast.make_contractor(own, "よそ", "owner@yoso.example")[1]
        equipment.report_fault(unit=units[0], person=stranger, fault="x")
    row = equipment.report_fault(unit=units[0], person=phone.responsible, fault="x")
    equipment.refuse_replacement(replacement=row, person=support, why="落下の跡")
    with pytest.raises(NotPossible, match="decided"):
        equipment.ship_replacement(replacement=row, person=support, serial="B", tracking_number="")
    with later(own, days=366), pytest.raises(NotPossible, match="warranty ended"):
        equipment.report_fault(unit=units[1], person=phone.responsible, fault="x")
