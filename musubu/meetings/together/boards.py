"""Whiteboards as they are kept, and as a file that Excalidraw opens."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from pycrdt import Doc, Map

from musubu import clock
from musubu.meetings.models import Board, Meeting, SharedFile, Sitting
from musubu.meetings.together import files, places
from musubu.parties import audit
from musubu.transactions import whole

MOST = 30  # boards of a meeting


def add(meeting_id: int, sitting: int, title: str) -> Board | None:
    """A new board; none where the meeting has very many already."""
    if len(of_room(meeting_id, sitting)) >= MOST:
        return None
    at = clock.now()
    return Board.objects.create(meeting_id=meeting_id, sitting_id=sitting, title=title[:80], created_at=at)


def of_room(meeting_id: int, sitting: int) -> list[Board]:
    meeting = Meeting.objects.get(pk=meeting_id)
    return list(places.of_room(Board.objects.defer("state"), meeting, sitting).order_by("created_at", "pk"))


def one_of_room(meeting_id: int, sitting: int, key: str) -> Board | None:
    """None where it is another meeting's, deleted, or no id at all."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    meeting = Meeting.objects.get(pk=meeting_id)
    return places.of_room(Board.objects.all(), meeting, sitting).filter(public_id=wanted).first()


def keep(public_id: str, state: bytes, sitting: int) -> None:
    Board.objects.filter(public_id=public_id).update(state=state, drawn_at=clock.now(), sitting=sitting)


def rename(public_id: str, title: str) -> None:
    Board.objects.filter(public_id=public_id).update(title=title[:80])


def shown(row: Board) -> dict[str, Any]:
    return {"id": str(row.public_id), "title": row.title}


@whole
def delete(row: Board) -> None:
    """With those of its pictures that no other board of the meeting has."""
    places.refuse_held(row.meeting.contract)
    others = [bytes(one.state) for one in Board.objects.filter(meeting=row.meeting_id).exclude(pk=row.pk)]
    for picture in _own_pictures(row):
        if not any(str(picture.public_id).encode() in state for state in others):
            files.delete(picture)
    row.deleted_at, row.state = row.deleted_at or clock.now(), b""
    row.save(update_fields=["deleted_at", "state"])
    meeting = row.meeting
    audit.record(
        provider=meeting.provider, actor=None, action="meetings.delete-board", subject=row.public_id.hex,
        organisation=meeting.organisation, after={"meeting": str(meeting.public_id), "title": row.title},
    )  # fmt: skip


def _own_pictures(row: Board) -> list[SharedFile]:
    told = _content(row)[1].values()
    found = [files.of_meeting(row.meeting_id, str(one.get("file", ""))) for one in told if isinstance(one, dict)]
    return [one for one in found if one and one.use == SharedFile.Use.BOARD]


def _content(row: Board) -> tuple[dict[str, Any], dict[str, Any]]:
    """(elements, pictures) by their ids, as people's browsers wrote them: to be believed in nothing."""
    doc: Doc[Any] = Doc()
    elements, pictures = doc.get("elements", type=Map), doc.get("files", type=Map)
    if row.state:
        doc.apply_update(bytes(row.state))
    return elements.to_py() or {}, pictures.to_py() or {}


def drawing(row: Board) -> dict[str, Any]:
    """The board as an .excalidraw file, pictures included."""
    elements, pictures = _content(row)
    drawn = [one for one in elements.values() if isinstance(one, dict) and not one.get("isDeleted")]
    drawn.sort(key=lambda one: str(one.get("index", "")))
    used = {one.get("fileId") for one in drawn if one.get("type") == "image"}
    kept = {key: found for key, told in pictures.items() if key in used and (found := _picture(row, key, told))}
    return {
        "type": "excalidraw", "version": 2, "source": "musubu", "elements": drawn, "files": kept,
        "appState": {"viewBackgroundColor": "#ffffff"},
    }  # fmt: skip


def _picture(row: Board, key: str, told: Any) -> dict[str, Any] | None:
    """Content of a picture: uploaded to this meeting, whatever the shared document claims."""
    file = files.of_meeting(row.meeting_id, str(told.get("file", ""))) if isinstance(told, dict) else None
    if file is None or file.use != SharedFile.Use.BOARD or not files.path(file).exists():
        return None
    content = base64.b64encode(files.path(file).read_bytes()).decode()
    return {"id": key, "mimeType": file.type, "dataURL": f"data:{file.type};base64,{content}", "created": 0}


def drawn_in(sitting: Sitting) -> list[Board]:
    """For the summary: boards that were drawn on in this sitting last."""
    return list(Board.objects.defer("state").filter(sitting=sitting, deleted_at__isnull=True).order_by("created_at"))
