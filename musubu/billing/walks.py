"""Long work over all contracts of a provider: in slices of a worker's round, each contract once, also after a crash."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from musubu import clock
from musubu.billing.models.runs import Walk
from musubu.contracts.models import Contract
from musubu.parties import wall
from musubu.parties.models import Person, Provider

log = logging.getLogger("billing.walks")
BATCH = 100
SLICE = 5.0  # seconds of a worker's round: deadlines must not wait
SILENCE = timedelta(seconds=30)  # a walk whose worker said nothing for so long is taken over


@dataclass(frozen=True)
class Kind:
    """A table of walks, the table of its lines, and what one contract's line is (none: nothing is kept of it)."""

    table: type[Any]
    lines: type[Any]
    look: Callable[[Any, Contract], Any]


def living(provider: Provider) -> QuerySet[Contract]:
    """The contracts that a walk looks at."""
    return Contract.objects.filter(provider=provider, played_to__isnull=False)


def begin(walk: Any, person: Person) -> None:
    """From the first contract on, for the first time or anew."""
    walk.asked_by, walk.asked_at, walk.contracts = person, clock.now(), living(walk.provider).count()
    walk.looked, walk.reached, walk.error = 0, 0, ""
    walk.beat_at = walk.stop_asked_at = walk.ended_at = None
    walk.save()


def stop(walk: Walk) -> bool:
    """Ask the worker to stop; whether there was anything to stop."""
    rows = type(walk)._default_manager.filter(pk=walk.pk, ended_at__isnull=True)
    return rows.update(stop_asked_at=wall.now()) > 0


def go_on(kind: Kind, seconds: float = SLICE) -> None:
    """Go on for a while with the walks that nobody is at. One that a dead worker left is taken over where it stood."""
    free = Q(beat_at__isnull=True) | Q(beat_at__lt=wall.now() - SILENCE)
    rows = kind.table.objects.filter(free, ended_at__isnull=True)
    for walk in rows.filter(asked_by__isnull=False).select_related("provider"):
        if rows.filter(pk=walk.pk).update(beat_at=wall.now()):
            with clock.standing_at(walk.provider.sandbox_now):
                _slice(kind, walk, seconds)


def _slice(kind: Kind, walk: Any, seconds: float) -> None:
    began, error, more = monotonic(), "", True
    try:
        while more and monotonic() - began < seconds:
            more = step(kind, walk.pk)
    except Exception as wrong:
        log.exception("walk %s failed", walk.public_id)
        error, more = type(wrong).__name__, False
    ended = {} if more else {"ended_at": wall.now(), "error": error}
    kind.table.objects.filter(pk=walk.pk, ended_at__isnull=True).update(beat_at=None, **ended)


def step(kind: Kind, key: int) -> bool:
    """Look at the next contracts; whether there may be more. Their lines and the place that was reached go together."""
    walk = kind.table.objects.select_related("provider").get(pk=key)
    if walk.stop_asked_at:
        return False
    rows = living(walk.provider).filter(pk__gt=walk.reached).order_by("pk")
    related = rows.select_related("terms_version", "provider", "plan").prefetch_related("events")
    found = list(related[:BATCH])
    if not found:
        return False
    lines = [line for contract in found if (line := kind.look(walk, contract))]
    with transaction.atomic():
        here = kind.table.objects.filter(pk=key, reached=walk.reached, asked_at=walk.asked_at)
        if here.update(reached=found[-1].pk, looked=F("looked") + len(found), beat_at=wall.now()):
            kind.lines.objects.bulk_create(lines)
    return True
