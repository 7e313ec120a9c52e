"""The public board, its desk, and writing to the provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.notices import actions
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
    monkeypatch.setattr(actions, "send_mail", _down)
    now = clock.now() + timedelta(seconds=1)
    assert actions.deliver_due(provider, now) == 0
    row = Notice.objects.get()
    assert row.tries == 1 and row.leave_at > now
    monkeypatch.setattr(actions, "send_mail", lambda *_: 1)
    assert actions.deliver_due(provider, now + timedelta(minutes=5)) == 1


def _down(*_: object) -> None:
    raise ConnectionRefusedError
