"""A customer who pays by card, and the payment company's stand-in."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from musubu import clock
from musubu.billing import (
    card_messages,
    cards,
    verify,
)
from musubu.billing.models import (
    Entry,
    PaymentCard,
)
from musubu.contracts import actions, presets
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.engines.payments.standin import StandIn, running, walk
from musubu.engines.payments.standin.server import signature
from musubu.parties import cast
from musubu.parties.models import Person, Provider, Role

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
NEXT = datetime(2026, 5, 10, 9, tzinfo=clock.TOKYO)  # the second month's invoice is due then
BACK = "http://localhost/billing/card/back/"


@dataclass
class World:
    standin: StandIn
    provider: Provider
    contract: Contract
    owner: Person
    billing: Person

    def set_up(self, card: str) -> PaymentCard:
        page = cards.start_setup(organisation=self.contract.organisation, person=self.owner, back=BACK)
        walk(page.address, card, "approve")
        return cards.finish_setup(PaymentCard.objects.get(page=page.reference))

    def later(self, moment: datetime) -> None:
        sandbox.advance(self.provider, moment)
        self.provider.refresh_from_db()

    def messages(self) -> list[str]:
        return [body for _id, body, _tries in self.standin.store.waiting()]

    def hear(self, body: str) -> bool:
        return card_messages.hear(body.encode(), signature(cards.standin_secret(), body, int(time.time())))


@contextlib.contextmanager
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with clock.standing_at(START), running(tmp_path / "s.sqlite3", secret=cards.standin_secret()) as standin:
        monkeypatch.setenv("MUSUBU_CARD_STANDIN", standin.address)
        provider = cast.make_provider("demo")
        provider.sandbox_now = START
        provider.save()
        presets.seed_catalogue(provider)
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="videog", code="business")
        contract = actions.open_contract(
            provider=provider, organisation=organisation, plan=plan, responsible=owner, more={"payment": "card"}
        )
        actions.conclude(contract=contract)
        yield World(standin, provider, contract, owner, cast.make_staff(provider, Role.BILLING))


def agreed(world: World) -> None:
    assert list(verify.differences(world.provider)) == []


def sums(*accounts: str) -> list[int]:
    rows = Entry.objects.all()
    return [sum(row.debit - row.credit for row in rows if row.account == account) for account in accounts]
