"""A recording as it is kept, without an engine that made it."""

from __future__ import annotations

from typing import Any

from musubu import clock
from musubu.meetings.actions import recordings
from musubu.meetings.models import Attendance, Recording, Sitting, Track
from musubu.meetings.tests.company import Company

FILM = bytes(range(256)) * 40


def came(sitting: Sitting, name: str, person: Any = None, **more: Any) -> Attendance:
    given = {"kind": "member" if person else "guest", "role": "attendee", "joined_at": clock.now(), **more}
    return Attendance.objects.create(sitting=sitting, name=name, person=person, **given)


def host_of(company: Company, sitting: Sitting) -> Attendance:
    licence = company.contract.meeting_licences.get(holder=company.owner)
    return came(sitting, "社長", company.owner, role="host", licence=licence)


def ready(company: Company, **more: Any) -> Recording:
    """A recording with a film and one track on the disk."""
    sitting = company.runs(company.plan())
    row = recordings.begin(sitting=sitting, by=host_of(company, sitting))
    recordings.stop(recording=row)
    Sitting.objects.filter(pk=sitting.pk).update(ended_at=clock.now(), end_reason="host")
    Recording.objects.filter(pk=row.pk).update(
        state=Recording.State.READY, milliseconds=5000, bytes=len(FILM) + 3, **more
    )
    row.refresh_from_db()
    (row.folder / "tracks").mkdir(parents=True)
    row.film.write_bytes(FILM)
    row.poster.write_bytes(b"jpg")
    (row.folder / "tracks/1.opus").write_bytes(b"abc")
    Track.objects.create(
        recording=row, feed="f", name="社長", source="mic", kind="audio", file="tracks/1.opus", starts_us=0,
        milliseconds=5000, bytes=3,
    )  # fmt: skip
    return row
