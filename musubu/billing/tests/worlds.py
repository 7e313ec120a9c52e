"""A small provider at a standing clock, shared by tests of money in and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from musubu import clock
from musubu.billing import queries, verify
from musubu.contracts import actions, presets
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.parties import cast
from musubu.parties.models import Provider

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


def provider(slug: str = "demo") -> Provider:
    row = cast.make_provider(slug)
    row.sandbox_now = START
    row.save()
    presets.seed_catalogue(row)
    return row


def contract(
    own: Provider, service: str, code: str, name: str = "株式会社さくら商事", mail: str = "sakura", **more: int
) -> Contract:
    organisation, owner = cast.make_contractor(own, name, f"owner@{mail}.example")
    plan = own.plans.get(service=service, code=code)
    row = actions.open_contract(provider=own, organisation=organisation, plan=plan, responsible=owner, more=more)
    actions.conclude(contract=row)
    return row


@contextmanager
def later(own: Provider, **delta: int) -> Iterator[datetime]:
    """The sandbox's clock moves on by so much, and stands there."""
    assert own.sandbox_now is not None
    to = own.sandbox_now + timedelta(**delta)
    sandbox.advance(own, to)
    with clock.standing_at(to):
        yield to


def balance(own: Provider) -> dict[str, int]:
    """Account -> debits less credits."""
    rows = queries.trial_balance(own, clock.now() + timedelta(days=1000))
    assert sum(debit for _a, debit, _c in rows) == sum(credit for _a, _d, credit in rows)
    return {account: debit - credit for account, debit, credit in rows}


def agreed(own: Provider) -> None:
    assert list(verify.differences(own)) == []
