"""What happens in meetings, told to whoever listens outside of this room (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musubu import clock
from musubu.contracts.models import Contract

Listener = Callable[[str, Contract, dict[str, Any]], None]
TELL: list[Listener] = []
STARTED, ENDED, JOINED, LEFT, RECORDED = (
    "meeting.started", "meeting.ended", "meeting.joined", "meeting.left", "meeting.recorded",
)  # fmt: skip
KINDS = (STARTED, ENDED, JOINED, LEFT, RECORDED)


def tell(kind: str, contract: Contract, data: dict[str, Any]) -> None:
    """To be called in a worker thread: it writes to the database. `data` names the meeting and what it is about
    (recording, attendance or sitting); the same happening is told once."""
    with clock.standing_at(contract.provider.sandbox_now):
        for listener in TELL:
            listener(kind, contract, data)
