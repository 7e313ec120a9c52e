"""Material that the organiser lays ready before a meeting: polls to ask and documents to show."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.meetings.actions.allowed import over, record
from musubu.meetings.models import Command, Meeting, MeetingDocument, Poll
from musubu.meetings.together import documents, files, polls
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import whole

MOST_DOCUMENTS = 30


def prepared_polls(meeting: Meeting) -> list[Poll]:
    """Those that were not asked yet."""
    return list(meeting.polls.filter(state=Poll.State.PREPARED, sitting__isnull=True).order_by("created_at", "pk"))


def prepared_documents(meeting: Meeting) -> list[MeetingDocument]:
    rows = meeting.documents.filter(sitting__isnull=True, deleted_at__isnull=True)
    return list(rows.defer("notes").order_by("at", "pk"))


def _check(meeting: Meeting, person: Person) -> None:
    over(meeting, person)
    if meeting.cancelled_at:
        raise NotPossible(_("This meeting is cancelled. Bring it back first."))


def _done(meeting: Meeting, person: Person, what: str, row: Poll | MeetingDocument, **after: Any) -> None:
    """In the audit log, and told to the live process: it makes documents ready, and shows an open room what is new."""
    feature = "polls" if isinstance(row, Poll) else "documents"
    told = {"feature": feature, "id": str(row.public_id)}
    Command.objects.create(meeting=meeting, kind="prepared", data=told, asked_at=clock.now())
    record(meeting.contract, person, what, row.public_id.hex, after={"meeting": str(meeting.public_id), **after})


@whole
def poll(*, meeting: Meeting, person: Person, told: dict[str, Any]) -> Poll:
    """A poll that hosts find in the room, to be asked with one press."""
    _check(meeting, person)
    row = polls.add(meeting.pk, None, told)
    _done(meeting, person, "meetings.prepare-poll", row, question=row.question)
    return row


@whole
def change_poll(*, poll: Poll, person: Person, told: dict[str, Any]) -> None:
    """As long as it was not asked."""
    _check(poll.meeting, person)
    polls.change(poll, told)
    _done(poll.meeting, person, "meetings.change-poll", poll, question=told.get("question", ""))


@whole
def remove_poll(*, poll: Poll, person: Person) -> None:
    """Before it was asked: what people voted is kept with the meeting."""
    _check(poll.meeting, person)
    if poll.state != Poll.State.PREPARED:
        raise NotPossible(_("This poll has been opened already, so it cannot be changed any more."))
    _done(poll.meeting, person, "meetings.remove-poll", poll, question=poll.question)
    polls.delete(poll)


def document(*, meeting: Meeting, person: Person, name: str, size: int, read: files.Read) -> MeetingDocument:
    """A document that is made ready now and shown in the room later."""
    _check(meeting, person)
    files.check_space(meeting.contract, size, files.LARGEST)
    if len(prepared_documents(meeting)) >= MOST_DOCUMENTS:
        raise NotPossible(_("This meeting has very many documents already. Remove some of them first."))
    with transaction.atomic():
        row = documents.keep(MeetingDocument(meeting=meeting, by=person.name[:60]), name, read)
        _done(meeting, person, "meetings.prepare-document", row, name=row.name)
    return row


@whole
def remove_document(*, row: MeetingDocument, person: Person) -> None:
    """The document, its PDF and what was written on it. Twice is once."""
    _check(row.meeting, person)
    if row.deleted_at is None:
        documents.delete(row)
        _done(row.meeting, person, "meetings.remove-document", row, name=row.name)
