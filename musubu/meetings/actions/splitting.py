"""A series from one date on: the dates before it stay as they are, what follows is changed or does not take place.

In calendars a series is one entry with one rule. So it is cut, and what follows is a meeting of its own, with its own
link and its own UID (RFC 5545 knows no other way that all calendars understand)."""

from __future__ import annotations

from datetime import datetime

from musubu import clock
from musubu.meetings import repeating
from musubu.meetings.actions import inviting, planning
from musubu.meetings.actions.allowed import over, record
from musubu.meetings.models import Meeting, MovedDate
from musubu.parties.models import Person
from musubu.transactions import whole


@whole
def change_following(*, meeting: Meeting, person: Person, original: datetime, wish: planning.Wish) -> Meeting:
    """This date and all that follow; the meeting that they are now. From the first date on it is the same as all."""
    own = _own(meeting, person, original)
    if original == own.starts_at:
        return planning.change(meeting=own, person=person, wish=wish)
    wish = planning.checked(wish)
    rest = planning.named(
        own.contract, own.host, wish.pass_code, title=wish.title, agenda=wish.agenda,
        language=wish.language, settings=planning.chosen(wish.settings), remind=wish.remind,
        **planning.placed_in_time(wish),
    )  # fmt: skip
    later = own.moved_dates.filter(original__gte=original)
    MovedDate.objects.bulk_create(
        MovedDate(meeting=rest, original=one.original, starts_at=one.starts_at, minutes=one.minutes) for one in later
    )
    planning.drop_strays(rest)
    planning.settle(rest)
    _cut(own, original)
    _hand_on_what_is_prepared(own, rest)
    inviting.set_guests(rest, wish.guests)
    after = planning.shown(rest) | {"from": original}
    record(own.contract, person, "meetings.change-following", own.title, planning.shown(own), after)
    inviting.tell_shortened(own)
    inviting.tell(rest)
    return rest


@whole
def cancel_following(*, meeting: Meeting, person: Person, original: datetime) -> None:
    """This date and all that follow do not take place. From the first date on it is the same as cancelling all."""
    own = _own(meeting, person, original)
    if original == own.starts_at:
        planning.cancel(meeting=own, person=person)
        return
    before = planning.shown(own)
    _cut(own, original)
    record(own.contract, person, "meetings.cancel-following", own.title, before, planning.shown(own))
    inviting.tell_shortened(own)


def _own(meeting: Meeting, person: Person, original: datetime) -> Meeting:
    over(meeting, person)
    own = planning.held(meeting)
    planning.refuse_cancelled(own)
    planning.check_date(own, original)
    return own


def _cut(own: Meeting, original: datetime) -> None:
    """The series is over before this date."""
    assert own.starts_at is not None
    own.rule = repeating.ending_before(own.rule, own.starts_at, own.zone, original)
    own.sequence += 1
    own.save(update_fields=["rule", "sequence"])
    planning.drop_strays(own)
    planning.settle(own)


def _hand_on_what_is_prepared(own: Meeting, rest: Meeting) -> None:
    """Polls and documents that wait for the next date go with it."""
    if own.ends_at and own.ends_at <= clock.now():
        own.polls.filter(sitting__isnull=True).update(meeting=rest)
        own.documents.filter(sitting__isnull=True, deleted_at__isnull=True).update(meeting=rest)
