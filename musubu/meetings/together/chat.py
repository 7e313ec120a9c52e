"""The chat as it is kept: written by running rooms, read again by who comes in and by the summary."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from musubu.meetings.models import ChatMessage, SharedFile
from musubu.meetings.together import files

KEPT_IN_MEMORY = 2_000  # of a sitting that goes on after a restart


def keep_message(sitting: int, message: dict[str, Any], at: datetime) -> None:
    """One message as the room sent it; safe to run twice."""
    keep_messages([(sitting, message, at)])


def keep_messages(rows: Iterable[tuple[int, dict[str, Any], datetime]]) -> None:
    """Several at once, in their order."""
    rows = list(rows)
    wanted = {one["file"]["id"] for _sitting, one, _at in rows if one.get("file")}
    found = {str(key): pk for key, pk in SharedFile.objects.filter(public_id__in=wanted).values_list("public_id", "pk")}
    ChatMessage.objects.bulk_create(
        [
            ChatMessage(
                public_id=uuid.UUID(one["id"]), sitting_id=sitting, sender=uuid.UUID(one["from"]), name=one["name"],
                to=uuid.UUID(one["to"]) if one["to"] else None, text=one["text"], at=at,
                file_id=found.get(one["file"]["id"]) if one.get("file") else None,
            )
            for sitting, one, at in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def of_sitting(sitting: int, last: int = KEPT_IN_MEMORY) -> list[dict[str, Any]]:
    """All messages, to whomever, as the room sends them: for a room that goes on after a restart."""
    rows = ChatMessage.objects.filter(sitting=sitting).select_related("file").order_by("-at", "-pk")[:last]
    return [_shown(row) for row in reversed(rows)]


def history(sitting: int, attendance: str, last: int = 200) -> list[dict[str, Any]]:
    """What one participant may see."""
    seen = Q(to__isnull=True) | Q(to=attendance) | Q(sender=attendance)
    rows = ChatMessage.objects.filter(seen, sitting=sitting).select_related("file").order_by("-at", "-pk")[:last]
    return [_shown(row) for row in reversed(rows)]


def _shown(row: ChatMessage) -> dict[str, Any]:
    return {
        "t": "chat", "id": str(row.public_id), "from": str(row.sender), "name": row.name, "to": str(row.to or ""),
        "text": row.text, "file": _file(row.file), "at": int(row.at.astimezone(UTC).timestamp() * 1000),
    }  # fmt: skip


def _file(row: SharedFile | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return files.shown(row) | ({"gone": True} if row.deleted_at else {})
