"""Incidents and maintenance: the status page, and what contracts come to from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.contracts import actions as contracts
from musubu.contracts.tests import stage
from musubu.operations import actions, jobs
from musubu.operations.models import Beat, Report
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 1, 10, tzinfo=clock.TOKYO)
TITLES = {"ja": "障害", "en": "Trouble"}


@pytest.fixture
def world() -> Any:
    with stage.sandbox(START) as provider:
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="exaas", code="basic-100")
        contract = contracts.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        contracts.conclude(contract=contract)
        yield provider, contract, cast.make_staff(provider, Role.OPERATIONS)


def outage(world: Any, hours: int, cause: str = "provider") -> Report:
    provider, _, person = world
    report = actions.open_incident(
        provider=provider, person=person, service="exaas", impact="outage", titles=TITLES, starts_at=clock.now()
    )
    with clock.standing_at(clock.now() + timedelta(hours=hours)):
        actions.resolve(report=report, person=person, ends_at=clock.now(), cause=cause)
        jobs.journal_reports(provider, clock.now())
        jobs.journal_reports(provider, clock.now())
    report.refresh_from_db()
    return report


def test_an_outage_reaches_the_contract_once_and_a_claim_is_credited(world: Any) -> None:
    """EX-33.1: 48 hours at 120,000 yen a month of 30 days are 8,000 yen."""
    _, contract, _ = world
    with clock.standing_at(START + timedelta(days=20)):
        outage(world, 48)
        assert contract.events.filter(what="outage").count() == 1
        with clock.standing_at(clock.now() + timedelta(days=3)):
            contracts.record_event(contract=contract, what="claim", data={"outage": 1})
    credit = contract.outcomes.get(what="credit")
    assert credit.data["amount"] == 8_000 and credit.clause.startswith("EX-33")


def test_a_slow_hour_is_told_but_brings_nothing(world: Any) -> None:
    provider, contract, person = world
    report = actions.open_incident(
        provider=provider, person=person, service="exaas", impact="degraded", titles=TITLES, starts_at=START
    )
    assert "disturbed" in Client().get("/status/", headers={"accept-language": "en"}).content.decode()
    actions.resolve(report=report, person=person, ends_at=clock.now(), cause="provider")
    jobs.journal_reports(provider, clock.now())
    assert not contract.events.filter(what="outage").exists()


def test_a_planned_maintenance_is_told_in_time(world: Any) -> None:
    provider, contract, person = world
    starts = START + timedelta(days=30)
    report = actions.plan_maintenance(
        provider=provider, person=person, service="exaas", impact="outage", titles=TITLES, starts_at=starts,
        ends_at=starts + timedelta(hours=2),
    )  # fmt: skip
    jobs.journal_reports(provider, clock.now())
    told = contract.outcomes.get(what="notice.latest")
    assert told.data["about"] == "maintenance" and date.fromisoformat(told.data["by"]) < starts.date()
    actions.call_off(report=report, person=person)
    with pytest.raises(NotPossible, match="Only an incident"):
        actions.resolve(report=report, person=person, ends_at=starts, cause="maintenance")


def test_what_cannot_be(world: Any) -> None:
    provider, _, person = world
    common = {"provider": provider, "person": person, "service": "exaas", "impact": "outage", "titles": TITLES}
    with pytest.raises(NotPossible, match="Plan a maintenance"):
        actions.open_incident(**common, starts_at=START + timedelta(hours=1))
    with pytest.raises(NotPossible, match="ends before"):
        later = START + timedelta(hours=1)
        actions.plan_maintenance(**common, starts_at=later, ends_at=START)
    report = actions.open_incident(**common, starts_at=START)
    with pytest.raises(NotPossible, match="between the start and now"):
        actions.resolve(report=report, person=person, ends_at=START + timedelta(days=1), cause="provider")
    with pytest.raises(NotPossible, match="cause"):
        actions.resolve(report=report, person=person, ends_at=START, cause="bad luck")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING])
def test_who_may_not(world: Any, role: str) -> None:
    person = cast.make_staff(world[0], role)
    with pytest.raises(NotAllowed):
        actions.open_incident(
            provider=world[0], person=person, service="exaas", impact="outage", titles=TITLES, starts_at=START
        )


def test_the_desk_and_its_pages(world: Any) -> None:
    client = Client()
    client.force_login(world[2])
    form = {
        "kind": "maintenance",
        "service": "videog",
        "impact": "outage",
        "starts_at": "2026-05-01T02:00",
        "title_ja": "更新",
    }
    refused = client.post("/staff/reports/", form)
    assert refused.status_code == 200 and not Report.objects.exists()
    page = client.post("/staff/reports/", {**form, "ends_at": "2026-05-01T05:00"}).url
    client.post(page + "updates/", {"text_ja": "予定どおり行います"})
    assert "予定どおり" in client.get(page).content.decode()
    assert "更新" in Client().get("/status/").content.decode()
    client.post(page + "updates/", {"what": "call-off"})
    assert "更新" not in Client().get("/status/").content.decode()


def test_ready_says_whether_the_worker_lives(world: Any) -> None:
    assert Client().get("/health/ready").json()["worker"] == "silent"
    jobs.beat("worker")
    jobs.beat("worker")
    assert Beat.objects.count() == 1 and Client().get("/health/ready").json()["worker"] == "alive"
