"""Deletion of what meetings left behind, with their contract."""

from __future__ import annotations

import shutil
from typing import Any

from django.db.models import QuerySet

from musubu.contracts.models import Contract
from musubu.meetings.models import Board, ChatMessage, MeetingDocument, Poll, PollVote, SharedFile
from musubu.meetings.together import places


def delete_all(contract: Contract) -> dict[str, int]:
    """Everything of this kind that a contract keeps: rows and files. How much of what; twice is once."""
    kinds: list[tuple[str, QuerySet[Any]]] = [
        ("poll_votes", PollVote.objects.filter(poll__meeting__contract=contract)),
        ("polls", Poll.objects.filter(meeting__contract=contract)),
        ("messages", ChatMessage.objects.filter(sitting__meeting__contract=contract)),
        ("files", SharedFile.objects.filter(meeting__contract=contract)),
        ("documents", MeetingDocument.objects.filter(meeting__contract=contract)),
        ("boards", Board.objects.filter(meeting__contract=contract)),
    ]
    counts = {name: rows.count() for name, rows in kinds}
    for _name, rows in kinds:
        rows.delete()
    for kind in ("files", "documents"):
        shutil.rmtree(places.folder(contract, kind), ignore_errors=True)
    return {name: count for name, count in counts.items() if count}
