"""What is on offer: dated prices, versions of terms, the end of a service; customers, documents and lists."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from musubu import clock, tables
from musubu.contracts import actions, applications, catalogue, offering
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Application, ClockRun, Contract, TermsVersion
from musubu.contracts.tests import stage
from musubu.notices.models import Notice
from musubu.parties import actions as people
from musubu.parties import cast
from musubu.parties.models import Organisation, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def provider() -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def opened(provider: Provider, service: str = "simpleconnect") -> Contract:
    organisation, owner = cast.make_contractor(provider)
    plan = provider.plans.filter(service=service).first()
    contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
    actions.conclude(contract=contract)
    return contract


def asked(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_price_is_announced_and_counts_from_its_day(provider: Provider) -> None:
    """SC-9.5, SC-27.1"""
    plan = provider.plans.get(service="simpleconnect", code="standard")
    sales = cast.make_staff(provider, Role.SALES)
    with pytest.raises(NotPossible, match="tomorrow"):
        offering.announce_price(of=plan, person=sales, valid_from=START.date(), monthly_fee=1)
    offering.announce_price(of=plan, person=sales, valid_from=date(2026, 6, 1), monthly_fee=3_500)
    assert "3,500" in Client().get("/services/simpleconnect/").content.decode()
    for day, fee in ((date(2026, 5, 31), 2_980), (date(2026, 6, 1), 3_500)):
        found = catalogue.offer(provider, "simpleconnect", day)
        assert found and found.plans[0].price.monthly_fee == fee
    with pytest.raises(NotAllowed):
        who = cast.make_staff(provider, Role.SUPPORT)
        offering.announce_price(of=plan, person=who, valid_from=date(2026, 6, 1), monthly_fee=1)


def test_a_new_version_of_terms(provider: Provider) -> None:
    """Contracts stay under their version; the difference is readable."""
    owner = cast.make_staff(provider, Role.OWNER)
    old = TermsVersion.objects.get(provider=provider, service="videog")
    contract = opened(provider, "videog")
    figures = old.figures.replace("new_due_days = 7", "new_due_days = 5")
    assert figures != old.figures
    given = {"provider": provider, "person": owner, "service": "videog", "effective_on": date(2026, 5, 1)}
    with pytest.raises(NotPossible):
        offering.publish_terms(**given, figures="nonsense", texts=old.texts)
    with pytest.raises(NotPossible, match="another service"):
        offering.publish_terms(**{**given, "service": "learno"}, figures=figures, texts=old.texts)
    texts = {**old.texts, "en": old.texts["en"].replace("backed up abroad", "backed up far abroad")}
    new = offering.publish_terms(**given, figures=figures, texts=texts)
    assert new.version == 2 and "version: 2" in new.texts["ja"] and "effective: 2026-05-01" in new.texts["zh"]
    page = Client().get("/services/videog/terms/difference/", headers={"accept-language": "en"}).content.decode()
    assert "7 → 5" in page and "<ins>" in page
    assert (
        "2026-05-01"
        in Client().get("/services/videog/terms/?version=2", headers={"accept-language": "en"}).content.decode()
    )
    assert contract.terms_version == old
    with clock.standing_at(START + timedelta(days=30)):
        cast.make_contractor(provider, "後の会社", "owner@ato.example")
        assert opened(provider, "videog").terms_version == new


def test_ending_a_service_shows_first_and_asks(provider: Provider) -> None:
    """SC-22-type end: nothing happens before the confirmation"""
    contract = opened(provider)
    client = asked(cast.make_staff(provider, Role.OWNER))
    client.post("/staff/services/simpleconnect/end/", {"on": "2027-03-31"})
    assert not contract.events.filter(what="end-service").exists()
    client.post("/staff/services/simpleconnect/end/", {"on": "2020-03-31", "confirmed": "1"})
    assert not contract.events.filter(what="end-service").exists()
    client.post("/staff/services/simpleconnect/end/", {"on": "2027-03-31", "confirmed": "1"})
    assert contract.events.filter(what="end-service").count() == 1
    with pytest.raises(NotAllowed):
        who = cast.make_staff(provider, Role.BILLING)
        actions.end_service(provider=provider, service="videog", on=date(2027, 1, 1), person=who)


def test_another_person_becomes_responsible(provider: Provider) -> None:
    """LN-31.2, EX-8"""
    contract = opened(provider)
    member = cast.make_member(contract.organisation, "m@sakura.example", Role.MEMBER)
    _, stranger = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    with pytest.raises(NotPossible, match="belongs to the organisation"):
        actions.change_responsible(contract=contract, person=contract.responsible, to=stranger)
    with pytest.raises(NotAllowed):
        actions.change_responsible(contract=contract, person=member, to=member)
    membership = member.memberships.get()
    asked(contract.responsible).post(
        f"/contracts/{contract.public_id}/responsible/", {"person": str(membership.person.public_id)}
    )
    contract.refresh_from_db()
    assert contract.responsible == member


def test_an_agent_sees_its_customers_contracts_and_no_more(provider: Provider) -> None:
    contract = opened(provider)
    agent = cast.make_organisation(provider, "代理店", Organisation.Kind.AGENT)
    person = cast.make_member(agent, "owner@agent.example", Role.OWNER)
    assert contract.number not in asked(person).get("/agency/").content.decode()
    staff = cast.make_staff(provider, Role.SALES)
    people.set_agent(organisation=contract.organisation, agent=agent, person=staff)
    assert contract.number in asked(person).get("/agency/").content.decode()
    assert asked(person).get(f"/contracts/{contract.public_id}/").status_code == 404
    assert asked(contract.responsible).get("/agency/").status_code == 404


def test_a_draft_keeps_what_is_typed_and_is_checked_before_it_is_sent(provider: Provider) -> None:
    organisation, owner = cast.make_contractor(provider)
    plan = provider.plans.get(service="exaas", code="basic-100")
    row = applications.start(plan=plan, organisation=organisation, person=owner, language="ja")
    client = asked(owner)
    assert (
        client.post(f"/apply/{row.public_id}/draft/", {"administrator": "半分", "payment": "bogus"}).status_code == 204
    )
    row.refresh_from_db()
    assert row.data["administrator"] == "半分" and "半分" in client.get(f"/apply/{row.public_id}/").content.decode()
    assert client.get(f"/apply/{row.public_id}/confirm/").status_code == 302
    with translation.override("en"), pytest.raises(NotPossible, match="Accept every text"):
        applications.submit(application=row, person=owner, texts={"terms": "x"}, version=1)
    assert Application.objects.get().state == "draft"


def test_letters_are_pdf(provider: Provider) -> None:
    """EX-9.1, EX-10"""
    organisation, owner = cast.make_contractor(provider)
    staff = cast.make_staff(provider, Role.SALES)
    plan = provider.plans.get(service="exaas", code="basic-100")
    for decision in ("accept", "refuse"):
        row = applications.start(plan=plan, organisation=organisation, person=owner, language="ja")
        Application.objects.filter(pk=row.pk).update(state="submitted", submitted_at=START)
        if decision == "accept":
            contract = applications.accept(application=row, person=staff)
            path = f"/contracts/{contract.public_id}/letter/print/"
        else:
            applications.refuse(application=row, person=staff, ground="EX-10(1)")
            path = f"/applications/{row.public_id}/refusal/"
        answer = asked(staff).get(path)
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert asked(owner).get(path).status_code == 403


def test_lists_sort_filter_and_leave_as_csv(provider: Provider) -> None:
    contract = opened(provider)
    Organisation.objects.filter(pk=contract.organisation_id).update(name="=1+1")
    client = asked(cast.make_staff(provider, Role.AUDITOR))
    answer = client.get("/contracts/?format=csv&sort=-number")
    assert answer.content.startswith(tables.BOM.encode()) and "'=1+1" in answer.content.decode()
    assert 'aria-sort="descending"' in client.get("/contracts/?sort=-number").content.decode()
    assert client.get("/contracts/?sort=password").status_code == 200
    timeline = client.get(f"/contracts/{contract.public_id}/timeline/").content.decode()
    assert "SC-" in timeline
    assert contract.number not in client.get("/contracts/?state=ended").content.decode()


def test_the_clock_page_asks_and_a_worker_moves_it(provider: Provider) -> None:
    contract = opened(provider)
    client = asked(cast.make_staff(provider, Role.OPERATIONS))
    client.post("/staff/clock/", {"step": "month"})
    client.post("/staff/clock/", {"step": "month"})
    run = ClockRun.objects.get()
    assert client.get(f"/staff/clock/{run.public_id}/").json()["ended"] is False
    with clock.standing_at(None):
        sandbox.run_pending()
        sandbox.run_pending()
    run.refresh_from_db()
    assert run.ended_at and run.summary["charge"] >= 1 and not run.error
    provider.refresh_from_db()
    assert provider.sandbox_now == run.to
    assert (
        contract.outcomes.filter(what="charge").exists()
        and Notice.objects.filter(kind="term.begins", sent_at__isnull=False).exists()
    )
    assert client.get(f"/staff/clock/{run.public_id}/").json() == {
        "percent": 100, "ended": True, "text": client.get(f"/staff/clock/{run.public_id}/").json()["text"],
    }  # fmt: skip


def test_a_stopped_run_stands_where_it_was(provider: Provider) -> None:
    opened(provider)
    staff = cast.make_staff(provider, Role.OWNER)
    run = sandbox.start_run(provider=provider, person=staff, to=START + timedelta(days=400))
    sandbox.stop_run(run=run, person=staff)
    with clock.standing_at(None):
        sandbox.run_pending()
    run.refresh_from_db()
    assert run.ended_at and run.stands_at < run.to
    with pytest.raises(NotAllowed):
        sandbox.start_run(provider=provider, person=cast.make_staff(provider, Role.AUDITOR), to=run.to)


def test_a_running_contract_hears_of_a_revised_fee_and_pays_it_from_its_day(provider: Provider) -> None:
    """SC-9.5, SC-27.1; under other terms the agreed fee stays"""
    phone, video = opened(provider, "simpleconnect"), opened(provider, "videog")
    sales = cast.make_staff(provider, Role.SALES)
    for contract in (phone, video):
        offering.announce_price(of=contract.plan, person=sales, valid_from=date(2026, 6, 15), monthly_fee=5_000)
        offering.announce_price(of=contract.plan, person=sales, valid_from=date(2026, 6, 15), monthly_fee=5_000)
    assert Notice.objects.filter(kind="price.changes").count() == 1
    sandbox.advance(provider, datetime(2026, 7, 2, tzinfo=clock.TOKYO))
    paid = [one.data["amount"] for one in phone.outcomes.filter(what="charge", data__item="monthly").order_by("n")]
    assert paid == [2_980, 2_980, 5_000]
    assert not video.events.filter(what="change-price").exists()
