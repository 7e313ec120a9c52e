"""The dates of meetings: single ones, those of a series, moved ones and those left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from musubu.meetings import repeating
from musubu.meetings.models import Meeting, MovedDate


@dataclass(frozen=True)
class Occurrence:
    """One date of a meeting. `original` is where the rule puts it: by it the date is named."""

    meeting: Meeting
    original: datetime
    starts_at: datetime
    ends_at: datetime
    moved: bool = False
    left_out: bool = False
    running: bool = False


def of(meeting: Meeting, since: datetime, until: datetime, *, with_left_out: bool = False) -> list[Occurrence]:
    """Dates of one meeting that overlap [since, until), in order; `moved_dates` should be prefetched."""
    found = [one for one in _all(meeting, until) if one.ends_at > since and one.starts_at < until]
    return sorted((one for one in found if with_left_out or not one.left_out), key=lambda one: one.starts_at)


def _all(meeting: Meeting, until: datetime) -> Iterator[Occurrence]:
    """Every date whose original lies before `until`, and moved ones wherever they come from."""
    if meeting.starts_at is None:
        return
    moved = {row.original: row for row in meeting.moved_dates.all()}
    for original in originals(meeting, until):
        yield _placed(meeting, original, moved.pop(original, None))
    for original, row in moved.items():
        yield _placed(meeting, original, row)


def originals(meeting: Meeting, until: datetime) -> Iterator[datetime]:
    """Where the rule alone puts the dates before `until`."""
    assert meeting.starts_at is not None
    if not meeting.rule:
        if meeting.starts_at < until:
            yield meeting.starts_at
        return
    for one in islice(repeating.dates(meeting.rule, meeting.starts_at, meeting.zone), repeating.MOST_DATES):
        if one >= until:
            return
        yield one


def _placed(meeting: Meeting, original: datetime, row: MovedDate | None) -> Occurrence:
    starts = (row.starts_at if row else None) or original
    minutes = (row.minutes if row else None) or meeting.minutes
    return Occurrence(
        meeting,
        original,
        starts,
        starts + timedelta(minutes=minutes),
        starts != original,
        bool(row and not row.starts_at),
    )


def of_all(meetings: Iterable[Meeting], since: datetime, until: datetime) -> list[Occurrence]:
    """Dates of several meetings, in order."""
    found = [one for meeting in meetings for one in of(meeting, since, until)]
    return sorted(found, key=lambda one: (one.starts_at, one.meeting.pk))


def marked(found: Iterable[Occurrence], running: Collection[int]) -> list[Occurrence]:
    """Mark what runs now: of a running series the date that comes first."""
    left = set(running)
    out = []
    for one in found:
        out.append(replace(one, running=one.meeting.pk in left))
        left.discard(one.meeting.pk)
    return out


def is_date_of(meeting: Meeting, original: datetime) -> bool:
    """Whether the rule puts a date there."""
    return original in originals(meeting, original + timedelta(seconds=1))


def last_end(meeting: Meeting) -> datetime | None:
    """When the last date is over; none where a series has no end."""
    if meeting.starts_at is None:
        return None
    if meeting.rule:
        rule = repeating.read(meeting.rule, meeting.zone)
        if not rule.count and not rule.until:
            return None
    far = meeting.starts_at + timedelta(days=366 * 100)
    ends = [one.ends_at for one in _all(meeting, far) if not one.left_out]
    return max(ends, default=meeting.starts_at)
