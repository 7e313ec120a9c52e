"""The time on the wall. Locks, tokens and one-time codes go by it even where a sandbox clock stands still."""

from __future__ import annotations

from datetime import datetime

from musubu import clock


def now() -> datetime:
    with clock.standing_at(None):
        return clock.now()
