"""Random contracts of all five services with random events and payments, lived for real: books balance, invoices are
the simulator's, and neither a second run nor a worker that dies changes anything."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musubu import clock, terms
from musubu.billing import verify
from musubu.billing.models import CreditNote, Entry, Invoice
from musubu.contracts import actions, deadlines, effects, presets, scenario
from musubu.contracts import verify as replay
from musubu.contracts.models import Contract, Event, Outcome
from musubu.parties import cast
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.terms import simulate
from musubu.terms.tests.test_properties import lives

START = datetime(2026, 1, 4, 9, tzinfo=clock.TOKYO)
LAST = date(2027, 3, 31)
UNTIL = datetime(2027, 3, 31, 23, 59, 59, 999999, tzinfo=clock.TOKYO)
MEASURES = {
    service: next(one.clause for one in terms.measures(service) if one.measure == "suspend")
    for service in terms.SERVICES
}


class Died(BaseException):
    """A worker is gone: nothing that catches errors may catch this."""


@st.composite
def events(draw: st.DrawFn, service: str) -> tuple[str, dict[str, Any]]:
    """What else may happen to a contract of a service."""
    day = datetime(2026, 12, draw(st.integers(1, 28)), 3)
    outage = {
        "began": datetime(2026, 1, 1), "ends": datetime(2026, 1, 1) + timedelta(hours=draw(st.integers(1, 400))),
        "cause": draw(st.sampled_from(simulate.CAUSES)), "carrier_paid": draw(st.integers(0, 9_000)),
    }  # fmt: skip
    choices: list[tuple[str, dict[str, Any]]] = [
        ("outage", outage), ("claim", {"outage": 1}), ("pay", {}), ("pay", {"amount": draw(st.integers(1, 500_000))}),
        ("plan-maintenance", {"starts": day}),
    ]  # fmt: skip
    own = {
        "simpleconnect": [
            ("usage", {"amount": draw(st.integers(1, 60_000))}),
            ("deposit", {"amount": draw(st.integers(1, 90_000)), "due": day.date()}),
            ("change-price", {"effective": date(2026, draw(st.integers(1, 12)), 1), "monthly_fee": draw(st.integers(1, 9_000))}),
            ("ship-replacement", {"unit": "u", "price": 20_000, "received": day.date()}),
            ("return-unit", {"unit": "u"}),
        ],
        "videog": [("post-video", {"id": f"v{draw(st.integers(1, 9))}"})],
        "exaas": [("evaded", {"amount": draw(st.integers(1, 5_000))})],
    }  # fmt: skip
    return draw(st.sampled_from(choices + own.get(service, [])))


@st.composite
def richer(draw: st.DrawFn) -> tuple[str, dict[str, Any], list[tuple[datetime, str, dict[str, Any]]]]:
    """A life of the terms' own tests, with more things happening in between."""
    service, table, plain = draw(lives())
    journal = [(one.at, one.what, dict(one.data)) for one in plain]
    for _ in range(draw(st.integers(0, 6))):
        what, data = draw(events(service))
        at = plain[0].at + timedelta(hours=draw(st.integers(1, 9_000)), microseconds=draw(st.integers(2, 999)))
        journal.append((at, what, data))
    journal = [
        (at, what, data | ({"clause": MEASURES[service]} if "clause" in data else {})) for at, what, data in journal
    ]
    return service, table, sorted(journal, key=lambda one: one[0])


@pytest.fixture
def owner(db: None) -> Person:
    """The owner of an organisation at a provider that sells all five services."""
    provider = cast.make_provider("lives", sandbox=False)
    presets.seed_catalogue(provider)
    return cast.make_contractor(provider)[1]


def concluded(owner: Person, service: str, table: dict[str, Any], at: datetime) -> Contract:
    """A contract with just these particulars, concluded at its moment."""
    membership = owner.memberships.get()
    provider, organisation = membership.provider, membership.organisation
    contract = Contract.objects.create(
        number=terms.PREFIXES[service] + "-000001", provider=provider, organisation=organisation, service=service,
        plan=provider.plans.filter(service=service).first(), terms_version=provider.terms_versions.get(service=service),
        responsible=owner, particulars=table, created_at=at,
    )  # fmt: skip
    with clock.standing_at(at):
        actions.record_event(contract=contract, what="concluded", key="concluded")
    return contract


def lived(contract: Contract, journal: list[tuple[datetime, str, dict[str, Any]]], chance: random.Random) -> None:
    """Everything happens at its moment; workers look in between, each round dies somewhere, and is done again."""
    for place, (at, what, data) in enumerate(journal):
        moment = at.replace(tzinfo=clock.TOKYO)
        _run_to(contract, moment - timedelta(microseconds=1), chance)
        with clock.standing_at(moment):
            try:
                for _twice in range(2):
                    actions.record_event(contract=contract, what=what, data=data, key=f"e{place}")
            except NotPossible:
                pass
    _run_to(contract, UNTIL, chance)
    _run_to(contract, UNTIL, chance)


def _run_to(contract: Contract, moment: datetime, chance: random.Random) -> None:
    carry_out, left = effects.carry_out, chance.randint(1, 12)

    def dies(one: Contract, outcome: Outcome) -> None:
        nonlocal left
        carry_out(one, outcome)
        left -= 1
        if not left:
            raise Died

    with clock.standing_at(moment):
        effects.carry_out = dies
        try:
            with transaction.atomic():
                deadlines.play_batch([contract.pk], moment)
        except Died:
            pass
        finally:
            effects.carry_out = carry_out
        deadlines.play_batch([contract.pk], moment)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(richer(), st.integers(0, 10**6))
def test_lived_is_simulated(
    owner: Person, life: tuple[str, dict[str, Any], list[tuple[datetime, str, dict[str, Any]]]], seed: int
) -> None:
    service, table, journal = life
    with transaction.atomic():
        contract = concluded(owner, service, table, journal[0][0].replace(tzinfo=clock.TOKYO))
        lived(contract, journal[1:], random.Random(seed))
        _agrees(contract)
        transaction.set_rollback(True)


def _agrees(contract: Contract) -> None:
    simulated = simulate.run(scenario.of(contract, LAST))
    issued = {row.of_contract: row for row in Invoice.objects.filter(contract=contract)}
    said = {one.data["invoice"]: one.data for one in simulated if one.what == "invoice.issued"}
    assert {n: (row.due_on.isoformat(), row.subtotal, row.tax, row.total) for n, row in issued.items()} == {
        n: (data["due"], data["subtotal"], data["tax"], data["total"]) for n, data in said.items()
    }
    assert sorted(row.number for row in issued.values()) == list(range(1, len(issued) + 1))
    assert Counter(one.what for one in simulated) == Counter(contract.outcomes.values_list("what", flat=True))
    assert list(replay.differences(contract.provider)) == [] == list(verify.differences(contract.provider))
    sums = Entry.objects.filter(contract=contract).values_list("debit", "credit")
    assert sum(debit for debit, _credit in sums) == sum(credit for _debit, credit in sums)
    notes = CreditNote.objects.filter(contract=contract).count()
    back = [
        one
        for one in simulated
        if one.what in ("credit", "refund", "invoice.void") and one.data.get("as") != "extension"
    ]
    assert notes == len(back)
    assert Event.objects.filter(contract=contract).values("key").distinct().count() == contract.events.count()
