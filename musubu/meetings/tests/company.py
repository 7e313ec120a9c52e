"""A company with meetings, as the tests of planning, licences and pages need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from musubu import clock
from musubu.contracts import actions as contracts
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.meetings.actions import licences, planning
from musubu.meetings.models import Meeting, Sitting
from musubu.parties import cast
from musubu.parties.models import Organisation, Person, Provider, Role

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)  # a Friday
TOMORROW = START + timedelta(days=1)


@dataclass
class Company:
    provider: Provider
    organisation: Organisation
    owner: Person  # with a licence
    member: Person  # with a licence
    unlicensed: Person
    contract: Contract

    def plan(self, person: Person | None = None, **more: Any) -> Meeting:
        wish = planning.Wish(**{"title": "定例", "starts_at": TOMORROW, **more})
        return planning.plan(contract=self.contract, person=person or self.owner, wish=wish)

    def runs(self, meeting: Meeting) -> Sitting:
        return Sitting.objects.create(meeting=meeting, started_at=clock.now())


@contextmanager
def open_company() -> Iterator[Company]:
    with stage.sandbox(START) as provider:
        organisation, owner = cast.make_contractor(provider)
        member = cast.make_member(organisation, "member@sakura.example", Role.MEMBER, "吉田")
        unlicensed = cast.make_member(organisation, "other@sakura.example", Role.MEMBER, "森")
        plan = provider.plans.get(service="liveon", code="monthly")
        contract = contracts.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        contracts.conclude(contract=contract)
        for holder in (owner, member):
            licences.assign(contract=contract, person=owner, holder=holder)
        yield Company(provider, organisation, owner, member, unlicensed, contract)


def suspend(company: Company) -> None:
    staff = cast.make_staff(company.provider, Role.OWNER)
    contracts.measure(
        contract=company.contract, person=staff, kind="suspend", clause="LO-12", ground="LO-12(1)", key="s"
    )
    company.contract.refresh_from_db()


def client(person: Person | None = None, **more: Any) -> Client:
    """A browser that reads English; without a person a visitor's."""
    found = Client(headers={"accept-language": "en"}, **more)
    if person:
        found.force_login(person)
    return found
