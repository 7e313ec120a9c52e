"""Deadlines: claimed by any number of workers, carried out in order and exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Count, Q, QuerySet

from musubu import clock
from musubu.contracts import effects, playing
from musubu.contracts.models import Contract, Event, Outcome
from musubu.parties import wall
from musubu.parties.models import Provider
from musubu.transactions import locked, unheld, whole

BATCH = 50
CLAIM = timedelta(seconds=30)  # what a worker that died had claimed is free again after this
PAUSE_AFTER_FAILURE = timedelta(minutes=10)
log = logging.getLogger("deadlines")


@whole
def claim(now: datetime) -> list[int]:
    """Take some live contracts whose deadline has come and that no worker holds, the longest overdue first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=wall.now())
    rows = Contract.objects.filter(free, provider__sandbox=False, next_deadline__lte=now)
    keys = list(unheld(rows).order_by("next_deadline", "pk").values_list("pk", flat=True)[:BATCH])
    Contract.objects.filter(pk__in=keys).update(claimed_until=wall.now() + CLAIM)
    return keys


def play_batch(keys: list[int], until: datetime) -> list[Outcome]:
    """Play some contracts up to a moment. The rules run before the transaction, which is then short; a contract that
    changed meanwhile is read and played again within it."""
    return _carry_out(keys, until, {row.pk: (row, playing.look(row, until)) for row in _rows(keys, until)})


@whole
def _carry_out(keys: list[int], until: datetime, seen: Mapping[int, tuple[Contract, playing.Look]]) -> list[Outcome]:
    outcomes = []
    with effects.batch(*keys):
        due = locked(Contract.objects.filter(pk__in=keys, next_deadline__lte=until))
        held = dict(due.order_by("next_deadline", "pk").values_list("pk", "next_deadline"))
        events, known = _counts(Event, held), _counts(Outcome, held)
        for key, deadline in held.items():
            contract, ahead = seen.get(key, (None, None))
            if ahead is None or contract is None or (contract.next_deadline, ahead.events) != (deadline, events[key]):
                contract, ahead = _rows([key], until).get(), None
            outcomes += playing.advance(contract, until, ahead, known.get(key, 0))
    return outcomes


def _counts(table: type[Event] | type[Outcome], contracts: Iterable[int]) -> dict[int, int]:
    """How many rows of a table each contract has."""
    rows = table.objects.filter(contract__in=list(contracts)).order_by().values_list("contract")
    return dict(rows.annotate(n=Count("n")))


def _rows(keys: list[int], until: datetime) -> QuerySet[Contract]:
    rows = Contract.objects.filter(pk__in=keys, next_deadline__lte=until)
    rows = rows.select_related("terms_version", "provider", "responsible", "organisation").prefetch_related("events")
    return rows.order_by("next_deadline", "pk")


def run_due(now: datetime | None = None) -> int:
    """Everything overdue by the wall clock, oldest first; sandboxes stand by their own. How many outcomes."""
    moment, count = now or clock.now(), 0
    while keys := claim(moment):
        try:
            count += len(play_batch(keys, moment))
        except DatabaseError:
            raise
        except Exception:
            count += _one_by_one(keys, moment)
    return count


def _one_by_one(keys: list[int], moment: datetime) -> int:
    """One contract cannot be played; the others must not wait for it."""
    count = 0
    for key in keys:
        try:
            count += len(play_batch([key], moment))
        except DatabaseError:
            raise
        except Exception:
            log.exception("contract %s cannot be played; it is tried again later", key)
            Contract.objects.filter(pk=key).update(claimed_until=wall.now() + PAUSE_AFTER_FAILURE)
    return count


def _due(provider: Provider, moment: datetime) -> list[int]:
    found = Contract.objects.filter(provider=provider, next_deadline__lte=moment).order_by("next_deadline", "pk")
    return list(found.values_list("pk", flat=True)[:500])


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
            while row and (keys := _due(provider, moment)):
                outcomes += play_batch(keys, moment)
            if between:
                between(provider, moment)
            provider.sandbox_now = moment
            provider.save(update_fields=["sandbox_now"])
        if tell and not tell(moment, len(outcomes)):
            return outcomes
        if moment >= to:
            return outcomes
