"""Contracts live by themselves: concluded, charged, told, cancelled, ended, and their data gone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from musubu import clock, terms
from musubu.billing.models import Charge, Invoice
from musubu.contracts import actions, deadlines, entitlements, forecast, presets, services, verify
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, Event, Outcome, Plan
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
FIRST = {
    "liveon": "monthly",
    "simpleconnect": "standard",
    "videog": "business",
    "learno": "economy",
    "exaas": "basic-100",
}


@pytest.fixture
def provider() -> Any:
    with clock.standing_at(START):
        provider = cast.make_provider()
        provider.sandbox_now = START
        provider.save()
        presets.seed_catalogue(provider)
        yield provider


def opened(provider: Provider, service: str = "simpleconnect", name: str = "株式会社さくら商事") -> Contract:
    organisation, owner = cast.make_contractor(provider, name, f"owner@{service}.example")
    plan = Plan.objects.get(provider=provider, service=service, code=FIRST[service])
    return actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)


def told(contract: Contract) -> list[str]:
    return list(Outcome.objects.filter(contract=contract).order_by("at", "n").values_list("what", flat=True))


@pytest.mark.parametrize("service", FIRST)
def test_concluded_it_opens_and_tells(provider: Provider, service: str) -> None:
    contract = opened(provider, service)
    assert not entitlements.state(contract).may_serve
    actions.conclude(contract=contract)
    actions.conclude(contract=contract)
    assert Event.objects.filter(contract=contract).count() == 1
    assert contract.state == Contract.State.ACTIVE and entitlements.state(contract).may_serve
    assert services.get(service).space().objects.filter(contract=contract).count() == 1
    assert Notice.objects.filter(contract=contract, kind="term.begins").count() == 1


def test_fourteen_months_pass_in_order(provider: Provider) -> None:
    contracts = [opened(provider, service) for service in FIRST]
    for contract in contracts:
        actions.conclude(contract=contract)
    sandbox.advance(provider, START + timedelta(days=426))
    assert list(verify.differences(provider)) == []
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 40
    issued = list(Invoice.objects.order_by("number").values_list("issued_at", flat=True))
    assert issued == sorted(issued)
    for contract in contracts:
        assert Notice.objects.filter(contract=contract, sent_at__isnull=False).exists()
    assert Charge.objects.count() == Outcome.objects.filter(what="charge").count()
    for invoice in Invoice.objects.all():
        assert sum(invoice.lines.values_list("amount", flat=True)) == invoice.subtotal


def test_cancelled_it_ends_and_its_data_goes(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    space = services.get("simpleconnect").space().objects.get(contract=contract)
    space.settings = {"note": "secret"}
    space.save()
    before = forecast.if_cancelled(contract, date(2026, 6, 1))
    actions.cancel(contract=contract, person=contract.responsible, wish=date(2026, 6, 1))
    actions.cancel(contract=contract, person=contract.responsible, wish=date(2026, 6, 1))
    assert contract.ends_on == before.ends == date(2026, 6, 30)
    sandbox.advance(provider, datetime(2026, 7, 1, 9, tzinfo=clock.TOKYO))
    contract.refresh_from_db()
    space.refresh_from_db()
    assert contract.state == Contract.State.ENDED and space.settings == {} and space.deleted_at
    assert contract.deletions.get().clause == "SC-23"
    why = entitlements.state(contract)
    assert not why.may_serve and why.clause == "SC-23" and why.remedy == "apply"


def test_the_consequence_shows_days_and_yen(provider: Provider) -> None:
    contract = opened(provider, "exaas")
    actions.conclude(contract=contract)
    found = forecast.if_cancelled(contract)
    assert found.ends == date(2026, 5, 31) and found.day == date(2026, 5, 11)
    # May, and eleven months left of the minimum year counted from 1 May
    assert found.charges == 120_000 * 12


def test_staff_measures_need_a_clause_that_carries_them(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    operations = cast.make_staff(provider, Role.OPERATIONS)
    with pytest.raises(NotPossible, match=r"SC-24\.1"):
        actions.measure(contract=contract, person=operations, kind="suspend", clause="SC-8")
    with pytest.raises(NotPossible, match="ground under SC-24"):
        actions.measure(contract=contract, person=operations, kind="suspend", clause="SC-24.1", ground="mood")
    ground = terms.grounds("simpleconnect", "SC-24.1")[0]["key"]
    actions.measure(contract=contract, person=operations, kind="suspend", clause="SC-24.1", ground=ground, note="test")
    assert not entitlements.state(contract).may_serve and entitlements.state(contract).clause == "SC-24.1"
    actions.measure(contract=contract, person=operations, kind="lift", clause="SC-24.1")
    assert entitlements.state(contract).may_serve
    actions.measure(contract=contract, person=operations, kind="terminate", clause="SC-24.1", ground=ground)
    sandbox.advance(provider, START + timedelta(days=1))
    contract.refresh_from_db()
    assert contract.state == Contract.State.ENDED
    assert AuditEntry.objects.filter(action="contracts.suspend", clause="SC-24.1", actor=operations).count() == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT])
def test_who_may_not_measure(provider: Provider, role: str) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    with pytest.raises(NotAllowed):
        actions.measure(contract=contract, person=cast.make_staff(provider, role), kind="suspend", clause="SC-24.1")


def test_another_customer_may_not_cancel(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    _, stranger = cast.make_contractor(provider, "株式会社よそ", "owner@yoso.example")
    member = cast.make_member(contract.organisation, "member@sakura.example")
    for person in (stranger, member):
        with pytest.raises(NotAllowed):
            actions.cancel(contract=contract, person=person)
    assert Event.objects.filter(contract=contract).count() == 1


def test_a_customer_may_not_measure_itself(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    with pytest.raises(NotAllowed):
        actions.measure(contract=contract, person=contract.responsible, kind="lift", clause="SC-24.1")
    with pytest.raises(NotAllowed):
        actions.end_service(
            provider=provider, service="simpleconnect", on=date(2027, 1, 1), person=contract.responsible
        )


def test_late_payment_costs_interest_and_tells(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    sandbox.advance(provider, datetime(2026, 7, 20, 9, tzinfo=clock.TOKYO))
    contract.refresh_from_db()
    with clock.standing_at(provider.sandbox_now):
        actions.pay(contract=contract, person=cast.make_staff(provider, Role.BILLING), invoice=1, key="p1")
        actions.pay(contract=contract, person=None, invoice=1, key="p1")
    found = Outcome.objects.get(contract=contract, what="interest")
    assert found.data["days"] == 19 and found.clause == "SC-14"
    with pytest.raises(NotPossible):
        actions.pay(contract=contract, person=None, amount=0)


def test_ending_a_whole_service(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    owner = cast.make_staff(provider, Role.OWNER)
    actions.end_service(provider=provider, service="simpleconnect", on=date(2027, 1, 31), person=owner)
    notice = Notice.objects.get(contract=contract, kind="notice.latest")
    assert notice.leave_at.astimezone(clock.TOKYO).date() == date(2026, 7, 31) and notice.sent_at is None
    sandbox.advance(provider, datetime(2026, 7, 31, 12, tzinfo=clock.TOKYO))
    notice.refresh_from_db()
    assert notice.sent_at
    sandbox.advance(provider, datetime(2027, 2, 1, 1, tzinfo=clock.TOKYO))
    contract.refresh_from_db()
    assert contract.state == Contract.State.ENDED


def test_overdue_deadlines_keep_their_dates(provider: Provider) -> None:
    """After months of downtime everything happens in order, dated as the clauses say."""
    Provider.objects.update(sandbox=False, sandbox_now=None)
    contract = opened(provider)
    actions.conclude(contract=contract)
    deadlines.run_due(START + timedelta(days=200))
    moments = list(contract.outcomes.order_by("n").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert Outcome.objects.filter(contract=contract, what="invoice.issued").first().at.astimezone(
        clock.TOKYO
    ).date() == date(2026, 6, 15)
    count = Outcome.objects.count()
    assert deadlines.run_due(START + timedelta(days=200)) == 0 and Outcome.objects.count() == count


def test_the_clock_only_moves_forward_and_only_in_a_sandbox(provider: Provider) -> None:
    with pytest.raises(NotPossible, match="only moves forward"):
        sandbox.advance(provider, START - timedelta(days=1))
    provider.sandbox = False
    with pytest.raises(NotPossible, match="no sandbox"):
        sandbox.advance(provider, START + timedelta(days=1))


def test_verify_finds_a_changed_outcome(provider: Provider) -> None:
    contract = opened(provider)
    actions.conclude(contract=contract)
    Outcome.objects.filter(contract=contract, n=0).update(data={"from": "2020-01-01"})
    assert any(contract.number in line for line in verify.differences(provider))
