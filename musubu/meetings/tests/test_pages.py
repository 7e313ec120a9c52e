"""The pages: what each person finds there, does there, and is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from musubu import clock
from musubu.meetings import queries
from musubu.meetings.actions import planning
from musubu.meetings.actions.planning import Guest
from musubu.meetings.models import Attendance, Command, Group, Meeting, Space
from musubu.meetings.repeating import Repetition
from musubu.meetings.tests.company import START, TOMORROW, Company, client, suspend
from musubu.meetings.tests.test_licences import HOSTILE, png
from musubu.parties import cast
from musubu.parties.models import Invitation, Role

FORM = {
    "title": "定例", "day": "2026-04-11", "at": "11:00", "minutes": "60", "zone": "Asia/Tokyo", "every": "1",
    "language": "ja", "pass_code": "on",
}  # fmt: skip


def at(company: Company, page: str = "") -> str:
    return f"/meetings/{company.contract.public_id}/{page}"


def of(meeting: Meeting, page: str = "") -> str:
    return f"/meetings/meeting/{meeting.public_id}/{page}"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_menu_leads_to_the_only_contract(company: Company) -> None:
    assert client(company.owner).get("/meetings/").url == at(company)
    assert "/meetings/" in text(client(company.owner).get("/home/"))
    _, other = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    assert "/services/liveon/" in text(client(other).get("/meetings/"))
    assert 'href="/meetings/"' not in text(client(other).get("/home/"))


def test_the_overview_holds_what_is_ones_own(company: Company) -> None:
    company.plan(title="社内会議")
    company.plan(title="招待された会議", guests=(Guest(company.member.email),))
    company.plan(person=company.member, title="自分の会議")
    page = text(client(company.member).get(at(company)))
    assert "招待された会議" in page and "自分の会議" in page and "社内会議" not in page
    assert "/start/" in page and at(company, "people/") not in page
    bare = text(client(company.unlicensed).get(at(company)))
    assert "/start/" not in bare and "licence" in bare


def test_planned_on_the_page_and_changed(company: Company) -> None:
    who = client(company.owner)
    form = FORM | {
        "repeat": "weekly", "days": ["MO", "WE"], "ends": "count", "count": "4", "set_lobby": "everybody",
        "attendees": "林 <hayashi@torihiki.example>\nli@partner.example, wang@partner.example", "co_hosts": company.member.email,
    }  # fmt: skip
    answer = who.post(at(company, "plan/"), form)
    meeting = Meeting.objects.get(kind="repeated")
    assert answer.url == of(meeting) and meeting.rule == "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"
    assert meeting.settings == {"lobby": "everybody"}
    assert {(one.email, one.role) for one in meeting.invitees.all()} == {
        ("hayashi@torihiki.example", "attendee"), ("li@partner.example", "attendee"), ("wang@partner.example", "attendee"),
        (company.member.email, "co-host"),
    }  # fmt: skip
    page = text(who.get(of(meeting, "change/")))
    assert "林 &lt;hayashi@torihiki.example&gt;" in page and 'value="4"' in page
    who.post(of(meeting, "change/"), form | {"repeat": "", "title": "一回だけ"})
    meeting.refresh_from_db()
    assert meeting.kind == "planned" and meeting.title == "一回だけ" and meeting.sequence == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"day": "31/31"}, {"repeat": "daily", "ends": "count"}, {"repeat": "daily", "ends": "until"},
        {"attendees": "nobody"}, {"zone": "Mars/Base"}, {"minutes": "7"},
    ],
)  # fmt: skip
def test_wrong_input_keeps_what_was_typed(company: Company, wrong: dict[str, str]) -> None:
    answer = client(company.owner).post(at(company, "plan/"), FORM | {"agenda": "消えない"} | wrong)
    assert answer.status_code == 200 and "消えない" in text(answer) and 'role="alert"' in text(answer)
    assert not Meeting.objects.filter(kind__in=("planned", "repeated")).exists()


def test_an_administrator_plans_for_others(company: Company) -> None:
    client(company.owner).post(at(company, "plan/"), FORM | {"host": str(company.member.public_id)})
    assert Meeting.objects.get(kind="planned").host == company.member
    answer = client(company.member).post(at(company, "plan/"), FORM | {"host": str(company.owner.public_id)})
    assert Meeting.objects.filter(kind="planned", host=company.member).count() == 2 and answer.status_code == 302
    refused = client(company.unlicensed).post(at(company, "plan/"), FORM)
    assert refused.status_code == 200 and Meeting.objects.filter(kind="planned").count() == 2


def test_a_meeting_is_closed_to_others(company: Company) -> None:
    meeting = company.plan(guests=(Guest(company.member.email),), repeat=Repetition("weekly", count=3))
    date = of(meeting, f"date/?of={quote(TOMORROW.isoformat())}")
    invited = client(company.member)
    assert invited.get(of(meeting)).status_code == 200 and invited.get(of(meeting, "entry.ics")).status_code == 200
    assert invited.get(of(meeting, "change/")).status_code == invited.get(date).status_code == 403
    for page in ("cancellation/", "end/", "copy/", "return/"):
        assert invited.post(of(meeting, page), {"day": "2026-04-12", "at": "10:00"}).status_code == 403
    staff = cast.make_staff(company.provider, Role.OWNER)
    for person in (company.unlicensed, staff):
        for page in ("", "change/", "entry.ics"):
            assert client(person).get(of(meeting, page)).status_code in (403, 404)
    meeting.refresh_from_db()
    assert meeting.cancelled_at is None and Meeting.objects.filter(kind="repeated").count() == 1


def test_one_date_on_its_page(company: Company) -> None:
    meeting = company.plan(repeat=Repetition("weekly", count=3))
    who, second = client(company.owner), START + timedelta(days=8)
    page = of(meeting, f"date/?of={quote(second.isoformat())}")
    assert "2026-04-18" in text(who.get(page))
    who.post(page, {"what": "move", "day": "2026-04-19", "at": "15:00", "minutes": "30"})
    assert meeting.moved_dates.get().starts_at == START.replace(day=19, hour=15)
    who.post(page, {"what": "leave-out"})
    assert meeting.moved_dates.get().starts_at is None and "left out" in text(who.get(of(meeting)))
    who.post(page, {"what": "put-back"})
    assert not meeting.moved_dates.exists()
    for wrong in ("", "x", quote((second + timedelta(hours=1)).isoformat()), "2026-04-18T11:00:00"):
        assert who.get(of(meeting, f"date/?of={wrong}")).status_code == 404


def test_cancelled_brought_back_and_copied(company: Company) -> None:
    meeting, who = company.plan(), client(company.owner)
    who.post(of(meeting, "cancellation/"))
    assert "return/" in text(who.get(of(meeting))) and "定例" in text(who.get(at(company, "list/?show=cancelled")))
    assert "定例" not in text(who.get(at(company, "list/")))
    who.post(of(meeting, "return/"))
    assert "定例" in text(who.get(at(company, "list/")))
    answer = who.post(of(meeting, "copy/"), {"day": "2026-04-20", "at": "09:00"})
    twin = Meeting.objects.exclude(pk=meeting.pk).get(kind="planned")
    assert answer.url == of(twin) and twin.starts_at == START.replace(day=20, hour=9)
    assert who.post(of(meeting, "copy/"), {}).url == of(meeting)


def test_lists_search_filter_and_leave_as_csv(company: Company) -> None:
    company.plan(title="営業会議")
    theirs = company.plan(person=company.member, title="開発会議", repeat=Repetition("weekly", count=2))
    sitting = company.runs(theirs)
    sitting.ended_at, sitting.peak = START + timedelta(minutes=30), 4
    sitting.save()
    who = client(company.owner)
    assert "開発会議" not in text(who.get(at(company, "list/")))
    assert text(who.get(at(company, "list/?whose=all"))).count("開発会議") >= 2
    assert "開発会議" not in text(client(company.member).get(at(company, "list/?whose=all&q=営業")))
    found = text(who.get(at(company, f"list/?whose=all&q={theirs.number[:6]}")))
    assert "開発会議" in found and "営業会議" not in found
    past = text(who.get(at(company, "list/?show=past&whose=all")))
    assert "開発会議" in past and ">30<" in past and '<a href="/meetings/sittings/' in past
    for page in ("list/?whose=all&format=csv", "list/?show=past&whose=all&format=csv"):
        assert "開発会議" in text(who.get(at(company, page)))


def test_the_month_shows_each_date_on_its_day(company: Company) -> None:
    company.plan(repeat=Repetition("weekly"))
    who = client(company.owner)
    assert text(who.get(at(company, "month/"))).count("定例") == 4  # 11, 18, 25 April and 2 May
    assert "2026-06" in text(who.get(at(company, "month/?month=2026-06")))
    assert who.get(at(company, "month/?month=nonsense")).status_code == 200
    assert 'value="2026-04-20"' in text(who.get(at(company, "plan/?day=2026-04-20")))


def test_the_feed_holds_ones_meetings_until_its_address_is_renewed(company: Company) -> None:
    company.plan(title="自分の", repeat=Repetition("weekly"))
    company.plan(person=company.member, title="他人の")
    who = client(company.owner)
    address = re.search(r"http\S+?(/meetings/feed/\S+?\.ics)", text(who.get(at(company))))[1]
    calendar = text(client().get(address))
    assert "SUMMARY:自分の" in calendar and "他人の" not in calendar and "RRULE" in calendar
    who.post(at(company, "feed/"))
    assert client().get(address).status_code == 404
    fresh = re.search(r"http\S+?(/meetings/feed/\S+?\.ics)", text(who.get(at(company))))[1]
    assert fresh != address and client().get(fresh).status_code == 200
    tampered = fresh[:-5] + ("0" if fresh[-5] != "0" else "1") + ".ics"
    for wrong in (tampered, "/meetings/feed/x.ics", f"/meetings/feed/{'0' * 64}.ics"):
        assert client().get(wrong).status_code == 404
    company.owner.memberships.update(ended_at=START)
    assert client().get(fresh).status_code == 404


def test_joining_by_number(company: Company) -> None:
    meeting = company.plan()
    spaced = f"{meeting.number[:3]} {meeting.number[3:6]}-{meeting.number[6:]}"
    good = {"number": spaced, "pass_code": meeting.pass_code, "name": "客 A"}
    answer = client().post("/meetings/join/", good)
    assert answer.url == f"/m/{meeting.slug}/?name=%E5%AE%A2+A"
    assert client(company.member).post("/meetings/join/", good).url == f"/m/{meeting.slug}/"
    for wrong in ({"pass_code": "000000x"}, {"number": "123 456 7890"}, {"pass_code": ""}):
        refused = client().post("/meetings/join/", good | wrong)
        assert refused.status_code == 403 and "not right" in text(refused) and meeting.slug not in text(refused)
    assert client().post("/meetings/join/", good | {"name": ""}).status_code == 403


def test_after_ten_wrong_codes_one_waits(company: Company) -> None:
    meeting = company.plan()
    form = {"number": meeting.number, "name": "客"}
    for _try in range(10):
        client().post("/meetings/join/", form | {"pass_code": "1"})
    answer = client().post("/meetings/join/", form | {"pass_code": meeting.pass_code})
    assert answer.status_code == 403 and "Too many" in text(answer)
    elsewhere = client(REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post("/meetings/join/", form | {"pass_code": meeting.pass_code}).status_code == 302


def test_a_suspended_contract_says_why_everywhere(company: Company) -> None:
    meeting = company.plan()
    suspend(company)
    who = client(company.owner)
    for page in ("", "list/", "plan/", "people/", "settings/", "running/", "month/", "room/"):
        answer = who.get(at(company, page))
        assert answer.status_code == 403 and "LO-12" in text(answer)
    assert who.post(at(company, "start/")).status_code == 403
    good = {"number": meeting.number, "pass_code": meeting.pass_code, "name": "客"}
    assert "not open" in text(client().post("/meetings/join/", good))
    staff = client(cast.make_staff(company.provider, Role.SUPPORT))
    assert staff.get(at(company, "people/")).status_code == 200


def test_licences_and_groups_on_their_page(company: Company) -> None:
    who = client(company.owner)
    who.post(at(company, "people/licences/"), {"person": str(company.unlicensed.public_id)})
    licence = queries.licence_of(company.contract, company.unlicensed)
    assert licence and "3</span> / 10" in text(who.get(at(company, "people/")))
    who.post(at(company, "people/groups/"), {"name": "開発", "plan": "on"})
    group = Group.objects.get()
    who.post(f"/meetings/licences/{licence.public_id}/", {"group": str(group.public_id)})
    who.post(f"/meetings/groups/{group.public_id}/", {"name": "開発部", "record": "on"})
    licence.refresh_from_db()
    group.refresh_from_db()
    assert licence.group == group and group.rights == {"record": True, "guests": False, "plan": False}
    who.post(f"/meetings/groups/{group.public_id}/", {"what": "delete"})
    who.post(f"/meetings/licences/{licence.public_id}/", {"what": "release"})
    assert not Group.objects.exists() and queries.licence_of(company.contract, company.unlicensed) is None
    who.post(at(company, "people/invitations/"), {"email": "neu@sakura.example"})
    assert Invitation.objects.get().role == Role.MEMBER
    assert who.post(at(company, "people/licences/"), {"person": "x"}).status_code == 404
    for page in ("people/", "settings/", "running/"):
        assert client(company.member).get(at(company, page)).status_code == 403
    for page in ("people/licences/", "people/groups/", "people/invitations/"):
        assert client(company.member).post(at(company, page)).status_code == 403


def test_settings_branding_and_embedding_on_their_page(company: Company) -> None:
    who, page = client(company.owner), at(company, "settings/")
    sent = {"capacity": "40", "video_kbps": "900", "screen_kbps": "2500", "keep_days": "30"}
    sent |= {f"set_{key}": "hosts" for key in ("share", "draw", "chat", "record")}
    sent |= {"set_lobby": "everybody"} | {
        f"set_{key}": "yes" for key in ("guests", "before_host", "mute_on_entry", "unmute_self")
    }
    assert who.post(page, sent | {"what": "defaults"}).url == page
    kept = Space.objects.get(contract=company.contract).settings
    assert kept["lobby"] == "everybody" and kept["capacity"] == 40 and kept["mute_on_entry"] is True
    assert who.post(page, sent | {"what": "defaults", "capacity": "101"}).status_code == 200
    assert "contrast" in text(who.post(page, {"what": "brand", "colour": "#ffff00"}))
    for content, kind in ((png(), "image/png"), (HOSTILE, "image/svg+xml")):
        who.post(page, {"what": "brand", "colour": "#a02a55", "logo": _file(content)})
        answer = client().get(at(company, "logo/"))
        assert answer["Content-Type"] == kind and b"script" not in answer.content
        assert "sandbox" in answer["Content-Security-Policy"] and answer["X-Content-Type-Options"] == "nosniff"
    css = text(client().get(at(company, "brand.css")))
    assert "#a02a55" in css and "[data-theme=musubu-dark]{--color-primary:color-mix(" in css
    assert at(company, "brand.css") in text(client().get(at(company, "join/")))
    assert "256 kB" in text(who.post(page, {"what": "brand", "colour": "", "logo": _file(b"x" * 300_000)}))
    meeting = company.plan()
    assert client().get(f"/m/{meeting.slug}/")["X-Frame-Options"] == "DENY"
    who.post(page, {"what": "origins", "origins": "https://example.jp"})
    framed = client().get(f"/m/{meeting.slug}/")
    assert "frame-ancestors https://example.jp" in framed["Content-Security-Policy"] and "X-Frame-Options" not in framed
    assert client().get("/meetings/join/")["X-Frame-Options"] == "DENY"
    staff = client(cast.make_staff(company.provider, Role.OPERATIONS))
    assert (
        staff.get(page).status_code == 200 and staff.post(page, {"what": "origins", "origins": ""}).status_code == 404
    )
    assert Space.objects.get(contract=company.contract).settings["origins"] == ["https://example.jp"]


def _file(content: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("logo.png", content)


def test_what_runs_is_listed_and_ended(company: Company) -> None:
    meeting = company.plan(title="秘密の議題")
    sitting = company.runs(meeting)
    Attendance.objects.create(sitting=sitting, kind="guest", name="客人", role="attendee", joined_at=START)
    who = client(company.owner)
    page = text(who.get(at(company, "running/")))
    assert "秘密の議題" in page and "客人" in page
    assert who.post(of(meeting, "end/"), {"next": "running"}).url == at(company, "running/")
    assert Command.objects.get().meeting == meeting
    staff = client(cast.make_staff(company.provider, Role.SUPPORT))
    for path in ("/staff/meetings/", at(company, "running/")):
        seen = text(staff.get(path))
        assert (
            "株式会社さくら商事" in seen
            and "秘密の議題" not in seen
            and meeting.slug not in seen
            and "客人" not in seen
        )
    assert staff.get(at(company)).url == at(company, "running/")
    elsewhere = client(cast.make_staff(cast.make_provider("elsewhere"), Role.OWNER))
    assert "株式会社さくら" not in text(elsewhere.get("/staff/meetings/"))


def test_the_personal_room_on_its_page(company: Company) -> None:
    who, page = client(company.member), at(company, "room/")
    room = planning.personal_room(contract=company.contract, person=company.member)
    assert room.number[:3] in text(who.get(page))
    who.post(page, {"title": "吉田の部屋", "number": "401 234 5678", "set_lobby": "nobody", "renew": ["pass-code"]})
    fresh = Meeting.objects.get(pk=room.pk)
    assert (fresh.title, fresh.number, fresh.settings) == ("吉田の部屋", "4012345678", {"lobby": "nobody"})
    assert fresh.pass_code != room.pass_code
    assert "9 or 10 digits" in text(who.post(page, {"title": "x", "number": "12"}))
    assert client(company.unlicensed).get(page).url == at(company)


def test_a_meeting_starts_at_once_from_the_overview(company: Company) -> None:
    answer = client(company.member).post(at(company, "start/"), {"title": "急ぎ"})
    meeting = Meeting.objects.get(kind="instant")
    assert answer.url == f"/m/{meeting.slug}/" and meeting.title == "急ぎ"
    assert client(company.unlicensed).post(at(company, "start/")).url == at(company)
    assert Meeting.objects.filter(kind="instant").count() == 1


def test_the_embedding_script_is_small_and_for_everybody(company: Company) -> None:
    answer = client().get("/embed/meeting.js")
    assert answer.status_code == 200 and len(answer.content) < 3_000 and b"data-musubu-meeting" in answer.content
    assert answer["Content-Type"].startswith("text/javascript") and answer["Access-Control-Allow-Origin"] == "*"
    assert clock.now() == START
