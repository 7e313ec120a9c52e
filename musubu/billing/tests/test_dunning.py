"""What stays open: reminders by stage, disputes, plans kept and broken, write-offs by two people, receipts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from musubu import clock
from musubu.billing import dunning, plans, queries, receipts, repayments, verify, writeoffs
from musubu.billing.models import (
    DunningDay,
    Entry,
    Invoice,
    InvoiceDispute,
    Mandate,
    PaymentCard,
    PaymentPlan,
    Reminder,
    WriteOff,
)
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, UsageRecord
from musubu.contracts.tests import stage
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Person, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
LATE = datetime(2026, 7, 8, 10, tzinfo=clock.TOKYO)


@dataclass
class World:
    provider: Provider
    billing: Person
    boss: Person

    def opened(self, service: str, code: str, name: str = "株式会社さくら商事") -> Contract:
        organisation, owner = cast.make_contractor(self.provider, name, f"owner@{service}.example")
        plan = self.provider.plans.get(service=service, code=code)
        contract = actions.open_contract(
            provider=self.provider, organisation=organisation, plan=plan, responsible=owner
        )
        actions.conclude(contract=contract)
        return contract

    def to(self, moment: datetime) -> None:
        sandbox.advance(self.provider, moment)
        self.provider.refresh_from_db()

    def agreed(self) -> None:
        assert list(verify.differences(self.provider)) == []


@pytest.fixture
def world() -> Iterator[World]:
    with stage.sandbox(START) as provider:
        yield World(provider, cast.make_staff(provider, Role.BILLING), cast.make_staff(provider, Role.OWNER))


@pytest.fixture
def late(world: World) -> Iterator[tuple[World, Invoice]]:
    """SimpleConnect, May's invoice due on 30 June and not paid by 8 July."""
    contract = world.opened("simpleconnect", "standard")
    world.to(LATE)
    with clock.standing_at(LATE):
        yield world, Invoice.objects.filter(contract=contract).order_by("number")[0]


