"""Polls and documents laid ready before a meeting: by whom, what is refused, and how they stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from musubu.meetings.actions import planning, preparing
from musubu.meetings.models import Command, Meeting, MeetingDocument, Poll
from musubu.meetings.tests.company import Company, client, suspend
from musubu.meetings.together import documents, files, polls
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Person
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

TOLD = {"question": "いつ？", "options": ["月曜", "火曜"]}


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    yield


def brought(meeting: Meeting, person: Person, name: str = "議題.txt", content: bytes = b"x") -> MeetingDocument:
    return preparing.document(
        meeting=meeting, person=person, name=name, size=len(content), read=io.BytesIO(content).read
    )


def path(meeting: Meeting) -> str:
    return f"/meetings/material/{meeting.public_id}/"


def test_host_and_administrator_prepare(company: Company) -> None:
    mine, theirs = company.plan(person=company.member), company.plan()
    for meeting, person in ((mine, company.member), (mine, company.owner)):
        preparing.poll(meeting=meeting, person=person, told=TOLD)
        brought(meeting, person)
    for act in (
        lambda: preparing.poll(meeting=theirs, person=company.member, told=TOLD),
        lambda: brought(theirs, company.member),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert len(preparing.prepared_polls(mine)) == len(preparing.prepared_documents(mine)) == 2
    assert (
        not preparing.prepared_polls(theirs) and AuditEntry.objects.filter(action="meetings.prepare-poll").count() == 2
    )
    assert [one.data["feature"] for one in Command.objects.filter(kind="prepared")] == ["polls", "documents"] * 2


def test_a_document_is_made_ready_once(company: Company) -> None:
    row = brought(company.plan(), company.owner)
    assert row.state == "waiting"
    for _twice in range(2):
        documents.convert(str(row.public_id))
    row.refresh_from_db()
    assert (row.state, row.pages) == ("ready", 1)


def test_what_is_refused(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = company.plan()
    with pytest.raises(NotPossible, match="can be shown"):
        brought(meeting, company.owner, "a.exe")
    with pytest.raises(files.TooLarge):
        preparing.document(meeting=meeting, person=company.owner, name="a.pdf", size=1 << 40, read=io.BytesIO().read)
    monkeypatch.setattr(preparing, "MOST_DOCUMENTS", 0)
    with pytest.raises(NotPossible, match="very many"):
        brought(meeting, company.owner)
    with pytest.raises(NotPossible, match="answers"):
        preparing.poll(meeting=meeting, person=company.owner, told=TOLD | {"options": ["one"]})
    planning.cancel(meeting=meeting, person=company.owner)
    meeting.refresh_from_db()
    with pytest.raises(NotPossible, match="cancelled"):
        preparing.poll(meeting=meeting, person=company.owner, told=TOLD)
    other = company.plan()
    suspend(company)
    with pytest.raises(NotPossible, match="not open"):
        preparing.poll(meeting=other, person=company.owner, told=TOLD)
    assert not Poll.objects.exists() and not MeetingDocument.objects.exists()


def test_what_was_asked_stays(company: Company) -> None:
    meeting = company.plan()
    row = preparing.poll(meeting=meeting, person=company.owner, told=TOLD)
    polls.open_(row, company.runs(meeting).pk)
    with pytest.raises(NotPossible, match="opened already"):
        preparing.remove_poll(poll=row, person=company.owner)
    with pytest.raises(NotPossible, match="opened already"):
        preparing.change_poll(poll=row, person=company.owner, told=TOLD)


def test_a_removed_document_is_gone_from_the_disk(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    row = brought(company.plan(), company.owner)
    documents.convert(str(row.public_id))
    with pytest.raises(NotAllowed):
        preparing.remove_document(row=row, person=company.member)
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            preparing.remove_document(row=row, person=company.owner)
    assert not documents.source_path(row).exists() and not documents.pdf_path(row).exists()
    assert AuditEntry.objects.filter(action="meetings.remove-document").count() == 1


def test_the_page_from_empty_to_ready(company: Company) -> None:
    meeting, owner = company.plan(), client(company.owner)
    page = owner.get(path(meeting)).content.decode()
    assert "No document is prepared." in page and "No poll is prepared." in page
    sent: dict[str, Any] = {
        "what": "document",
        "document": [SimpleUploadedFile("a.txt", b"x"), SimpleUploadedFile("b.exe", b"x")],
    }
    page = owner.post(path(meeting), sent, follow=True).content.decode()
    assert "b.exe: Only PDF" in page and "is being made ready" in page and 'data-refresh="2"' in page
    row = MeetingDocument.objects.get()
    MeetingDocument.objects.filter(pk=row.pk).update(state="failed", problem="locked")
    assert "asks for a password" in owner.get(path(meeting)).content.decode()
    documents.convert(str(row.public_id))
    MeetingDocument.objects.filter(pk=row.pk).update(state="ready", pages=3)
    page = owner.get(path(meeting)).content.decode()
    assert "ready to be shown" in page and "3 pages" in page and "data-refresh" not in page
    wrong = owner.post(path(meeting), {"what": "poll", "question": "Q", "options": "one"}).content.decode()
    assert "two to 12 answers" in wrong and "one</textarea>" in wrong
    owner.post(path(meeting), {"what": "poll", "question": "Q", "options": "one\ntwo\n", "multiple": "on"})
    poll = Poll.objects.get()
    assert (poll.options, poll.multiple, poll.shown) == (["one", "two"], True, False)
    owner.post(f"{path(meeting)}?poll={poll.public_id}", {"what": "poll", "question": "Q2", "options": "one\ntwo"})
    poll.refresh_from_db()
    assert poll.question == "Q2" and not poll.multiple
    assert "Q2" in owner.get(f"/meetings/meeting/{meeting.public_id}/").content.decode()
    for what, key in (("remove-poll", poll.public_id), ("remove-document", row.public_id)):
        assert owner.post(path(meeting), {"what": what, "id": key}).status_code == 302
    assert not preparing.prepared_polls(meeting) and not preparing.prepared_documents(meeting)


def test_others_do_not_see_the_page(company: Company) -> None:
    meeting = company.plan(guests=(planning.Guest("member@sakura.example"),))
    poll = preparing.poll(meeting=meeting, person=company.owner, told=TOLD)
    _, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    assert client(company.member).get(path(meeting)).status_code == 403  # invited, but not the organiser
    assert client(stranger).get(path(meeting)).status_code == 404
    other = company.plan()
    for what, key in (("remove-poll", poll.public_id), ("remove-document", poll.public_id), ("remove-poll", "x")):
        assert client(company.owner).post(path(other), {"what": what, "id": key}).status_code == 404
    assert client(company.owner).get(f"{path(other)}?poll={poll.public_id}").status_code == 404
