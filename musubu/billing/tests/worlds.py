"""A small provider at a standing clock, shared by tests of money in and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from musubu import clock
from musubu.billing import reports, verify
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
    rows = reports.trial_balance(own, date(2000, 1, 1), date(2100, 1, 1))
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    return {row.account: row.after for row in rows}


def agreed(own: Provider) -> None:
    assert list(verify.differences(own)) == []
