"""What can be wrong with what a play is given."""

from __future__ import annotations


class EventError(ValueError):
    """An event cannot be played: which of its keys is wrong, and why."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key, self.why = key, why
        self.event = 0  # 1-based, set by the loop
