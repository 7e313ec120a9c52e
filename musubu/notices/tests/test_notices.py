"""The public board, its desk, and writing to the provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from musubu import clock
from musubu.notices import actions
from musubu.notices.attachments import LARGEST, Attachment
from musubu.notices.models import Notice, Post
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed

pytestmark = pytest.mark.django_db
TEXTS: dict[str, Any] = {"titles": {"ja": "題名"}, "bodies": {"ja": "本文"}, "clause": "SC-3"}


def test_a_notice_goes_on_the_board_off_it_and_back() -> None:
    provider = cast.make_provider("demo")
    staff = cast.make_staff(provider, Role.SUPPORT)
    post = actions.publish(provider=provider, person=staff, **TEXTS)
    board = lambda: Client().get("/notices/").content.decode()  # noqa: E731
    assert "題名" in board()
    actions.withdraw(post=post, person=staff)
    assert "題名" not in board()
    actions.withdraw(post=post, person=staff)
    assert "題名" in board()
    with pytest.raises(NotAllowed):
        actions.publish(provider=provider, person=cast.make_staff(provider, Role.AUDITOR), **TEXTS)


def test_the_desk_needs_the_japanese_text() -> None:
    provider = cast.make_provider("demo")
    client = Client()
    client.force_login(cast.make_staff(provider, Role.OWNER))
    assert client.post("/staff/notices/", {"title_en": "Title", "body_en": "Body"}).status_code == 200
    assert not Post.objects.exists()
    client.post("/staff/notices/", {"title_ja": "題", "body_ja": "文", "title_en": "Title", "body_en": "Body"})
    assert Post.objects.get().titles == {"ja": "題", "en": "Title"}


def test_writing_to_the_provider() -> None:
    provider = cast.make_provider("demo")
    form = {"name": "客", "email": "k@kyaku.example", "subject": "質問", "text": "いくらですか"}
    assert Client().post("/contact/", {**form, "website": "spam"}).status_code == 200
    assert not Notice.objects.exists()
    assert Client().post("/contact/", {**form, "email": "wrong"}).status_code == 200 and not Notice.objects.exists()
    Client().post("/contact/", form)
    assert {one.to_email for one in Notice.objects.all()} == {provider.email, "k@kyaku.example"}


def test_what_failed_to_leave_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = cast.make_provider("demo")
    actions.send(provider=provider, to_email="a@b.example", subject="s", body="b", key="once")
    actions.send(provider=provider, to_email="a@b.example", subject="s", body="b", key="once")
    assert Notice.objects.count() == 1
    monkeypatch.setenv("MUSUBU_MAIL", "smtp://127.0.0.1:1")
    monkeypatch.setattr(EmailMultiAlternatives, "send", _down)
    now = clock.now() + timedelta(seconds=1)
    assert actions.deliver_due(provider, now) == 0
    row = Notice.objects.get()
    assert row.tries == 1 and row.leave_at > now
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda *_: 1)
    assert actions.deliver_due(provider, now + timedelta(minutes=5)) == 1


def _down(*_: object) -> None:
    raise ConnectionRefusedError


ENTRY = Attachment("invite.ics", "text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\n予定\r\n".encode())


def test_a_file_leaves_with_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = cast.make_provider("demo")
    actions.send(provider=provider, to_email="a@b.example", subject="s", body="b", files=[ENTRY])
    monkeypatch.setenv("MUSUBU_MAIL", "smtp://127.0.0.1:1")
    assert actions.deliver_due(provider, clock.now() + timedelta(seconds=1)) == 1
    parts = [part for part in mail.outbox[0].message().walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/calendar", "text/calendar"]
    assert parts[1].get_param("method") == "REQUEST" and parts[2].get_filename() == "invite.ics"
    assert parts[1].get_payload(decode=True).decode().strip().endswith("予定")
    with pytest.raises(ValueError, match="larger"):
        actions.send(
            provider=provider, to_email="a@b.example", subject="s", body="b",
            files=[Attachment("x", "text/plain", b"x" * (LARGEST + 1))],
        )  # fmt: skip


def test_whoever_reads_a_message_downloads_its_file() -> None:
    provider = cast.make_provider("demo")
    organisation, owner = cast.make_contractor(provider)
    _, other = cast.make_contractor(provider, "株式会社よそ", "owner@yoso.example")
    actions.send(
        provider=provider, organisation=organisation, to_email=owner.email, subject="s", body="b", files=[ENTRY]
    )
    actions.deliver_due(provider, clock.now() + timedelta(seconds=1))
    path = f"/mailbox/{Notice.objects.get().public_id}/"
    answers = {}
    for person in (owner, other):
        client = Client()
        client.force_login(person)
        answers[person] = client.get(f"{path}files/1/"), client.get(f"{path}files/2/"), client.get(path)
    assert answers[owner][0].content == ENTRY.content and answers[owner][1].status_code == 404
    assert "invite.ics" in answers[owner][2].content.decode()
    assert [one.status_code for one in answers[other]] == [404, 404, 404]
