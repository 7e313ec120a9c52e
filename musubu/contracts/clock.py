"""The sandbox clock: everything on the way really happens there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from musubu import clock as wall
from musubu.contracts import conclusion, deadlines
from musubu.contracts.models import Outcome
from musubu.parties.models import Provider


class ClockError(ValueError):
    """The clock cannot be moved there; the text says why."""


Between = Callable[[Provider, datetime], object]
BETWEEN: list[Between] = [conclusion.conclude_due]  # what else moves with the clock, e.g. mail (filled by site/wiring)


def _between(provider: Provider, moment: datetime) -> None:
    for step in BETWEEN:
        step(provider, moment)


def advance(provider: Provider, to: datetime, tell: Callable[[datetime, int], bool] | None = None) -> list[Outcome]:
    """Move a sandbox provider's clock forward to an aware moment and live through all that lies between."""
    if not provider.sandbox:
        raise ClockError(f"{provider.slug} is no sandbox; only a sandbox's clock can be moved")
    start = provider.sandbox_now or wall.now()
    if to < start:
        raise ClockError(f"the clock stands at {start.astimezone(wall.TOKYO):%Y-%m-%d %H:%M} and only moves forward")
    outcomes: list[Outcome] = []
    for stop in [*conclusion.stops(provider, to), to]:
        outcomes += deadlines.advance_sandbox(provider, stop, tell, _between)
        if provider.sandbox_now != stop:
            break
    return outcomes
