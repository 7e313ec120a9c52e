"""Planning: once, repeated, at once, one's own room; single dates; cancelling and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from musubu import clock
from musubu.meetings import dates, repeating
from musubu.meetings.actions import licences, planning
from musubu.meetings.models import Command, Meeting
from musubu.meetings.repeating import Repetition
from musubu.meetings.tests.company import START, TOMORROW, Company, suspend
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible


def days(meeting: Meeting, count: int = 200) -> list[str]:
    found = dates.of(meeting, START, START + timedelta(days=count))
    return [f"{one.starts_at.astimezone(clock.TOKYO):%m-%d %H:%M}" for one in found]


def test_a_meeting_is_planned_with_link_number_and_code(company: Company) -> None:
    meeting = company.plan(guests=(planning.Guest("a@b.example", "客"),))
    assert len(meeting.slug) == 20 and len(meeting.number) == 10 and len(meeting.pass_code) == 6
    assert meeting.ends_at == TOMORROW + timedelta(hours=1) and days(meeting) == ["04-11 11:00"]
    assert meeting.invitees.get().email == "a@b.example"
    assert AuditEntry.objects.filter(action="meetings.plan").count() == 1


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        (Repetition("daily", every=2, count=3), ["04-11 11:00", "04-13 11:00", "04-15 11:00"]),
        (Repetition("weekly", days=("MO", "WE"), count=3), ["04-13 11:00", "04-15 11:00", "04-20 11:00"]),
        (Repetition("weekly", every=2, until=date(2026, 5, 10)), ["04-11 11:00", "04-25 11:00", "05-09 11:00"]),
        (Repetition("monthly", count=3), ["04-11 11:00", "05-11 11:00", "06-11 11:00"]),
        (Repetition("monthly", by_weekday=True, count=3), ["04-11 11:00", "05-09 11:00", "06-13 11:00"]),
    ],
)
def test_series(company: Company, repeat: Repetition, expected: list[str]) -> None:
    meeting = company.plan(repeat=repeat)
    assert days(meeting) == expected
    assert repeating.read(meeting.rule, meeting.zone).rule(meeting.starts_at, meeting.zone) == meeting.rule
    assert (
        meeting.ends_at
        and meeting.ends_at.astimezone(clock.TOKYO).strftime("%m-%d %H:%M") == expected[-1][:6] + "12:00"
    )


def test_the_31st_is_the_last_day_of_a_shorter_month(company: Company) -> None:
    first = datetime(2026, 5, 31, 9, tzinfo=clock.TOKYO)
    assert days(company.plan(starts_at=first, repeat=Repetition("monthly", count=3))) == [
        "05-31 09:00", "06-30 09:00", "07-31 09:00",
    ]  # fmt: skip
    last_sunday = company.plan(starts_at=first, repeat=Repetition("monthly", by_weekday=True, count=3))
    assert days(last_sunday) == ["05-31 09:00", "06-28 09:00", "07-26 09:00"]


def test_ten_oclock_stays_ten_where_clocks_are_set(company: Company) -> None:
    first = datetime(2026, 10, 20, 10, tzinfo=repeating.ZoneInfo("Europe/Berlin"))
    meeting = company.plan(starts_at=first, zone="Europe/Berlin", repeat=Repetition("weekly", count=2))
    found = dates.of(meeting, START, START + timedelta(days=300))
    assert [one.starts_at.utcoffset() for one in found] == [timedelta(hours=2), timedelta(hours=1)]
    assert {one.starts_at.hour for one in found} == {10}


def test_one_date_is_moved_left_out_and_put_back(company: Company) -> None:
    meeting = company.plan(repeat=Repetition("weekly", count=3))
    second, third = (START + timedelta(days=day) for day in (8, 15))
    planning.move_date(
        meeting=meeting, person=company.owner, original=second, starts_at=second + timedelta(hours=3), minutes=30
    )
    planning.move_date(meeting=meeting, person=company.owner, original=third, starts_at=None)
    meeting.refresh_from_db()
    assert days(meeting) == ["04-11 11:00", "04-18 14:00"] and meeting.ends_at == second + timedelta(hours=3.5)
    planning.put_back_date(meeting=meeting, person=company.owner, original=third)
    planning.put_back_date(meeting=meeting, person=company.owner, original=third)
    meeting.refresh_from_db()
    assert days(meeting)[-1] == "04-25 11:00" and meeting.sequence == 3
    with pytest.raises(NotPossible, match="no such date"):
        planning.move_date(meeting=meeting, person=company.owner, original=TOMORROW + timedelta(days=1), starts_at=None)


def test_a_changed_series_forgets_moved_dates_that_are_no_more(company: Company) -> None:
    meeting = company.plan(repeat=Repetition("weekly", count=3))
    second = START + timedelta(days=8)
    planning.move_date(meeting=meeting, person=company.owner, original=second, starts_at=None)
    wish = planning.Wish("新", TOMORROW + timedelta(hours=1), repeat=Repetition("weekly", count=3))
    changed = planning.change(meeting=meeting, person=company.owner, wish=wish)
    assert days(changed) == ["04-11 12:00", "04-18 12:00", "04-25 12:00"] and changed.title == "新"


def test_cancelled_and_brought_back_with_the_same_link(company: Company) -> None:
    meeting = company.plan(remind=True)
    company.runs(meeting)
    for _twice in range(2):
        planning.cancel(meeting=meeting, person=company.owner)
    meeting.refresh_from_db()
    assert meeting.cancelled_at and meeting.remind_at is None and meeting.sequence == 1
    assert Command.objects.get(kind="end").meeting == meeting
    planning.bring_back(meeting=meeting, person=company.owner)
    planning.bring_back(meeting=meeting, person=company.owner)
    meeting.refresh_from_db()
    assert meeting.cancelled_at is None and meeting.remind_at and meeting.sequence == 2


def test_a_copy_has_its_own_link_and_the_same_guests(company: Company) -> None:
    meeting = company.plan(guests=(planning.Guest("a@b.example", role="presenter"),), settings={"lobby": "everybody"})
    twin = planning.copy(meeting=meeting, person=company.owner, starts_at=TOMORROW + timedelta(days=7))
    assert twin.slug != meeting.slug and twin.number != meeting.number and twin.settings == {"lobby": "everybody"}
    assert twin.invitees.get().role == "presenter"


def test_who_may_plan_and_change(company: Company) -> None:
    with pytest.raises(NotPossible, match="no licence"):
        company.plan(person=company.unlicensed)
    _, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    with pytest.raises(NotAllowed):
        company.plan(person=stranger)
    meeting = company.plan()
    for person in (company.member, stranger, cast.make_staff(company.provider, Role.SUPPORT)):
        for act in (planning.cancel, planning.bring_back, planning.end):
            with pytest.raises(NotAllowed):
                act(meeting=meeting, person=person)
    others = company.plan(person=company.member)
    planning.cancel(meeting=others, person=company.owner)  # an administrator may
    with pytest.raises(NotAllowed):
        planning.plan(
            contract=company.contract, person=company.member, host=company.owner, wish=planning.Wish("x", TOMORROW)
        )


def test_a_group_without_the_right_does_not_plan(company: Company) -> None:
    group = licences.save_group(contract=company.contract, person=company.owner, name="g", rights={"record": True})
    licence = company.contract.meeting_licences.get(holder=company.member)
    licences.put_into_group(licence=licence, person=company.owner, group=group)
    with pytest.raises(NotPossible, match="group"):
        company.plan(person=company.member)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "}, {"minutes": 4}, {"minutes": 1441}, {"repeat": Repetition("daily", every=0)},
        {"repeat": Repetition("daily", count=1001)}, {"repeat": Repetition("daily", until=date(2026, 4, 10))},
        {"repeat": Repetition("daily", until=date(2046, 4, 10))}, {"guests": (planning.Guest("nobody"),)},
        {"guests": (planning.Guest("a@b.example", role="host"),)},
    ],
)  # fmt: skip
def test_what_is_refused(company: Company, wrong: dict[str, object]) -> None:
    with pytest.raises(NotPossible):
        company.plan(**wrong)
    assert not Meeting.objects.filter(kind__in=("planned", "repeated")).exists()


def test_unknown_settings_are_not_kept(company: Company) -> None:
    meeting = company.plan(settings={"lobby": "nobody", "capacity": 9999, "share": "x", "evil": True})
    assert meeting.settings == {"lobby": "nobody"}


def test_a_suspended_contract_plans_nothing(company: Company) -> None:
    meeting = company.plan()
    suspend(company)
    for act in (
        lambda: company.plan(),
        lambda: planning.start_now(contract=company.contract, person=company.owner),
        lambda: planning.cancel(meeting=meeting, person=company.owner),
    ):
        with pytest.raises(NotPossible, match="not open"):
            act()


def test_the_personal_room_has_a_number_of_ones_choice(company: Company) -> None:
    room = planning.personal_room(contract=company.contract, person=company.member)
    assert planning.personal_room(contract=company.contract, person=company.member) == room
    other = planning.personal_room(contract=company.contract, person=company.owner)
    change = {"person": company.member, "title": "部屋", "settings": {}}
    changed = planning.change_personal_room(
        meeting=room, **change, number="４０１ 234-5678", renew=["pass-code", "link"]
    )
    assert changed.number == "4012345678" and changed.pass_code != room.pass_code and changed.slug != room.slug
    for wrong in (other.number, "123", "0123456789", "1111111111"):
        with pytest.raises(NotPossible):
            planning.change_personal_room(meeting=room, **change, number=wrong)
    with pytest.raises(NotPossible, match="personal"):
        planning.cancel(meeting=room, person=company.member)


def test_a_meeting_starts_at_once(company: Company) -> None:
    meeting = planning.start_now(contract=company.contract, person=company.member)
    assert meeting.kind == "instant" and meeting.starts_at is None and "吉田" in meeting.title
    assert not planning.end(meeting=meeting, person=company.member)
    company.runs(meeting)
    assert planning.end(meeting=meeting, person=company.member)
    assert Command.objects.get().data == {"reason": "host", "by": "吉田"}
