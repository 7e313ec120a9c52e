"""What happens in meetings, told to whoever listens outside of this room (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings.models import Attendance, Sitting

Listener = Callable[[str, Contract, dict[str, Any]], None]
TELL: list[Listener] = []
STARTED, ENDED, JOINED, LEFT, RECORDED = (
    "meeting.started", "meeting.ended", "meeting.joined", "meeting.left", "meeting.recorded",
)  # fmt: skip
KINDS = (STARTED, ENDED, JOINED, LEFT, RECORDED)


def tell(kind: str, contract: Contract, data: dict[str, Any]) -> None:
    """To be called in a worker thread: it writes to the database. `data["key"]` makes a happening one, however often it
    is told."""
    with clock.standing_at(contract.provider.sandbox_now):
        for listener in TELL:
            listener(kind, contract, data)


def of_sitting(sitting: Sitting) -> dict[str, Any]:
    """What is told of a sitting."""
    meeting = sitting.meeting
    ended = sitting.ended_at.astimezone(clock.TOKYO).isoformat() if sitting.ended_at else None
    return {
        "key": str(sitting.public_id),
        "meeting": str(meeting.public_id),
        "title": meeting.title,
        "sitting": str(sitting.public_id),
        "started_at": sitting.started_at.astimezone(clock.TOKYO).isoformat(),
        "ended_at": ended,
        "reason": sitting.end_reason,
        "peak": sitting.peak,
    }


def of_attendance(attendance: Attendance) -> dict[str, Any]:
    """What is told of somebody who comes or goes."""
    left = attendance.left_at.astimezone(clock.TOKYO).isoformat() if attendance.left_at else None
    return of_sitting(attendance.sitting) | {
        "key": str(attendance.public_id),
        "attendance": str(attendance.public_id),
        "name": attendance.name,
        "kind": attendance.kind,
        "role": attendance.role,
        "joined_at": attendance.joined_at.astimezone(clock.TOKYO).isoformat(),
        "left_at": left,
        "left_reason": attendance.left_reason,
    }
