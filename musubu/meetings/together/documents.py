"""Documents shown in meetings: brought, made into PDF, kept with what was written on them."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.engines.office import libreoffice, pdf
from musubu.engines.office.problems import Unusable
from musubu.meetings.models import Attendance, Meeting, MeetingDocument
from musubu.meetings.together import files, places
from musubu.parties import audit
from musubu.refusals import NotPossible
from musubu.transactions import whole

State = MeetingDocument.State


def bring(*, attendance: Attendance, name: str, size: int, read: files.Read) -> MeetingDocument:
    """Somebody in the room brings a document; it is made ready by `convert`. Who may share may do this."""
    if not places.may(attendance, "share"):
        raise NotPossible(_("The host does not allow this now."))
    files.check_room(attendance, size, files.LARGEST)
    row = MeetingDocument(
        meeting=attendance.sitting.meeting, sitting=attendance.sitting, attendance=attendance.public_id,
        by=attendance.name,
    )  # fmt: skip
    return keep(row, name, read)


def keep(row: MeetingDocument, name: str, read: files.Read) -> MeetingDocument:
    """Its content beside the row, if it is of a kind that can be shown."""
    row.name, row.at = files.clean_name(name), clock.now()
    if extension(row) not in libreoffice.EXTENSIONS | {"pdf"}:
        raise NotPossible(
            _("Only PDF and Office documents (Word, Excel, PowerPoint, OpenDocument, text) can be shown.")
        )
    row.size = files.write(read, source_path(row), files.LARGEST)
    row.save()
    return row


def extension(row: MeetingDocument) -> str:
    return Path(row.name).suffix.lower().removeprefix(".")


def source_path(row: MeetingDocument) -> Path:
    return places.folder(row.meeting.contract, "documents") / f"{row.public_id}.source"


def pdf_path(row: MeetingDocument) -> Path:
    return source_path(row).with_suffix(".pdf")


def convert(public_id: str) -> None:
    """Make one document ready, or say why it cannot be. Runs long, in a thread; safe to run again after a crash."""
    row = MeetingDocument.objects.select_related("meeting__contract").get(public_id=public_id)
    if row.deleted_at or row.state in (State.READY, State.FAILED):
        return
    MeetingDocument.objects.filter(pk=row.pk).update(state=State.CONVERTING)
    try:
        pages = len(_made(row))
        found: dict[str, Any] = {"state": State.READY, "pages": pages}
    except Unusable as error:
        found = {"state": State.FAILED, "problem": error.why}
    except OSError:
        found = {"state": State.FAILED, "problem": "unreadable"}
    if not MeetingDocument.objects.filter(pk=row.pk, deleted_at__isnull=True).update(**found):
        _unlink(row)  # it was removed meanwhile


def _made(row: MeetingDocument) -> list[tuple[float, float]]:
    source, target = source_path(row), pdf_path(row)
    if pdf.is_pdf(source):
        shutil.copyfile(source, target)
    elif extension(row) == "pdf":
        raise Unusable("unreadable")
    else:
        libreoffice.to_pdf(source, extension(row), target)
    try:
        return pdf.page_sizes(target)
    except Unusable:
        target.unlink(missing_ok=True)
        raise


def shown(row: MeetingDocument) -> dict[str, Any]:
    """As the room shows it."""
    return {
        "id": str(row.public_id), "name": row.name, "state": row.state, "problem": row.problem, "pages": row.pages,
        "page": row.page, "by": row.by, "owner": str(row.attendance or ""), "url": f"/meetings/documents/{row.public_id}/",
    }  # fmt: skip


def of_room(meeting_id: int, sitting: int) -> list[MeetingDocument]:
    meeting = Meeting.objects.get(pk=meeting_id)
    return list(places.of_room(MeetingDocument.objects.defer("notes"), meeting, sitting).order_by("at", "pk"))


def one_of_room(meeting_id: int, sitting: int, key: str) -> MeetingDocument | None:
    """None where it is another meeting's, deleted, or no id at all."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    meeting = Meeting.objects.get(pk=meeting_id)
    return places.of_room(MeetingDocument.objects.all(), meeting, sitting).filter(public_id=wanted).first()


def keep_notes(public_id: str, notes: bytes) -> None:
    MeetingDocument.objects.filter(public_id=public_id).update(notes=notes)


def keep_page(public_id: str, page: int) -> None:
    MeetingDocument.objects.filter(public_id=public_id).update(page=page)


@whole
def delete(row: MeetingDocument) -> None:
    """Document, PDF and notes. Safe to run twice."""
    places.refuse_held(row.meeting.contract)
    row.deleted_at, row.notes = row.deleted_at or clock.now(), b""
    row.save(update_fields=["deleted_at", "notes"])
    meeting = row.meeting
    audit.record(
        provider=meeting.provider, actor=None, action="meetings.delete-document", subject=row.public_id.hex,
        organisation=meeting.organisation, after={"meeting": str(meeting.public_id), "by": row.by},
    )  # fmt: skip
    transaction.on_commit(lambda: _unlink(row))


def _unlink(row: MeetingDocument) -> None:
    source_path(row).unlink(missing_ok=True)
    pdf_path(row).unlink(missing_ok=True)
