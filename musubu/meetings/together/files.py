"""Files of the chat and pictures of boards: brought, limited, previewed, deleted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings.models import Attendance, MeetingDocument, SharedFile
from musubu.meetings.together import places
from musubu.parties import audit
from musubu.refusals import NotPossible
from musubu.transactions import whole

MEGABYTE = 1024 * 1024
LARGEST = 100 * MEGABYTE
LARGEST_PICTURE = 10 * MEGABYTE  # on a board
QUOTA_MB = 10_000  # of a contract whose plan does not say otherwise (`files_mb`)
MOST_OF_ONE = 200  # files that one person may bring into a sitting
PIECE = 256 * 1024
PREVIEW = (480, 360)
PICTURES = {"JPEG", "PNG", "WEBP", "GIF"}
MOST_PIXELS = 60_000_000  # more is not unpacked: a small file can claim to be an enormous picture
Read = Callable[[int], bytes]


class TooLarge(NotPossible):
    """The file, or what the contract keeps with it, is over the limit."""


def limit(use: str) -> int:
    return LARGEST_PICTURE if use == SharedFile.Use.BOARD else LARGEST


def kept_bytes(contract: Contract) -> int:
    """What all meetings of a contract keep."""
    kinds = (SharedFile, MeetingDocument)
    return sum(
        kind.objects.filter(meeting__contract=contract, deleted_at__isnull=True).aggregate(all=Sum("size"))["all"] or 0
        for kind in kinds
    )


def check_space(contract: Contract, size: int, most: int) -> None:
    """Raises TooLarge where a file of this size may not come."""
    if size > most:
        raise TooLarge(
            _("This file has %(size)d MB; the most is %(most)d MB. Make it smaller, or share a link to it.")
            % {"size": -(-size // MEGABYTE), "most": most // MEGABYTE}
        )
    quota = int(contract.plan.limits.get("files_mb", QUOTA_MB)) * MEGABYTE
    if kept_bytes(contract) + size > quota:
        raise TooLarge(
            _("The contract's space for files (%(most)d MB) is full. Delete files of past meetings first.")
            % {"most": quota // MEGABYTE}
        )


def check_room(attendance: Attendance, size: int, most: int) -> None:
    """Raises TooLarge or NotPossible where a file of this size may not come from somebody in the room."""
    check_space(attendance.sitting.meeting.contract, size, most)
    if attendance.sitting.shared_files.filter(attendance=attendance.public_id).count() >= MOST_OF_ONE:
        raise NotPossible(_("You have shared very many files already. Delete some of them first."))


def clean_name(name: str) -> str:
    """The name alone, without a path and what confuses its reader (control characters, turned directions)."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        one for one in last if one.isprintable() and one not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    return kept.strip(" .")[-200:] or _("file")


def write(read: Read, target: Path, most: int) -> int:
    """Write a stream piece by piece; how many bytes. Raises TooLarge, and then leaves nothing."""
    size = 0
    part = target.with_suffix(".part")
    try:
        with part.open("wb") as out:
            while piece := read(PIECE):
                size += len(piece)
                if size > most:
                    raise TooLarge(_("This file is larger than %(most)d MB.") % {"most": most // MEGABYTE})
                out.write(piece)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return size


def share(*, attendance: Attendance, name: str, type: str, size: int, read: Read, use: str = "chat") -> SharedFile:
    """Somebody in the room brings a file. Whether they may (chat, draw) is asked first."""
    if not places.may(attendance, "draw" if use == SharedFile.Use.BOARD else "chat"):
        raise NotPossible(_("The host does not allow this now."))
    most = limit(use)
    check_room(attendance, size, most)
    sitting = attendance.sitting
    row = SharedFile(
        meeting=sitting.meeting, sitting=sitting, use=use, attendance=attendance.public_id, by=attendance.name,
        name=clean_name(name), type=type[:100] or "application/octet-stream", at=clock.now(), size=0,
    )  # fmt: skip
    row.size = write(read, path(row), most)
    row.previewed = _preview(path(row), preview_path(row))
    try:
        with transaction.atomic():
            row.save()
    except Exception:
        _unlink(row)
        raise
    return row


def path(row: SharedFile) -> Path:
    return places.folder(row.meeting.contract, "files") / str(row.public_id)


def preview_path(row: SharedFile) -> Path:
    return path(row).with_suffix(".jpg")


def _preview(source: Path, target: Path) -> bool:
    """A small picture drawn anew, so that nothing of the original but its look reaches a browser unasked."""
    try:
        with Image.open(source, formats=tuple(PICTURES)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return False
            picture.draft("RGB", PREVIEW)
            small = ImageOps.exif_transpose(picture).convert("RGBA")
            small.thumbnail(PREVIEW)
            sheet = Image.new("RGB", small.size, "white")
            sheet.paste(small, mask=small.getchannel("A"))
            sheet.save(target, "JPEG", quality=82)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def shown(row: SharedFile) -> dict[str, object]:
    """As the chat shows it."""
    return {
        "id": str(row.public_id), "name": row.name, "size": row.size, "type": row.type,
        "url": f"/meetings/files/{row.public_id}/", "preview": row.previewed,
    }  # fmt: skip


def of_meeting(meeting: int, file: str) -> SharedFile | None:
    """A file of the meeting that is still there; none where the id is no id, or another meeting's."""
    try:
        key = uuid.UUID(file)
    except ValueError:
        return None
    rows = SharedFile.objects.select_related("meeting__contract")
    return rows.filter(meeting=meeting, public_id=key, deleted_at__isnull=True).first()


@whole
def delete(row: SharedFile) -> None:
    """The content goes now, the name stays in the chat as deleted. Safe to run twice."""
    places.refuse_held(row.meeting.contract)
    row.deleted_at = row.deleted_at or clock.now()
    row.save(update_fields=["deleted_at"])
    meeting = row.meeting
    audit.record(
        provider=meeting.provider, actor=None, action="meetings.delete-file", subject=row.public_id.hex,
        organisation=meeting.organisation, after={"meeting": str(meeting.public_id), "by": row.by},
    )  # fmt: skip
    transaction.on_commit(lambda: _unlink(row))


def _unlink(row: SharedFile) -> None:
    path(row).unlink(missing_ok=True)
    preview_path(row).unlink(missing_ok=True)
