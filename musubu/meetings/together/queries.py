"""What the summary of a sitting shows of chat, files, documents, boards and polls."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from musubu.meetings.models import Attendance, Board, ChatMessage, MeetingDocument, Poll, SharedFile, Sitting
from musubu.meetings.together import boards, places, polls


def messages(sitting: Sitting, seen_by: set[str] | None = None) -> QuerySet[ChatMessage]:
    """Public messages, with the private ones of these attendances (public ids)."""
    own = Q(to__isnull=True)
    if seen_by:
        own |= Q(to__in=seen_by) | Q(sender__in=seen_by)
    return ChatMessage.objects.filter(own, sitting=sitting).select_related("file").order_by("at", "pk")


def shared_files(sitting: Sitting, seen_by: set[str] | None = None) -> list[SharedFile]:
    """Files of the chat that these may fetch."""
    found = {one.file_id for one in messages(sitting, seen_by) if one.file_id}
    return list(SharedFile.objects.filter(pk__in=found, deleted_at__isnull=True).order_by("at"))


def documents(sitting: Sitting) -> list[MeetingDocument]:
    rows = places.of_room(MeetingDocument.objects.defer("notes"), sitting.meeting, sitting)
    return list(rows.filter(state=MeetingDocument.State.READY).order_by("at"))


def drawn_boards(sitting: Sitting) -> list[Board]:
    return boards.drawn_in(sitting)


def results(sitting: Sitting, *, host: bool) -> list[dict[str, Any]]:
    """Polls that were opened, with their counts where this person may see them: {"question", "options": [(text, n)]}."""
    found = []
    for poll in Poll.objects.filter(sitting=sitting).exclude(state=Poll.State.PREPARED).prefetch_related("votes"):
        if host or poll.shown:
            counted = list(zip(poll.options, polls.counts(poll), strict=True))
            found.append({"poll": poll, "question": poll.question, "options": counted, "votes": len(poll.votes.all())})
    return found


def attendance(sitting: int) -> list[dict[str, Any]]:
    """Who is there and was, the first first."""
    return [
        {
            "id": str(one.public_id), "name": one.name, "role": one.role, "kind": one.kind,
            "joined": int(one.joined_at.timestamp() * 1000),
            "left": int(one.left_at.timestamp() * 1000) if one.left_at else None, "talked": one.talked_seconds,
        }
        for one in Attendance.objects.filter(sitting=sitting).order_by("joined_at", "pk")
    ]  # fmt: skip
