"""`musubu billing verify` finds what was changed behind its back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from musubu import clock
from musubu.billing import deposits, payables, payouts, verify
from musubu.billing.models import BankDeposit, DepositPart, Payable, PayoutLine, PayoutRun
from musubu.billing.tests.test_deposits import came
from musubu.billing.tests.worlds import START, agreed, contract, later, provider
from musubu.parties import cast
from musubu.parties.models import Role

pytestmark = pytest.mark.django_db
ACCOUNT = {"bank": "9001", "branch": "102", "account": "1", "holder": "ア"}


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        own = provider()
        person = cast.make_staff(own, Role.BILLING)
        row = contract(own, "videog", "business")
        deposits.match(deposit=came(own, person, 10_780), contract=row, person=person)
        unknown = came(own, person, 999, "ﾅｿﾞ")
        deposits.set_aside(deposit=unknown, person=person, why="不明", unknown=True)
        payables.send_back(deposit=unknown, person=person, target=ACCOUNT)
        payouts.make_run(provider=own, person=person, day=date(2026, 4, 13), payables=list(Payable.objects.all()))
    with later(own, days=5):
        payouts.book_run(run=PayoutRun.objects.get(), person=person, failed={})
        agreed(own)
        yield own


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: DepositPart.objects.update(amount=1), "in the journal"),
        (lambda: DepositPart.objects.update(undone_at=START), "undone on one side"),
        (lambda: BankDeposit.objects.filter(matched_at__isnull=False).update(amount=5), "is shared out as 10780"),
        (lambda: BankDeposit.objects.update(in_suspense=1), "suspense is"),
        (lambda: PayoutLine.objects.update(result="failed"), "suspense is"),
        (lambda: PayoutRun.objects.update(content=b"8000001000000000005"), "asks for 5 yen"),
    ],
)
def test_what_does_not_agree_is_found(world: Any, change: Any, said: str) -> None:
    change()
    assert said in "\n".join(verify.differences(world))
