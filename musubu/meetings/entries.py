"""Meetings as iCalendar (RFC 5545, RFC 5546): invitations, changes of one date, cancellations, a feed to subscribe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vRecur

from musubu import clock
from musubu.meetings import naming
from musubu.meetings.models import Invitee, Meeting, MovedDate
from musubu.parties.models import Person

PRODUCT = "-//Musubu//Meetings//JA"
ALARM = timedelta(minutes=-10)


def _calendar(method: str) -> Calendar:
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", method)
    return found


def _who(email: str, name: str, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    for key, value in {"CN": name or email, **parameters}.items():
        address.params[key.replace("_", "-")] = value
    return address


def uid(meeting: Meeting) -> str:
    return f"{meeting.public_id}@musubu"


def _event(
    meeting: Meeting, starts: datetime, minutes: int, text: str, guests: Iterable[Invitee], alarm: bool
) -> Event:
    place = ZoneInfo(meeting.zone)
    found = Event()
    found.add("uid", uid(meeting))
    found.add("sequence", meeting.sequence)
    found.add("dtstamp", clock.now().astimezone(UTC))
    found.add("dtstart", starts.astimezone(place))
    found.add("dtend", (starts + timedelta(minutes=minutes)).astimezone(place))
    found.add("summary", meeting.title)
    found.add("description", text)
    found.add("location", naming.link(meeting))
    found.add("url", naming.link(meeting))
    found.add("organizer", _who(meeting.host.email, meeting.host.name))
    for guest in guests:
        asked = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        found.add("attendee", _who(guest.email, guest.name, **asked))
    if alarm:
        bell = Alarm()
        bell.add("action", "DISPLAY")
        bell.add("description", meeting.title)
        bell.add("trigger", ALARM)
        found.add_component(bell)
    return found


def _series(meeting: Meeting, text: str, guests: list[Invitee], alarm: bool) -> list[Event]:
    """The meeting with its rule, the dates that are left out, and each moved date by its RECURRENCE-ID."""
    assert meeting.starts_at is not None
    main = _event(meeting, meeting.starts_at, meeting.minutes, text, guests, alarm)
    if not meeting.rule:
        return [main]
    main.add("rrule", vRecur.from_ical(meeting.rule))
    moved = list(meeting.moved_dates.all())
    place = ZoneInfo(meeting.zone)
    if left_out := [row.original.astimezone(place) for row in moved if row.starts_at is None]:
        main.add("exdate", left_out)
    return [main, *(_moved(meeting, row, text, guests, alarm) for row in moved if row.starts_at)]


def _moved(meeting: Meeting, row: MovedDate, text: str, guests: Iterable[Invitee], alarm: bool) -> Event:
    found = _event(meeting, row.starts_at or row.original, row.minutes or meeting.minutes, text, guests, alarm)
    found.add("recurrence-id", row.original.astimezone(ZoneInfo(meeting.zone)))
    return found


def _written(calendar: Calendar, events: Iterable[Event]) -> bytes:
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def request(meeting: Meeting, text: str, guests: list[Invitee]) -> bytes:
    """METHOD:REQUEST: the invitation, or its newest form."""
    return _written(_calendar("REQUEST"), _series(meeting, text, guests, alarm=True))


def cancellation(meeting: Meeting, text: str, guests: list[Invitee]) -> bytes:
    """METHOD:CANCEL of the whole meeting, to all or to one who is no longer invited."""
    assert meeting.starts_at is not None
    event = _event(meeting, meeting.starts_at, meeting.minutes, text, guests, alarm=False)
    event.add("status", "CANCELLED")
    return _written(_calendar("CANCEL"), [event])


def one_date(meeting: Meeting, original: datetime, text: str, guests: list[Invitee]) -> bytes:
    """A single date of a series: moved (REQUEST) or left out (CANCEL), named by its RECURRENCE-ID."""
    row = meeting.moved_dates.filter(original=original).first() or MovedDate(original=original, starts_at=original)
    event = _moved(meeting, row, text, guests, alarm=row.starts_at is not None)
    if row.starts_at is None:
        event.add("status", "CANCELLED")
    return _written(_calendar("REQUEST" if row.starts_at else "CANCEL"), [event])


def download(meeting: Meeting, text: str) -> bytes:
    """To put into one's own calendar by hand."""
    return _written(_calendar("PUBLISH"), _series(meeting, text, [], alarm=True))


def feed(person: Person, meetings: Iterable[Meeting], name: str) -> bytes:
    """All of somebody's meetings, to subscribe."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    events = [event for one in meetings for event in _series(one, naming.link(one), [], alarm=False)]
    return _written(calendar, events)


def horizon(now: datetime) -> tuple[datetime, datetime]:
    """What a feed holds: from three months ago to two years ahead."""
    return now - timedelta(days=92), now + timedelta(days=731)
