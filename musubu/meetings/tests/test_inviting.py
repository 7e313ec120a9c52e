"""Invitations leave by mail as calendar entries: new, changed, one date, cancelled; reminders; each once."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from PIL import Image

from musubu import clock
from musubu.meetings import branding, wording
from musubu.meetings.actions import planning, reminding
from musubu.meetings.actions.planning import Guest
from musubu.meetings.models import Meeting, Space
from musubu.meetings.repeating import Repetition
from musubu.meetings.tests.company import START, TOMORROW, Company
from musubu.notices import attachments
from musubu.notices.models import Notice
from musubu.parties import cast

GUEST = (Guest("guest@kyaku.example", "客"),)


def mails(kind: str = "") -> list[Notice]:
    rows = Notice.objects.filter(kind__startswith="meeting.").order_by("pk")
    return list(rows.filter(kind=f"meeting.{kind}") if kind else rows)


def entry(mail: Notice) -> Calendar:
    return Calendar.from_ical(attachments.read(mail.attachments[0]).content)


def events(mail: Notice) -> list[object]:
    return list(entry(mail).walk("VEVENT"))


def test_an_invitation_is_a_calendar_entry(company: Company) -> None:
    meeting = company.plan(guests=GUEST, repeat=Repetition("weekly", count=3), agenda="議題")
    mail = mails()[0]
    assert mail.secret and mail.organisation == company.organisation
    for text in (meeting.slug, wording.naming.spaced(meeting.number), meeting.pass_code, "議題", "毎週 土曜日"):
        assert text in mail.body
    assert mail.attachments[0]["type"] == "text/calendar; method=REQUEST"
    (event,) = events(mail)
    assert entry(mail)["METHOD"] == "REQUEST" and event["SEQUENCE"] == 0
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=3;BYDAY=SA"
    assert event["ORGANIZER"] == f"mailto:{company.owner.email}" and event["ATTENDEE"] == "mailto:guest@kyaku.example"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE" and event.decoded("DTSTART") == TOMORROW
    assert event.walk("VALARM")[0].decoded("TRIGGER") == timedelta(minutes=-10)
    assert entry(mail).walk("VTIMEZONE")[0]["TZID"] == "Asia/Tokyo"


def branded(company: Company, logo: bytes = b"", kind: str = "png") -> None:
    space, _ = Space.objects.get_or_create(contract=company.contract)
    space.settings = {"colour": "#7a1f3d"} | ({"logo": kind} if logo else {})
    space.save()
    if logo:
        branding.folder(company.contract).mkdir(parents=True, exist_ok=True)
        (branding.folder(company.contract) / f"logo.{kind}").write_bytes(logo)


def sent(mail: Notice) -> Any:
    """As it leaves, read by a mail program."""
    files = [attachments.read(one) for one in mail.attachments]
    return attachments.mail(mail.subject, mail.body, "a@b.example", mail.to_email, files).message()


def test_the_mail_wears_the_contractors_look_beside_plain_text(company: Company) -> None:
    branded(company)
    meeting = company.plan(guests=GUEST, agenda="<b>議題</b>", title="企画 & 予算")
    message = sent(mails()[0])
    kinds = [one.get_content_type() for one in message.walk() if not one.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "text/calendar"]
    html = (
        next(one for one in message.walk() if one.get_content_type() == "text/html").get_payload(decode=True).decode()
    )
    assert 'lang="ja"' in html and "#7a1f3d" in html and "企画 &amp; 予算" in html and "&lt;b&gt;議題" in html
    assert company.organisation.name in html and f'href="{wording.naming.link(meeting)}"' in html and "<img" not in html
    planning.cancel(meeting=meeting, person=company.owner)
    assert b"href" not in attachments.read(mails("cancelled")[0].attachments[1]).content


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10" fill="#7a1f3d"/></svg>'


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_logo_stands_in_the_mail_itself(company: Company, tmp_path: Path, monkeypatch: Any, kind: str) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    out = io.BytesIO()
    Image.new("RGB", (1200, 300), "#7a1f3d").save(out, "PNG")
    branded(company, out.getvalue() if kind == "png" else SVG, kind)
    company.plan(guests=GUEST)
    message = sent(mails()[0])
    picture = next(one for one in message.walk() if one.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<logo>" and Image.open(io.BytesIO(picture.get_payload(decode=True))).width == 360
    assert "cid:logo" in attachments.read(mails()[0].attachments[1]).content.decode()


def test_a_damaged_logo_costs_no_mail(company: Company, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    branded(company, b"nothing")
    company.plan(guests=GUEST)
    assert "<img" not in attachments.read(mails()[0].attachments[1]).content.decode()


def test_the_receivers_own_language_counts(company: Company) -> None:
    cast.make_person("guest@kyaku.example", "Guest", language="en")
    company.plan(guests=(*GUEST, Guest("zh@kyaku.example")), language="zh-hans")
    assert {mail.to_email: mail.subject.split(":")[0] for mail in mails()} == {
        "guest@kyaku.example": "Meeting invitation", "zh@kyaku.example": "会议邀请",
    }  # fmt: skip


def test_a_change_is_told_once_with_the_next_sequence(company: Company) -> None:
    meeting = company.plan(guests=GUEST)
    wish = planning.Wish("定例", TOMORROW + timedelta(hours=1), guests=(*GUEST, Guest("new@kyaku.example")))
    planning.change(meeting=meeting, person=company.owner, wish=wish)
    assert [(mail.to_email, mail.kind) for mail in mails()] == [
        ("guest@kyaku.example", "meeting.invited"),
        ("guest@kyaku.example", "meeting.changed"),
        ("new@kyaku.example", "meeting.invited"),
    ]
    first, second = (events(mail)[0] for mail in mails()[:2])
    assert first["UID"] == second["UID"] and (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)


def test_who_is_no_longer_invited_hears_of_it_once(company: Company) -> None:
    meeting = company.plan(guests=GUEST)
    for hours in (1, 2):
        planning.change(
            meeting=meeting, person=company.owner, wish=planning.Wish("定例", TOMORROW + timedelta(hours=hours))
        )
    (mail,) = mails("uninvited")
    assert entry(mail)["METHOD"] == "CANCEL" and events(mail)[0]["STATUS"] == "CANCELLED"
    assert meeting.pass_code not in mail.body
    planning.change(meeting=meeting, person=company.owner, wish=planning.Wish("定例", TOMORROW, guests=GUEST))
    assert len(mails("invited")) == 2


def test_one_date_is_named_by_its_recurrence_id(company: Company) -> None:
    meeting = company.plan(guests=GUEST, repeat=Repetition("weekly", count=3))
    second, third = (START + timedelta(days=day) for day in (8, 15))
    later = second + timedelta(hours=3)
    planning.move_date(meeting=meeting, person=company.owner, original=second, starts_at=later)
    planning.move_date(meeting=meeting, person=company.owner, original=third, starts_at=None)
    moved, left_out = mails("date-moved")[0], mails("date-left-out")[0]
    (event,) = events(moved)
    assert event.decoded("RECURRENCE-ID") == second and event.decoded("DTSTART") == later and "14:00" in moved.body
    (event,) = events(left_out)
    assert entry(left_out)["METHOD"] == "CANCEL" and event.decoded("RECURRENCE-ID") == third
    planning.change(
        meeting=meeting, person=company.owner,
        wish=planning.Wish("定例", TOMORROW, guests=GUEST, repeat=Repetition("weekly", count=3)),
    )  # fmt: skip
    main, single = events(mails("changed")[0])
    assert main["EXDATE"].dts[0].dt == third and single.decoded("RECURRENCE-ID") == second


def test_cancelled_and_back(company: Company) -> None:
    meeting = company.plan(guests=GUEST)
    planning.cancel(meeting=meeting, person=company.owner)
    assert entry(mails("cancelled")[0])["METHOD"] == "CANCEL"
    planning.bring_back(meeting=meeting, person=company.owner)
    assert [mail.kind for mail in mails()] == ["meeting.invited", "meeting.cancelled", "meeting.changed"]
    assert [events(mail)[0]["SEQUENCE"] for mail in mails()] == [0, 1, 2]


def test_a_reminder_leaves_ten_minutes_before_each_date_once(company: Company) -> None:
    meeting = company.plan(guests=GUEST, remind=True, repeat=Repetition("weekly", count=2))
    quiet = company.plan(guests=GUEST)
    assert reminding.remind_due(company.provider, clock.now()) == 0
    for date in (TOMORROW, TOMORROW + timedelta(days=7)):
        with clock.standing_at(date - timedelta(minutes=9)):
            assert reminding.remind_due(company.provider, clock.now()) == 1
            assert reminding.remind_due(company.provider, clock.now()) == 0
    assert sorted(mail.to_email for mail in mails("soon")) == sorted([company.owner.email, "guest@kyaku.example"] * 2)
    assert Meeting.objects.get(pk=meeting.pk).remind_at is None and quiet.remind_at is None


def test_a_worker_that_was_away_does_not_remind_of_the_past(company: Company) -> None:
    company.plan(guests=GUEST, remind=True)
    with clock.standing_at(TOMORROW + timedelta(hours=2)):
        assert reminding.remind_due(company.provider, clock.now()) == 0
    assert not mails("soon")


def test_when_in_words(company: Company) -> None:
    assert wording.when(START, 60, "Asia/Tokyo") == "Fri 2026-04-10 11:00–12:00 (Japan time)"
    assert "Sat 2026-04-11 01:00" in wording.when(START, 14 * 60, "Asia/Tokyo")
    monthly = company.plan(starts_at=START, repeat=Repetition("monthly", by_weekday=True, count=2))
    assert wording.rule(monthly) == "Every 1 month(s) on Fri number 2 (2 times)"


@pytest.mark.parametrize("count", [301])
def test_too_many_guests(company: Company, count: int) -> None:
    with pytest.raises(planning.NotPossible, match="300"):
        company.plan(guests=tuple(Guest(f"g{n}@kyaku.example") for n in range(count)))
