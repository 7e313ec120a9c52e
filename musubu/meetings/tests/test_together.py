"""What meetings leave behind: seen by those who were there, deleted with the contract."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from PIL import Image

from musubu import clock
from musubu.contracts import holds
from musubu.meetings.actions import planning
from musubu.meetings.models import Attendance, Board, ChatMessage, Meeting, SharedFile, Sitting
from musubu.meetings.service import SERVICE
from musubu.meetings.tests.company import Company, client
from musubu.meetings.together import burning, chat, deleting, documents, files, places, polls, queries
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Person, Role
from musubu.refusals import NotPossible


def came(sitting: Sitting, person: Person | None = None, **more: Any) -> Attendance:
    kind = "member" if person else "guest"
    return Attendance.objects.create(
        sitting=sitting, person=person, kind=kind, joined_at=clock.now(), **{"name": "客", "role": "attendee", **more}
    )


def shared(attendance: Attendance, name: str = "見積.txt", content: bytes = b"price", **more: Any) -> SharedFile:
    return files.share(
        attendance=attendance, name=name, type="text/plain", size=len(content), read=io.BytesIO(content).read, **more
    )


def said(
    sitting: Sitting, by: Attendance, to: Attendance | None = None, file: SharedFile | None = None
) -> dict[str, Any]:
    message = {
        "id": str(uuid.uuid4()), "from": str(by.public_id), "name": by.name, "to": str(to.public_id) if to else "",
        "text": "text", "file": files.shown(file) if file else None,
    }  # fmt: skip
    chat.keep_message(sitting.pk, message, clock.now())
    return message


def test_the_chat_is_kept_once_and_shown_to_whom_it_was_written(company: Company) -> None:
    sitting = company.runs(company.plan())
    one, two, three = came(sitting), came(sitting), came(sitting)
    message = said(sitting, one, two)
    chat.keep_message(sitting.pk, message, clock.now())
    said(sitting, one)
    assert ChatMessage.objects.count() == 2
    seen = [len(chat.history(sitting.pk, str(who.public_id))) for who in (one, two, three)]
    assert seen == [2, 2, 1] and len(chat.of_sitting(sitting.pk)) == 2
    assert queries.messages(sitting).count() == 1


def test_a_file_is_fetched_by_who_was_there_and_never_run(company: Company) -> None:
    sitting = company.runs(company.plan())
    file = shared(came(sitting, company.owner), "<b>.html", b"<script>1</script>", use="chat")
    said(sitting, Attendance.objects.get(), file=file)
    url = f"/meetings/files/{file.public_id}/"
    answer = client(company.owner).get(url)
    assert b"".join(answer.streaming_content) == b"<script>1</script>"
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Security-Policy"] == "sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client(company.unlicensed).get(url).status_code == 404
    came(sitting, company.unlicensed, left_reason="removed")
    assert client(company.unlicensed).get(url).status_code == 404


def test_a_picture_is_drawn_anew_for_its_preview(company: Company) -> None:
    sitting = company.runs(company.plan())
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), "red").save(out, "PNG")
    good = shared(came(sitting), "a.png", out.getvalue() + b"<script>hidden</script>")
    assert good.previewed and b"hidden" not in files.preview_path(good).read_bytes()
    assert not shared(came(sitting), "b.png", b"\x89PNG\r\n\x1a\n broken").previewed


def test_limits_are_told_in_plain_words(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = company.runs(company.plan())
    guest = came(sitting)
    with pytest.raises(files.TooLarge, match="100 MB"):
        files.share(attendance=guest, name="a", type="", size=files.LARGEST + 1, read=io.BytesIO().read)
    monkeypatch.setattr(files, "LARGEST", 10)
    with pytest.raises(files.TooLarge):  # a size that is not true helps nobody
        files.share(attendance=guest, name="a", type="", size=1, read=io.BytesIO(b"x" * 50).read)
    assert list(places.folder(company.contract, "files").iterdir()) == []
    monkeypatch.setattr(files, "QUOTA_MB", 0)
    with pytest.raises(files.TooLarge, match="full"):
        shared(guest)


def test_a_personal_room_begins_empty_each_time(company: Company) -> None:
    for kind, expected in ((Meeting.Kind.PLANNED, 1), (Meeting.Kind.PERSONAL, 0)):
        own = planning.personal_room(contract=company.contract, person=company.owner)
        meeting = own if kind == Meeting.Kind.PERSONAL else company.plan()
        first = company.runs(meeting)
        Board.objects.create(meeting=meeting, sitting=first, title="B", created_at=clock.now())
        Sitting.objects.filter(pk=first.pk).update(ended_at=clock.now())
        second = company.runs(meeting)
        assert places.of_room(Board.objects.all(), meeting, second).count() == expected


def test_votes_count_once_and_an_anonymous_one_has_no_name(company: Company) -> None:
    meeting = company.plan()
    poll = polls.add(meeting.pk, None, {"question": "Q", "options": ["A", "B"], "anonymous": True})
    with pytest.raises(NotPossible):
        polls.vote(poll, "person:1", "佐藤", [0])
    polls.open_(poll, company.runs(meeting).pk)
    for choice in (0, 1):
        polls.vote(poll, "person:1", "佐藤", [choice])
    vote = poll.votes.get()
    assert polls.counts(poll) == [0, 1] and vote.name == "" and "person" not in vote.voter
    with pytest.raises(NotPossible, match="opened already"):
        polls.change(poll, {"question": "Other", "options": ["A", "B"]})
    assert polls.rows(poll)[1] == [["A", 0], ["B", 1]]


def test_notes_that_are_none_are_left_out() -> None:
    from pycrdt import Doc, Map

    doc: Doc[Any] = Doc()
    kept = doc.get("notes", type=Map)
    good = {"page": 1, "kind": "pen", "colour": "#b3261e", "width": 0.01, "at": 1, "points": [0.1, 0.2, 0.3, 0.4]}
    kept["good"] = good
    wrong = (
        {"colour": 'rgb("x")'},
        {"kind": "script"},
        {"width": 9},
        {"points": [1]},
        {"points": "abc"},
        {"page": "x"},
        {"at": float("inf")},
    )
    for n, change in enumerate(wrong):
        kept[str(n)] = good | change
    kept["text"] = "not even a map"
    assert [note["points"] for note in burning.notes(doc.get_update())] == [[[0.1, 0.2], [0.3, 0.4]]]
    assert burning.notes(b"") == []


def test_everything_goes_with_the_contract(company: Company) -> None:
    sitting = company.runs(company.plan())
    guest = came(sitting)
    file = shared(guest)
    said(sitting, guest, file=file)
    documents.bring(attendance=guest, name="a.txt", size=1, read=io.BytesIO(b"x").read)
    path = files.path(file)
    assert path.exists()
    counts = SERVICE.delete(company.contract)
    assert (counts["files"], counts["messages"], counts["documents"]) == (1, 1, 1)
    assert not path.exists() and deleting.delete_all(company.contract) == {}


def test_a_hold_stops_every_deletion_by_hand(company: Company) -> None:
    """LO-16.2."""
    sitting = company.runs(company.plan())
    file = shared(came(sitting))
    staff = cast.make_staff(company.provider, Role.OWNER)
    ground = holds.grounds("liveon", "ja")[0][2][0][0]
    holds.put(contract=company.contract, person=staff, clause="LO-16.2", ground=ground)
    with pytest.raises(NotPossible, match="preserved under LO"):
        files.delete(file)
    assert files.path(file).exists()
    holds.lift(contract=company.contract, person=staff)
    files.delete(file)
    assert AuditEntry.objects.filter(action="meetings.delete-file").count() == 1
