"""Deadlines: claimed by any number of workers, carried out in order and exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from musubu import clock
from musubu.contracts import playing
from musubu.contracts.models import Contract, Outcome
from musubu.parties.models import Provider

BATCH = 50


def due(provider_filter: Q, now: datetime, most: int = BATCH) -> list[int]:
    """Contracts whose next deadline has come, the longest overdue first."""
    found = Contract.objects.filter(provider_filter, next_deadline__lte=now).order_by("next_deadline", "pk")
    return list(found.values_list("pk", flat=True)[:most])


@transaction.atomic
def play_batch(keys: list[int], until: datetime) -> list[Outcome]:
    """Play some contracts up to a moment in one transaction. Rows that another worker holds are left to it."""
    rows = Contract.objects.filter(pk__in=keys, next_deadline__lte=until)
    rows = rows.select_related("terms_version", "provider", "responsible", "organisation").prefetch_related("events")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    outcomes = []
    for contract in rows.order_by("next_deadline", "pk"):
        outcomes += playing.advance(contract, until)
    return outcomes


def run_due(now: datetime | None = None) -> int:
    """Everything overdue by the wall clock, oldest first; sandboxes stand by their own. How many outcomes."""
    moment, count = now or clock.now(), 0
    while keys := due(Q(provider__sandbox=False), moment):
        done = play_batch(keys, moment)
        count += len(done)
        if not done and set(keys) == set(due(Q(provider__sandbox=False), moment)):
            break  # all held by others
    return count


def advance_sandbox(
    provider: Provider,
    to: datetime,
    tell: Callable[[datetime, int], bool] | None = None,
    between: Callable[[Provider, datetime], None] | None = None,
) -> list[Outcome]:
    """Move a sandbox's clock: every contract lives through all its deadlines in their global order. `tell` hears of
    progress (moment, outcomes so far) and may stop it by answering False; `between` runs at each stop."""
    outcomes: list[Outcome] = []
    while True:
        row = Contract.objects.filter(provider=provider, next_deadline__lte=to).order_by("next_deadline").first()
        moment = row.next_deadline if row and row.next_deadline else to
        if provider.sandbox_now and moment < provider.sandbox_now:
            moment = provider.sandbox_now
        with clock.standing_at(moment):
            while row and (keys := due(Q(provider=provider), moment, 500)):
                outcomes += play_batch(keys, moment)
            if between:
                between(provider, moment)
            provider.sandbox_now = moment
            provider.save(update_fields=["sandbox_now"])
        if tell and not tell(moment, len(outcomes)):
            return outcomes
        if moment >= to:
            return outcomes