def asked(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def state(world: World, invoice: Invoice) -> str:
    return next(one.state for one in dunning.late(world.provider, clock.today()) if one.invoice == invoice)


def test_reminders_leave_by_stage_each_once(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    assert invoice.due_on == date(2026, 6, 30)
    assert list(Reminder.objects.filter(invoice=invoice).values_list("stage", flat=True)) == [1]
    assert state(world, invoice) == "reminded"
    world.to(LATE + timedelta(days=20))
    assert list(Reminder.objects.filter(invoice=invoice).values_list("stage", flat=True)) == [1, 2, 3]
    with clock.standing_at(LATE + timedelta(days=20)):
        assert state(world, invoice) == "last"
        DunningDay.objects.all().delete()
        assert dunning.run(world.provider, clock.now()) == 0
    mails = Notice.objects.filter(kind="reminder.house").order_by("pk")
    assert mails.count() == 3 and queries.virtual_account(invoice.contract.organisation) in mails[0].body
    assert mails[0].leave_at.astimezone(clock.TOKYO).hour >= dunning.HOUR


def test_what_was_paid_or_missed_is_not_reminded_of(world: World) -> None:
    contract = world.opened("simpleconnect", "standard")
    world.to(datetime(2026, 6, 20, 9, tzinfo=clock.TOKYO))
    with clock.standing_at(world.provider.sandbox_now):
        actions.pay(contract=contract, person=None, key="p")
    world.to(LATE)
    assert not Reminder.objects.exists()


def test_where_the_terms_remind_the_house_is_silent(world: World) -> None:
    """VG-11.3: the reminder, the hour and the fall are the terms'; what the fall leaves open is the house's."""
    contract = world.opened("videog", "business")
    world.to(START + timedelta(days=3))
    with clock.standing_at(world.provider.sandbox_now):
        found = dunning.late(world.provider, clock.today())[0]
        assert found.state == "terms" and found.next_on == datetime(2026, 4, 17, 18, tzinfo=clock.TOKYO)
    world.to(START + timedelta(days=12))
    contract.refresh_from_db()
    assert contract.free_since and contract.free_since.astimezone(clock.TOKYO).hour == 18
    assert set(Reminder.objects.values_list("invoice__of_contract", flat=True)) == {2}


def test_a_dispute_stops_reminders_and_may_suspend(late: tuple[World, Invoice]) -> None:
    """SC-9.9"""
    world, invoice = late
    dispute = dunning.open_dispute(invoice=invoice, person=world.billing, why="通話していない", suspend=True)
    contract = Contract.objects.get(pk=invoice.contract_id)
    assert contract.state == "suspended" and contract.outcomes.filter(what="suspended", clause="SC-9.9").exists()
    with pytest.raises(NotPossible, match="open already"):
        dunning.open_dispute(invoice=invoice, person=world.billing, why="再び")
    world.to(LATE + timedelta(days=20))
    with clock.standing_at(LATE + timedelta(days=20)):
        assert state(world, invoice) == "disputed" and Reminder.objects.filter(invoice=invoice).count() == 1
        for _ in range(2):
            dunning.close_dispute(dispute=dispute, person=world.billing, result="記録を示した")
        contract.refresh_from_db()
        assert contract.state == "active"
        DunningDay.objects.all().delete()
        dunning.run(world.provider, clock.now())
    assert list(Reminder.objects.filter(invoice=invoice).values_list("stage", flat=True)) == [1, 3]
    assert AuditEntry.objects.filter(action__startswith="payments.dispute", clause="SC-9.9").count() == 2


def test_a_dispute_needs_its_reason_and_no_other_terms_suspend_for_it(world: World) -> None:
    contract = world.opened("learno", "economy")
    invoice = contract.invoices.get()
    with pytest.raises(NotPossible, match="Write down why"):
        dunning.open_dispute(invoice=invoice, person=world.billing, why=" ")
    with pytest.raises(NotPossible, match="do not let"):
        dunning.open_dispute(invoice=invoice, person=world.billing, why="x", suspend=True)
    assert not InvoiceDispute.objects.exists()
    dispute = dunning.open_dispute(invoice=invoice, person=world.billing, why="x")
    with pytest.raises(NotPossible, match="how it was settled"):
        dunning.close_dispute(dispute=dispute, person=world.billing, result="")


def plan_of(world: World, invoice: Invoice, count: int = 3) -> PaymentPlan:
    opened = plans.open_of(invoice.contract)
    total = sum(one.left for one in opened)
    return plans.agree(
        contract=invoice.contract, person=world.billing, invoices=[one.invoice for one in opened],
        instalments=plans.split(total, clock.today(), count),
    )  # fmt: skip


def test_a_kept_plan_keeps_reminders_and_suspensions_away(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    plan = plan_of(world, invoice)
    assert sum(one.amount for one in plan.instalments.all()) == plan.total
    assert "2026-07-08" in Notice.objects.get(kind="plan.agreed").body and state(world, invoice) == "plan"
    given = {"contract": invoice.contract, "person": world.boss, "kind": "suspend"}
    with pytest.raises(NotPossible, match="payment plan"):
        actions.measure(**given, clause="SC-24.1", ground="SC-24.1(8)")
    with pytest.raises(NotPossible, match="payment plan"):
        actions.measure(**given, clause="SC-13", ground="SC-13(1)")
    for n, one in enumerate(plan.instalments.all()):
        moment = datetime.combine(one.day, LATE.time(), clock.TOKYO)
        world.to(moment)
        with clock.standing_at(moment):
            actions.pay(
                contract=invoice.contract, person=None, amount=one.amount, invoice=invoice.of_contract, key=f"i{n}"
            )
    world.to(LATE + timedelta(days=70))
    plan.refresh_from_db()
    assert plan.state == "kept" and Reminder.objects.filter(invoice=invoice).count() == 1
    world.agreed()


def test_a_broken_plan_is_told_and_the_ordinary_way_goes_on(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    plan = plan_of(world, invoice)
    world.to(LATE + timedelta(days=3))
    assert Notice.objects.filter(kind="plan.late").count() == 1 and state(world, invoice) == "plan"
    world.to(LATE + timedelta(days=9))
    plan.refresh_from_db()
    assert plan.state == "broken" and Notice.objects.filter(kind="plan.broken").count() == 1
    assert Reminder.objects.filter(invoice=invoice).order_by("-stage")[0].stage > 1
    with clock.standing_at(LATE + timedelta(days=9)):
        actions.measure(
            contract=invoice.contract, person=world.boss, kind="suspend", clause="SC-24.1", ground="SC-24.1(8)"
        )


def test_what_is_no_plan(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    opened = [invoice]
    left = sum(one.left for one in plans.open_of(invoice.contract))
    today = clock.today()
    for wrong, says in (
        ([(today, left - 1)], "come to"),
        ([], "instalments"),
        ([(today - timedelta(days=1), left)], "begin today"),
        ([(today, left), (today, 0)], "follow one another"),
        ([(today, 0), (today + timedelta(days=1), left)], "1 or more"),
    ):
        with pytest.raises(NotPossible, match=says):
            plans.agree(contract=invoice.contract, person=world.billing, invoices=opened, instalments=wrong)
    other = world.opened("learno", "economy", "学校").invoices.get()
    with pytest.raises(NotPossible, match="of this contract"):
        plans.agree(contract=invoice.contract, person=world.billing, invoices=[other], instalments=[(today, 1)])
    plan = plan_of(world, invoice)
    with pytest.raises(NotPossible, match="runs for this contract already"):
        plan_of(world, invoice)
    for _ in range(2):
        plans.end(plan=plan, person=world.billing)
    assert plan_of(world, invoice).state == "running"
    video = world.opened("videog", "business", "動画社")
    with pytest.raises(NotPossible, match="VG-11"):
        plans.agree(
            contract=video, person=world.billing, invoices=[video.invoices.get()], instalments=[(today, 10_780)]
        )


def test_instalments_come_to_the_yen_on_the_days_that_there_are() -> None:
    assert plans.split(1000, date(2027, 1, 31), 3) == [
        (date(2027, 1, 31), 334), (date(2027, 2, 28), 333), (date(2027, 3, 31), 333),
    ]  # fmt: skip


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for row in Entry.objects.all():
        found[row.account] = found.get(row.account, 0) + row.debit - row.credit
    return found


def test_a_write_off_needs_two_people_and_comes_back_when_paid(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    before = balances()
    row = writeoffs.propose(invoice=invoice, person=world.billing, why="破産")
    assert state(world, invoice) == "write-off" and balances() == before
    with pytest.raises(NotPossible, match="second person"):
        writeoffs.decide(write_off=row, person=world.billing, approve=True)
    with pytest.raises(NotPossible, match="proposed already"):
        writeoffs.propose(invoice=invoice, person=world.boss, why="破産")
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.update(decided_by=world.billing)
    writeoffs.decide(write_off=row, person=world.boss, approve=True)
    with pytest.raises(NotPossible, match="decided"):
        writeoffs.decide(write_off=row, person=world.boss, approve=False)
    after = balances()
    assert after["bad-debts"] == invoice.subtotal
    assert (
        after["tax-10"] - before["tax-10"] == invoice.tax and before["receivable"] - after["receivable"] == row.amount
    )
    assert invoice not in [one.invoice for one in dunning.late(world.provider, clock.today())]
    world.agreed()
    actions.pay(contract=invoice.contract, person=None, amount=1_000, invoice=invoice.of_contract, key="little")
    actions.pay(
        contract=invoice.contract, person=None, amount=row.amount - 1_000, invoice=invoice.of_contract, key="rest"
    )
    row.refresh_from_db()
    assert row.recovered == row.amount
    end = balances()
    assert end["bad-debts-recovered"] == -invoice.subtotal - (end["tax-10"] - before["tax-10"])
    assert 0 <= end["tax-10"] - before["tax-10"] <= 1 and end["receivable"] == after["receivable"]
    world.agreed()


def test_a_write_off_whose_money_was_taken_back_is_a_loss_again(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    row = writeoffs.propose(invoice=invoice, person=world.billing, why="破産")
    writeoffs.decide(write_off=row, person=world.boss, approve=True)
    before = balances()
    actions.pay(contract=invoice.contract, person=None, amount=row.amount, invoice=invoice.of_contract, key="wrong")
    for amount in (1_000, None):
        repayments.take_back_payment(
            contract=invoice.contract, person=world.billing, key="wrong", amount=amount, mark=f"{amount or ''}"
        )
    row.refresh_from_db()
    after = balances()
    assert row.recovered == 0 and after["receivable"] == before["receivable"]
    assert abs(after["tax-10"] - before["tax-10"]) <= 1 and abs(after.get("bad-debts-recovered", 0)) <= 1
    assert invoice not in [one.invoice for one in dunning.late(world.provider, clock.today())]
    world.agreed()


def test_what_changed_meanwhile_is_not_written_off(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    row = writeoffs.propose(invoice=invoice, person=world.billing, why="破産")
    actions.pay(contract=invoice.contract, person=None, amount=5, invoice=invoice.of_contract, key="p")
    with pytest.raises(NotPossible, match="open now"):
        writeoffs.decide(write_off=row, person=world.boss, approve=True)
    writeoffs.decide(write_off=row, person=world.boss, approve=False)
    assert writeoffs.propose(invoice=invoice, person=world.billing, why="やはり").amount == row.amount - 5
    fresh = world.opened("learno", "economy", "学校").invoices.get()
    with pytest.raises(NotPossible, match="past its due day"):
        writeoffs.propose(invoice=fresh, person=world.billing, why="x")


def test_verify_finds_a_write_off_that_is_not_booked(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    row = writeoffs.propose(invoice=invoice, person=world.billing, why="破産")
    writeoffs.decide(write_off=row, person=world.boss, approve=True)
    WriteOff.objects.update(recovered=1)
    assert "write-off" in "\n".join(verify.differences(world.provider))


def test_who_may(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    dispute = dunning.open_dispute(invoice=invoice, person=world.billing, why="x")
    row = writeoffs.propose(invoice=invoice, person=world.billing, why="x")
    support, owner = cast.make_staff(world.provider, Role.SUPPORT), invoice.contract.responsible
    stranger = cast.make_staff(cast.make_provider("elsewhere"), Role.OWNER)
    for person in (support, owner, stranger):
        for act in (
            lambda who: dunning.open_dispute(invoice=invoice, person=who, why="x"),
            lambda who: dunning.close_dispute(dispute=dispute, person=who, result="x"),
            lambda who: plans.agree(contract=invoice.contract, person=who, invoices=[invoice], instalments=[]),
            lambda who: writeoffs.propose(invoice=invoice, person=who, why="x"),
            lambda who: writeoffs.decide(write_off=row, person=who, approve=True),
        ):
            with pytest.raises(NotAllowed):
                act(person)


def test_no_receipt_for_money_that_was_taken_back(world: World) -> None:
    """Booked for the wrong customer, then rightly: the receipt tells of what came and stayed."""
    school = world.opened("learno", "economy", "学校")
    row = school.invoices.get()
    actions.pay(contract=school, person=None, amount=row.total, invoice=1, key="wrong")
    repayments.take_back_payment(contract=school, person=world.billing, key="wrong")
    with pytest.raises(NotPossible, match="Nothing was paid"):
        receipts.issue(invoice=row, person=school.responsible, lang="ja")
    actions.pay(contract=school, person=None, amount=row.total, invoice=1, key="card-9")
    repayments.take_back_payment(contract=school, person=world.billing, key="card-9", amount=1_000, mark="d")
    assert [one.amount for one in receipts.paid_of(row)] == [row.total - 1_000]
    assert sum(one.amount for one in receipts.of(Contract.objects.filter(pk=school.pk))) == row.total - 1_000


def test_receipts_where_the_terms_give_them(world: World) -> None:
    phone, school = world.opened("simpleconnect", "standard"), world.opened("learno", "economy", "学校")
    row = school.invoices.get()
    with pytest.raises(NotPossible, match="Nothing was paid"):
        receipts.issue(invoice=row, person=school.responsible, lang="ja")
    actions.pay(contract=school, person=None, amount=1_000, key="a")
    actions.pay(contract=school, person=None, key="card-9")
    assert [(one.amount, one.how) for one in receipts.paid_of(row)] == [
        (1_000, "transfer"),
        (row.total - 1_000, "card"),
    ]
    for lang in ("ja", "en", "zh"):
        assert receipts.issue(invoice=row, person=school.responsible, lang=lang).startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="receipts.issue").count() == 3
    client = asked(school.responsible)
    assert client.get(f"/billing/invoices/{row.public_id}/receipt/")["Content-Type"] == "application/pdf"
    assert asked(phone.responsible).get(f"/billing/invoices/{row.public_id}/receipt/").status_code == 404
    world.to(datetime(2026, 6, 16, 10, tzinfo=clock.TOKYO))
    with clock.standing_at(world.provider.sandbox_now):
        actions.pay(contract=phone, person=None, key="b")
        own = phone.invoices.order_by("number")[0]
        with pytest.raises(NotPossible, match=r"SC-9\.14"):
            receipts.issue(invoice=own, person=phone.responsible, lang="ja")
        page = asked(phone.responsible).get("/billing/payments/").content.decode()
    assert "SC-9.14" in page and f"{own.public_id}/receipt" not in page


def test_staffs_pages(late: tuple[World, Invoice]) -> None:
    world, invoice = late
    client = asked(world.billing)
    for query in ("", "?state=reminded", "?sort=-left", "?sort=state", "?state=nothing"):
        assert client.get("/staff/dunning/" + query).status_code == 200
    assert f"{invoice.number:06}" in client.get("/staff/dunning/?format=csv").content.decode()
    case = f"/staff/dunning/{invoice.public_id}/"
    assert client.post(case, {"form": "plan", "plan-first": "x", "plan-count": "0"}).status_code == 200
    client.post(case, {"form": "plan", "plan-first": "2026-07-31", "plan-count": "4", "plan-grace": "5"})
    plan = PaymentPlan.objects.get()
    assert plan.instalments.count() == 4
    client.post(f"/staff/plans/{plan.public_id}/end/")
    plan.refresh_from_db()
    assert plan.state == "ended"
    client.post(case, {"form": "dispute", "dispute-why": "争う", "dispute-suspend": "on"})
    assert "争う" in client.get(case).content.decode()
    client.post(case, {"form": "settled", "settled-result": "示した"})
    client.post(case, {"form": "loss", "loss-why": "破産"})
    row = WriteOff.objects.get()
    client.post(f"/staff/write-offs/{row.public_id}/", {"what": "approve"})
    row.refresh_from_db()
    assert row.state == "proposed"
    asked(world.boss).post(f"/staff/write-offs/{row.public_id}/", {"what": "approve"})
    row.refresh_from_db()
    assert row.state == "approved" and "破産" in client.get(case).content.decode()
    assert (
        asked(cast.make_staff(world.provider, Role.SUPPORT)).post(case, {"form": "loss", "loss-why": "x"}).status_code
        == 403
    )
    assert asked(invoice.contract.responsible).get("/staff/dunning/").status_code == 403


def test_the_customers_page_takes_few_statements(late: tuple[World, Invoice]) -> None:
    """With everything at once: a plan, a dispute, use, a consent to debit, and a card for another contract."""
    world, invoice = late
    plan_of(world, invoice)
    organisation, owner = invoice.contract.organisation, invoice.contract.responsible
    video = actions.open_contract(
        provider=world.provider, organisation=organisation, responsible=owner,
        plan=world.provider.plans.get(service="videog", code="business"),
    )  # fmt: skip
    actions.conclude(contract=video)
    dunning.open_dispute(invoice=invoice, person=world.billing, why="x")
    UsageRecord.objects.create(
        contract=invoice.contract, record="1", at=clock.now(), number="0312345678", seconds=61, milli=8_000_000,
        month=clock.today().replace(day=1),
    )  # fmt: skip
    Mandate.objects.create(
        provider=world.provider, organisation=organisation, bank="0001", branch="001", account="7654321", holder="ｱ",
        state="active", changed_at=clock.now(),
    )  # fmt: skip
    PaymentCard.objects.create(
        provider=world.provider, organisation=organisation, customer="cus_1", brand="visa", last4="4242", month=7,
        year=2026, state="active", asked_by=owner, asked_at=clock.now(), active_at=clock.now(),
    )  # fmt: skip
    client = asked(owner)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSUBU_CARD_STANDIN", "http://127.0.0.1:9")
        client.get("/billing/")
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/billing/").content.decode()
    assert len(captured) <= 12, "\n".join(one["sql"][:70] + " … " + one["sql"][-160:] for one in captured)
    for shown in ("8,000", "31,000", queries.virtual_account(organisation), "VISA …4242", "321", "#pay"):
        assert shown in page
