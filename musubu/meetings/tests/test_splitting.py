"""A series from one date on: changed or cancelled, with what calendars are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from musubu import clock
from musubu.meetings import dates
from musubu.meetings.actions import planning, preparing, splitting
from musubu.meetings.actions.planning import Guest, Wish
from musubu.meetings.models import Meeting
from musubu.meetings.repeating import Repetition
from musubu.meetings.tests.company import START, TOMORROW, Company, client
from musubu.meetings.tests.test_inviting import entry, events, mails
from musubu.meetings.tests.test_planning import days
from musubu.parties.models import AuditEntry
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

GUESTS = (Guest("guest@kyaku.example", "客"),)
THIRD = TOMORROW + timedelta(days=14)


def weekly(company: Company, **more: Any) -> Meeting:
    return company.plan(**{"repeat": Repetition("weekly", count=5), "guests": GUESTS, **more})


def later(**more: Any) -> Wish:
    given = {"title": "新定例", "starts_at": THIRD + timedelta(hours=3), "guests": GUESTS}
    return Wish(**{**given, "repeat": Repetition("weekly", count=3), **more})


def test_the_dates_before_stay_and_the_rest_is_a_meeting_of_its_own(company: Company) -> None:
    meeting = weekly(company)
    rest = splitting.change_following(meeting=meeting, person=company.owner, original=THIRD, wish=later())
    meeting.refresh_from_db()
    assert days(meeting) == ["04-11 11:00", "04-18 11:00"] and meeting.title == "定例"
    assert days(rest) == ["04-25 14:00", "05-02 14:00", "05-09 14:00"]
    assert rest.slug != meeting.slug and rest.host == meeting.host and rest.invitees.get().email == GUESTS[0].email
    assert meeting.ends_at == TOMORROW + timedelta(days=7, hours=1)
    assert AuditEntry.objects.filter(action="meetings.change-following").count() == 1


def test_calendars_hear_of_the_cut_rule_and_of_a_new_entry(company: Company) -> None:
    meeting = weekly(company)
    splitting.change_following(meeting=meeting, person=company.owner, original=THIRD, wish=later())
    first, cut, new = mails()
    assert [one.kind for one in (first, cut, new)] == ["meeting.invited", "meeting.shortened", "meeting.invited"]
    (was,), (is_,), (rest,) = events(first), events(cut), events(new)
    assert entry(cut)["METHOD"] == "REQUEST" and is_["UID"] == was["UID"] and is_["SEQUENCE"] == 1
    assert is_["RRULE"]["UNTIL"] == [datetime(2026, 4, 18, 14, 59, 59, tzinfo=UTC)] and "COUNT" not in is_["RRULE"]
    assert rest["UID"] != was["UID"] and rest.decoded("DTSTART") == THIRD + timedelta(hours=3)
    assert rest["RRULE"]["COUNT"] == [3] and rest["SEQUENCE"] == 0 and "2026-04-18" in cut.body


def test_cancelled_from_a_date_on(company: Company) -> None:
    meeting = weekly(company)
    splitting.cancel_following(meeting=meeting, person=company.owner, original=THIRD)
    meeting.refresh_from_db()
    assert len(days(meeting)) == 2 and meeting.cancelled_at is None
    assert events(mails("shortened")[0])[0]["RRULE"]["UNTIL"]
    with pytest.raises(NotPossible, match="no such date"):
        splitting.cancel_following(meeting=meeting, person=company.owner, original=THIRD)


def test_from_the_first_date_on_is_all(company: Company) -> None:
    meeting = weekly(company)
    wish = later(starts_at=TOMORROW + timedelta(hours=1))
    same = splitting.change_following(meeting=meeting, person=company.owner, original=TOMORROW, wish=wish)
    assert same.pk == meeting.pk and days(same)[0] == "04-11 12:00" and same.starts_at
    splitting.cancel_following(meeting=meeting, person=company.owner, original=same.starts_at)
    meeting.refresh_from_db()
    assert meeting.cancelled_at and not mails("shortened")


def test_moved_dates_go_with_their_part(company: Company) -> None:
    meeting = weekly(company)
    second, fourth = TOMORROW + timedelta(days=7), TOMORROW + timedelta(days=21)
    for one in (second, fourth):
        planning.move_date(meeting=meeting, person=company.owner, original=one, starts_at=one + timedelta(hours=1))
    same_time = later(starts_at=THIRD)
    rest = splitting.change_following(meeting=meeting, person=company.owner, original=THIRD, wish=same_time)
    meeting.refresh_from_db()
    assert days(meeting) == ["04-11 11:00", "04-18 12:00"]
    assert days(rest) == ["04-25 11:00", "05-02 12:00", "05-09 11:00"]


@pytest.mark.parametrize(
    ("repeat", "place", "left"),
    [
        (Repetition("daily", every=2, count=4), 2, "04-13 11:00"),
        (Repetition("monthly"), 1, "04-11 11:00"),
        (Repetition("monthly", by_weekday=True, count=6), 3, "06-13 11:00"),
        (Repetition("weekly", days=("MO", "WE")), 3, "04-20 11:00"),
    ],
)
def test_every_kind_of_series_is_cut(company: Company, repeat: Repetition, place: int, left: str) -> None:
    meeting = company.plan(repeat=repeat)
    found = dates.of(meeting, START, START + timedelta(days=400))
    splitting.cancel_following(meeting=meeting, person=company.owner, original=found[place].original)
    meeting.refresh_from_db()
    assert days(meeting, 400)[-1] == left and len(days(meeting, 400)) == place and meeting.ends_at


def test_what_is_prepared_goes_with_the_dates_to_come(company: Company) -> None:
    meeting, other = weekly(company), weekly(company)
    for one in (meeting, other):
        preparing.poll(meeting=one, person=company.owner, told={"question": "Q", "options": ["a", "b"]})
    early = splitting.change_following(meeting=other, person=company.owner, original=THIRD, wish=later())
    with clock.standing_at(THIRD - timedelta(days=1)):
        rest = splitting.change_following(meeting=meeting, person=company.owner, original=THIRD, wish=later())
    assert rest.polls.count() == 1 and not meeting.polls.exists()
    assert other.polls.count() == 1 and not early.polls.exists()


def test_who_may_and_what_is_refused(company: Company) -> None:
    meeting = weekly(company)
    with pytest.raises(NotAllowed):
        splitting.cancel_following(meeting=meeting, person=company.member, original=THIRD)
    with pytest.raises(NotAllowed):
        splitting.change_following(meeting=meeting, person=company.member, original=THIRD, wish=later())
    with pytest.raises(NotPossible, match="no such date"):
        splitting.cancel_following(meeting=meeting, person=company.owner, original=THIRD + timedelta(hours=1))
    with pytest.raises(NotPossible, match="title"):
        splitting.change_following(meeting=meeting, person=company.owner, original=THIRD, wish=later(title=" "))
    planning.cancel(meeting=meeting, person=company.owner)
    with pytest.raises(NotPossible, match="cancelled"):
        splitting.cancel_following(meeting=meeting, person=company.owner, original=THIRD)
    meeting.refresh_from_db()
    assert len(days(meeting)) == 5


def test_on_pages(company: Company) -> None:
    meeting, owner = weekly(company), client(company.owner)
    base = f"/meetings/meeting/{meeting.public_id}/"
    named = "2026-04-25T11:00:00%2B09:00"
    page = owner.get(f"{base}date/?of={named}").content.decode()
    assert "Cancel this and the following" in page and f"{base}change/?from=2026-04-25T" in page
    assert (
        "Cancel this and the following" not in owner.get(f"{base}date/?of={named.replace('25', '11')}").content.decode()
    )
    form = owner.get(f"{base}change/?from={named}")
    assert form.context["form"].initial["count"] == 3 and "and the dates that follow" in form.content.decode()
    assert owner.get(f"{base}change/?from=nonsense").status_code == 404
    given = {name: value for name, value in form.context["form"].initial.items() if value not in (None, "", False)}
    sent = {**given, "day": "2026-04-25", "at": "15:00", "title": "新定例"}
    answer = owner.post(f"{base}change/?from={named}", sent)
    rest = Meeting.objects.get(title="新定例")
    assert answer["Location"] == f"/meetings/meeting/{rest.public_id}/"
    meeting.refresh_from_db()
    assert len(days(meeting)) == 2 and days(rest) == ["04-25 15:00", "05-02 15:00", "05-09 15:00"]
    owner.post(
        f"/meetings/meeting/{rest.public_id}/date/", {"of": "2026-05-02T15:00:00+09:00", "what": "cancel-following"}
    )
    rest.refresh_from_db()
    assert days(rest) == ["04-25 15:00"]
    assert client(company.member).get(f"{base}change/?from={named}").status_code == 404
