"""Claims: each service's formula, limit and deadline; a carrier's money shared to the yen (VG-45.2, EX-33.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from musubu import clock
from musubu.billing import claims
from musubu.billing.models import CarrierPool, Claim, CreditNote, Payable
from musubu.billing.tests.worlds import START, agreed, contract, later, provider
from musubu.contracts import actions
from musubu.contracts.models import Contract, Event
from musubu.parties import cast
from musubu.parties.models import Person, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Any:
    with clock.standing_at(START):
        yield provider()


@pytest.fixture
def person(own: Provider) -> Person:
    return cast.make_staff(own, Role.BILLING)


def failed(row: Contract, began: datetime, hours: int, cause: str) -> None:
    naive = began.astimezone(clock.TOKYO).replace(tzinfo=None)
    data = {"began": naive, "ends": naive + timedelta(hours=hours), "cause": cause}
    actions.record_event(contract=row, what="outage", data=data)


def test_a_claim_is_decided_at_once_and_once(own: Provider, person: Person) -> None:
    """LN-40.1, LN-40.2"""
    school = contract(own, "learno", "economy")
    with later(own, days=5) as now:
        failed(school, now - timedelta(hours=50), 49, "provider")
        (one,) = claims.occasions(school)
        assert one.follows and one.follows.data["amount"] == school.particulars["monthly_fee"] * 2 // 30
        assert str(one.last_day) == "2026-05-31"
        with pytest.raises(NotAllowed):
            claims.make(contract=school, person=cast.make_staff(own, Role.AUDITOR), outage=1)
        with pytest.raises(NotAllowed):
            other = cast.make_contractor(own, "よそ", "owner@yoso.example")[1]
            claims.make(contract=school, person=other, outage=1)
        with pytest.raises(NotPossible, match="no such"):
            claims.make(contract=school, person=school.responsible, outage=2)
        for _time in range(2):
            claims.make(contract=school, person=school.responsible, outage=1, text="2日使えなかった")
        made = claims.decided(Claim.objects.get())
        assert made and made.what == "credit" and made.data["tax"] > 0
        assert claims.occasions(school)[0].claim is not None
    assert CreditNote.objects.filter(kind="credit").count() == 1 and Event.objects.filter(what="claim").count() == 1
    agreed(own)


def test_too_late_is_refused_with_its_reason(own: Provider, person: Person) -> None:
    """LN-40.2"""
    school = contract(own, "learno", "economy")
    with later(own, days=5) as now:
        failed(school, now - timedelta(hours=50), 49, "provider")
    with later(own, days=60):
        claims.make(contract=school, person=person, outage=1)
        made = claims.decided(Claim.objects.get())
        assert made and (made.what, made.data["reason"]) == ("claim.refused", "too-late")


@pytest.fixture
def carrier(own: Provider) -> list[Contract]:
    """Three members with one outage that a carrier caused, 60 hours: two days each."""
    return [
        contract(own, "videog", "business", f"動画社{fee}", f"doga{fee}", monthly_fee=fee)
        for fee in (9_800, 900_000, 300_000)
    ]


def test_a_carriers_money_is_shared_to_the_yen(own: Provider, person: Person, carrier: list[Contract]) -> None:
    """VG-45.2: 653 + 60,000 + 20,000 are due, 10,000 came"""
    with later(own, days=5) as now:
        began = now - timedelta(hours=61)
        for row in carrier:
            failed(row, began, 60, "carrier")
            claims.make(contract=row, person=row.responsible, outage=1)
        ((service, at),) = claims.waiting(own)
        assert (service, at) == ("videog", began) and not CreditNote.objects.filter(kind="credit").exists()
        with pytest.raises(NotAllowed):
            who = cast.make_staff(own, Role.SUPPORT)
            claims.enter_pool(provider=own, person=who, service=service, began_at=at, amount=10_000)
        pool = claims.enter_pool(provider=own, person=person, service=service, began_at=at, amount=10_000)
        with pytest.raises(NotPossible, match="before"):
            claims.enter_pool(provider=own, person=person, service=service, began_at=at, amount=10_000)
        with pytest.raises(NotPossible, match="Nobody"):
            claims.enter_pool(provider=own, person=person, service="exaas", began_at=at, amount=1)
        assert [(due, part) for _claim, due, part in claims.shares_of(pool)] == [
            (653, 81), (60_000, 7_439), (20_000, 2_480),
        ]  # fmt: skip
    with later(own, days=40):
        assert claims.share(pool=pool, person=person) == 3
        with pytest.raises(NotPossible, match="already"):
            claims.share(pool=pool, person=person)
        credits = [claims.decided(claim) for claim in Claim.objects.order_by("pk")]
        assert [one.data["amount"] for one in credits if one] == [81, 7_439, 2_480]
        assert {one.clause for one in credits if one} == {"VG-45.2"} and sum(
            claim.share for claim in Claim.objects.all()
        ) == 10_000
    assert claims.waiting(own) == {} and CarrierPool.objects.count() == 1
    agreed(own)


def test_a_pool_waits_while_others_may_claim(own: Provider, person: Person) -> None:
    """EX-33.1, EX-33.3"""
    row = contract(own, "exaas", "basic-100")
    with later(own, days=5) as now:
        failed(row, now - timedelta(hours=61), 60, "carrier")
        claims.make(contract=row, person=row.responsible, outage=1)
        ((service, at),) = claims.waiting(own)
        pool = claims.enter_pool(provider=own, person=person, service=service, began_at=at, amount=5_000)
        with pytest.raises(NotPossible, match="until 2026-07-"):
            claims.share(pool=pool, person=person)
    with later(own, days=100):
        claims.share(pool=pool, person=person)
        made = claims.decided(Claim.objects.get())
        assert made and made.data["amount"] == 5_000
    agreed(own)


@given(pool=some.integers(0, 10**7), due=some.lists(some.integers(0, 10**6), max_size=20))
def test_shares_come_to_the_pool_and_nobody_gets_more_than_due(pool: int, due: list[int]) -> None:
    parts = claims.divided(pool, due)
    assert sum(parts) == min(pool, sum(due))
    assert all(0 <= part <= one for part, one in zip(parts, due, strict=True))
    for part, one in zip(parts, due, strict=True):
        if sum(due) > pool:
            assert abs(part - pool * one / sum(due)) < 1


def test_a_refund_of_the_terms_becomes_payable(own: Provider) -> None:
    """LN-25"""
    school = contract(own, "learno", "economy")
    actions.pay(contract=school, person=None, key="p")
    owner = cast.make_staff(own, Role.OWNER)
    with later(own, days=3):
        last = clock.today() + timedelta(days=5)
        actions.end_service(provider=own, service="learno", on=last, person=owner)
    with later(own, days=60):
        refund = school.outcomes.get(what="refund")
        row = Payable.objects.get()
        assert (row.kind, row.amount, row.account) == ("refund", refund.data["amount"], "refunds-payable")
    agreed(own)
