"""What a running room asks of the other parts of this service: called in database threads, one place for all."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from musubu.contracts.models import Contract
from musubu.meetings import telling
from musubu.meetings.models import Sitting
from musubu.meetings.together import chat, files


def tell(kind: str, contract: int, data: dict[str, Any]) -> None:
    """Those who listen (webhooks) hear of it."""
    sitting = Sitting.objects.select_related("meeting").filter(public_id=data["sitting"]).first()
    about = {"meeting": str(sitting.meeting.public_id), "number": sitting.meeting.number} if sitting else {}
    telling.tell(kind, Contract.objects.select_related("provider").get(pk=contract), data | about)


def begin_recording(sitting: int, attendance: str, present: list[str]) -> str:
    """Its key. Raises NotPossible where this person may not record."""
    return uuid.uuid4().hex


def stop_recording(key: str, at: datetime) -> None:
    """It is complete: its processing begins."""


def present_in_recording(key: str, attendance: str) -> None:
    """Somebody came in while it runs."""


def hand_in_quality(rows: list[dict[str, Any]]) -> None:
    """Samples of a minute: one row a person."""


def shared_file(meeting: int, file: str) -> dict[str, Any] | None:
    """A file that was uploaded to this meeting, as the chat shows it; none where there is no such file."""
    found = files.of_meeting(meeting, file)
    return files.shown(found) if found else None


def keep_message(sitting: int, message: dict[str, Any], at: datetime) -> None:
    """A chat message, kept with the meeting."""
    chat.keep_message(sitting, message, at)
