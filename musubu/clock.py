"""The one clock. Nothing else reads the time, so that tests and a sandbox provider can stand at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC: the real one unless `standing_at` is in force."""
    return _standing.get() or datetime.now(UTC)


def today() -> date:
    """The calendar day in Tokyo."""
    return now().astimezone(TOKYO).date()


@contextmanager
def standing_at(moment: datetime | None) -> Iterator[None]:
    """Let `now()` stand at an aware moment within the block (None: the real time)."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)
