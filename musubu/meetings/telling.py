"""What happens in meetings, told to whoever listens outside of this room (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings.models import Recording

Listener = Callable[[str, Contract, dict[str, Any]], None]
TELL: list[Listener] = []
STARTED, ENDED, JOINED, LEFT = "meeting.started", "meeting.ended", "meeting.joined", "meeting.left"
RECORDED, UNRECORDED, ERASED = "meeting.recorded", "meeting.recording-failed", "meeting.recording-erased"
KINDS = (STARTED, ENDED, JOINED, LEFT, RECORDED, UNRECORDED, ERASED)


def tell(kind: str, contract: Contract, data: dict[str, Any]) -> None:
    """To be called in a worker thread: it writes to the database. `data` names the meeting and what it is about
    (recording, attendance or sitting); the same happening is told once."""
    with clock.standing_at(contract.provider.sandbox_now):
        for listener in TELL:
            listener(kind, contract, data)


def tell_recording(kind: str, recording: Recording, **more: Any) -> None:
    """The same of a recording."""
    sitting = recording.sitting
    about = {
        "meeting": str(sitting.meeting.public_id),
        "sitting": str(sitting.public_id),
        "recording": str(recording.public_id),
    }
    tell(kind, recording.contract, about | more)
