"""The sandbox clock: everything on the way really happens there."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from musubu import clock as house
from musubu.contracts import conclusion, deadlines
from musubu.contracts.models import ClockRun, Outcome
from musubu.parties import audit, permissions, wall
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import whole

log = logging.getLogger("clock")
Between = Callable[[Provider, datetime], object]
BETWEEN: list[Between] = [conclusion.conclude_due]  # what else moves with the clock, e.g. mail (filled by site/wiring)
# moments on the way at which the clock stops although no contract has a deadline then (filled by site/wiring)
STOPS: list[Callable[[Provider, datetime], list[datetime]]] = [conclusion.stops]
SILENCE = timedelta(seconds=30)  # a run whose worker said nothing for so long is taken over


def _between(provider: Provider, moment: datetime) -> None:
    for step in BETWEEN:
        step(provider, moment)


def _start(provider: Provider, to: datetime) -> datetime:
    """Where the clock stands, if it may be moved to `to`."""
    if not provider.sandbox:
        raise NotPossible(_("%(name)s is no sandbox; only a sandbox's clock can be moved.") % {"name": provider.slug})
    start = provider.sandbox_now or house.now()
    if to < start:
        stands = f"{start.astimezone(house.TOKYO):%Y-%m-%d %H:%M}"
        raise NotPossible(_("The clock stands at %(stands)s and only moves forward.") % {"stands": stands})
    return start


def advance(provider: Provider, to: datetime, tell: Callable[[datetime, int], bool] | None = None) -> list[Outcome]:
    """Move a sandbox provider's clock forward to an aware moment and live through all that lies between."""
    _start(provider, to)
    outcomes: list[Outcome] = []
    for stop in [*sorted({stop for stops in STOPS for stop in stops(provider, to)}), to]:
        before = len(outcomes)
        told = (lambda moment, count, before=before: tell(moment, before + count)) if tell else None
        outcomes += deadlines.advance_sandbox(provider, stop, told, _between)
        if provider.sandbox_now != stop:
            break
    return outcomes


@whole
def start_run(*, provider: Provider, person: Person, to: datetime) -> ClockRun:
    """Ask for the clock to be moved; a worker does it."""
    permissions.require(person, "clock.advance", provider=provider)
    start = _start(provider, to)
    try:
        with transaction.atomic():
            run = ClockRun.objects.create(provider=provider, person=person, begins_at=start, stands_at=start, to=to)
    except IntegrityError:
        raise NotPossible(_("The clock is on its way already. Wait until it has arrived, or stop it.")) from None
    audit.record(provider=provider, actor=person, action="clock.advance", subject=provider.slug, after={"to": to})
    return run


def stop_run(*, run: ClockRun, person: Person) -> None:
    """Stop at the next moment; what has happened until then stays."""
    permissions.require(person, "clock.advance", provider=run.provider)
    ClockRun.objects.filter(pk=run.pk, ended_at__isnull=True).update(stop_asked_at=wall.now())


def run_pending() -> None:
    """Carry out the runs that nobody is at; one that a dead worker left is taken over where it stands."""
    free = Q(beat_at__isnull=True) | Q(beat_at__lt=wall.now() - SILENCE)
    for run in ClockRun.objects.filter(free, ended_at__isnull=True).select_related("provider"):
        taken = ClockRun.objects.filter(free, pk=run.pk, ended_at__isnull=True).update(beat_at=wall.now())
        if taken:
            _carry_out(run)


def _carry_out(run: ClockRun) -> None:
    def tell(moment: datetime, count: int) -> bool:
        ClockRun.objects.filter(pk=run.pk).update(stands_at=moment, outcomes=count, beat_at=wall.now())
        return not ClockRun.objects.filter(pk=run.pk, stop_asked_at__isnull=False).exists()

    error, summary = "", {}
    try:
        summary = dict(Counter(one.what for one in advance(run.provider, run.to, tell)))
    except Exception as wrong:
        log.exception("clock run %s failed", run.public_id)
        error = str(wrong) if isinstance(wrong, NotPossible) else type(wrong).__name__
    ClockRun.objects.filter(pk=run.pk).update(
        ended_at=wall.now(), summary=summary, error=error, stands_at=run.provider.sandbox_now or run.to
    )
