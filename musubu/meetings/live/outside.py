"""What a running room asks of the other parts of this service: called in database threads, one place for all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import telling
from musubu.meetings.actions import quality, recordings
from musubu.meetings.models import Attendance, Recording, Sitting
from musubu.meetings.together import chat, files


def tell(kind: str, contract: int, data: dict[str, Any]) -> None:
    """Those who listen (webhooks) hear of it."""
    sitting = Sitting.objects.select_related("meeting").filter(public_id=data["sitting"]).first()
    about = {"meeting": str(sitting.meeting.public_id), "number": sitting.meeting.number} if sitting else {}
    telling.tell(kind, Contract.objects.select_related("provider").get(pk=contract), data | about)


def begin_recording(sitting: int, attendance: str, at: datetime) -> str:
    """Its key. Raises NotPossible where this person may not record."""
    by = Attendance.objects.select_related("person", "licence__group").get(public_id=attendance)
    with clock.standing_at(at):
        row = recordings.begin(sitting=Sitting.objects.select_related("meeting__contract").get(pk=sitting), by=by)
    return str(row.public_id)


def discard_recording(key: str) -> None:
    """It never began."""
    Recording.objects.filter(public_id=key, state=Recording.State.RECORDING).delete()


def stop_recording(key: str, at: datetime) -> None:
    """It is complete: its processing begins. Who was there is read from the attendances."""
    recordings.stop(recording=Recording.objects.get(public_id=key), at=at)


def hand_in_quality(rows: list[dict[str, Any]]) -> None:
    """Samples of a minute: one row a person."""
    quality.hand_in(rows)


def shared_file(meeting: int, file: str) -> dict[str, Any] | None:
    """A file that was uploaded to this meeting, as the chat shows it; none where there is no such file."""
    found = files.of_meeting(meeting, file)
    return files.shown(found) if found else None


def keep_message(sitting: int, message: dict[str, Any], at: datetime) -> None:
    """A chat message, kept with the meeting."""
    chat.keep_message(sitting, message, at)
