"""Recordings: begun and stopped by a running room, tried again, put away, brought back, erased for good."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock, config
from musubu.contracts import holds
from musubu.contracts.models import Contract, DeletionRecord
from musubu.meetings import defaults, queries, telling
from musubu.meetings.actions.allowed import record as audited
from musubu.meetings.models import Attendance, Recording, Role, Share, Sitting, Track, Viewing
from musubu.parties import permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

State = Recording.State
SPACE_NEEDED = 2 << 30  # free bytes without which nothing is begun
TAKEN_BACK = timedelta(days=7)  # so long a deletion by hand can be taken back
REASONS = {
    "nothing": gettext_lazy("Nobody sent sound or a picture while it ran, so there is nothing to play."),
    "unreadable": gettext_lazy("The files of this recording are damaged and cannot be played."),
    "engine": gettext_lazy("The film could not be made. The sound and pictures are kept; try again."),
    "space": gettext_lazy("The disk was full. The sound and pictures are kept; try again when there is room."),
    "interrupted": gettext_lazy("Making the film was broken off several times. Try again, or tell support."),
    "cancelled": gettext_lazy("Making the film was stopped by hand. Try again to have it after all."),
}


def raw_folder(sitting: Sitting) -> Path:
    """Where the engine puts the files of a sitting."""
    folder = config.var() / "files/meetings/raw" / str(sitting.public_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@whole
def begin(*, sitting: Sitting, by: Attendance, at: datetime | None = None) -> Recording:
    """Somebody in the room starts it; the room shows its mark to everybody from now on. Twice is once. Raises
    NotPossible where the meeting's settings, the licence or the disk do not allow it."""
    own = locked(Sitting.objects).get(pk=sitting.pk)
    if running := Recording.objects.filter(sitting=own, state=State.RECORDING).first():
        return running
    contract = own.meeting.contract
    _check_may_record(own, by, contract)
    row = Recording.objects.create(
        contract=contract,
        sitting=own,
        started_by=by.person,
        started_by_name=by.name,
        started_at=at or clock.now(),
        begun_us=time.time_ns() // 1000,
    )
    audited(contract, by.person, "meetings.record", f"{own.meeting.title} {row.public_id}", after={"by": by.name})
    return row


def _check_may_record(sitting: Sitting, by: Attendance, contract: Contract) -> None:
    settings = defaults.of_meeting(sitting.meeting, queries.space_of(contract))
    if sitting.ended_at or not queries.is_open(contract):
        raise NotPossible(_("This meeting is over."))
    if settings["record"] == "nobody":
        raise NotPossible(_("Recording is switched off for this meeting. Its settings can be changed by the host."))
    if by.role not in (Role.HOST, Role.CO_HOST):
        raise permissions.NotAllowed("meetings.record")
    if not defaults.rights(by.licence)["record"]:
        raise NotPossible(_("Your licence does not include recording. An administrator can change its group."))
    if shutil.disk_usage(config.var()).free < SPACE_NEEDED:
        raise NotPossible(_("There is no room left for recordings. Tell your provider."))


@whole
def stop(*, recording: Recording, at: datetime | None = None) -> None:
    """It is complete: its film will be made. Who was there while it ran is kept. Twice is once."""
    own = locked(Recording.objects).select_related("sitting").get(pk=recording.pk)
    if own.state != State.RECORDING:
        return
    own.stopped_at, own.ended_us = at or clock.now(), time.time_ns() // 1000
    own.present, own.state = present(own, own.stopped_at), State.QUEUED
    own.save(update_fields=["stopped_at", "ended_us", "present", "state"])


def present(recording: Recording, until: datetime) -> list[dict[str, object]]:
    """Who was in the sitting at any moment from the recording's start to a moment."""
    there = Attendance.objects.filter(sitting=recording.sitting_id, joined_at__lte=until)
    there = there.filter(Q(left_at__isnull=True) | Q(left_at__gte=recording.started_at))
    return [
        {
            "id": str(one.public_id),
            "name": one.name,
            "kind": one.kind,
            "from": max(one.joined_at, recording.started_at).isoformat(),
            "to": min(one.left_at or until, until).isoformat(),
        }
        for one in there.order_by("joined_at", "pk")
    ]


def recover(sitting: Sitting) -> Recording | None:
    """After a crash: the recording that shall go on where the sitting does. One whose sitting is over is stopped."""
    running = Recording.objects.filter(sitting=sitting, state=State.RECORDING).first()
    ended = Sitting.objects.filter(pk=sitting.pk).values_list("ended_at", flat=True).first()
    if running and ended:
        stop(recording=running, at=ended)
        return None
    return running


def _require(recording: Recording, person: Person) -> None:
    """The host and the organisation's administrators decide about a recording."""
    contract = recording.contract
    action = "meetings.use" if recording.sitting.meeting.host_id == person.pk else "meetings.manage"
    permissions.require(person, action, provider=contract.provider, organisation=contract.organisation)


@whole
def retry(*, recording: Recording, person: Person) -> None:
    """Make the film again, with all its tries anew. Staff of the provider may, too."""
    contract = recording.contract
    if not permissions.may(person, "meetings.retry", provider=contract.provider):
        _require(recording, person)
    own = _locked(recording)
    if own.state != State.FAILED:
        return
    own.state, own.tries, own.progress, own.reason, own.not_before = State.QUEUED, 0, 0, "", None
    own.save(update_fields=["state", "tries", "progress", "reason", "not_before"])
    audited(contract, person, "meetings.retry-recording", str(own.public_id))


@whole
def cancel(*, recording: Recording, person: Person) -> None:
    """Stop making the film; whoever is at it notices and lets go."""
    _require(recording, person)
    own = _locked(recording)
    if own.state not in (State.QUEUED, State.PROCESSING):
        return
    own.state, own.reason, own.claim, own.claimed_until = State.FAILED, "cancelled", None, None
    own.save(update_fields=["state", "reason", "claim", "claimed_until"])
    audited(own.contract, person, "meetings.cancel-recording", str(own.public_id))


@whole
def delete(*, recording: Recording, person: Person) -> None:
    """Nobody can watch it any more; it can be taken back for some days and is then erased. Twice is once."""
    _require(recording, person)
    own = _locked(recording)
    if own.deleted_at or own.state == State.DELETED:
        return
    if own.state == State.RECORDING:
        raise NotPossible(_("It is running. Stop the recording in the room first."))
    if hold := holds.standing(own.contract):
        raise NotPossible(
            _("This recording is preserved under %(clause)s and cannot be deleted now.") % {"clause": hold.clause}
        )
    own.deleted_at, own.deleted_by = clock.now(), person
    own.save(update_fields=["deleted_at", "deleted_by"])
    audited(own.contract, person, "meetings.delete-recording", str(own.public_id))


@whole
def bring_back(*, recording: Recording, person: Person) -> None:
    """Take a deletion back, as long as the files are there. Twice is once."""
    _require(recording, person)
    own = _locked(recording)
    if own.state == State.DELETED:
        raise NotPossible(_("It is erased for good and cannot be brought back."))
    if own.deleted_at is None:
        return
    own.deleted_at, own.deleted_by = None, None
    own.save(update_fields=["deleted_at", "deleted_by"])
    audited(own.contract, person, "meetings.restore-recording", str(own.public_id))


def _locked(recording: Recording) -> Recording:
    rows = locked(Recording.objects).select_related("contract__provider", "sitting__meeting")
    return rows.get(pk=recording.pk)


@whole
def erase(recordings: Iterable[Recording], *, clause: str, scope: str) -> dict[str, int]:
    """For good: rows and files, with a record of the deletion for each contract. A legal hold stops it."""
    counts: dict[str, int] = {}
    by_contract: dict[Contract, list[Recording]] = {}
    for row in recordings:
        by_contract.setdefault(row.contract, []).append(row)
    for contract, rows in by_contract.items():
        if holds.standing(contract):
            continue
        own = _erase(rows, clause)
        if own:
            DeletionRecord.objects.create(contract=contract, at=clock.now(), clause=clause, scope=scope, counts=own)
        counts = {name: counts.get(name, 0) + own.get(name, 0) for name in {*counts, *own}}
    return counts


def _erase(rows: list[Recording], clause: str) -> dict[str, int]:
    """How much of what it was. The row stays as a mark, without names; files go after the commit."""
    keys = [row.pk for row in rows]
    live = locked(Recording.objects).filter(pk__in=keys).exclude(state=State.DELETED)
    found = list(live.select_related("contract__provider", "sitting__meeting"))
    if not found:
        return {}
    keys = [row.pk for row in found]
    counts = {
        "recordings": len(found),
        "tracks": Track.objects.filter(recording__in=keys).count(),
        "bytes": sum(row.bytes for row in found),
    }
    for table in (Track, Viewing, Share):
        table.objects.filter(recording__in=keys).delete()
    Recording.objects.filter(pk__in=keys).update(
        state=State.DELETED, erased_at=clock.now(), clause=clause, present=[], chapters=[], claim=None, detail="",
        started_by=None, started_by_name="",
    )  # fmt: skip
    for row in found:
        telling.tell_recording(telling.ERASED, row, clause=clause)
    transaction.on_commit(lambda: remove_files(keys))
    return counts


def remove_files(keys: Iterable[int] | None = None) -> int:
    """Remove the files of what is erased; how many recordings. Called after each erasing, and by the worker for what
    a crash left."""
    rows = Recording.objects.filter(state=State.DELETED, files_gone_at__isnull=True).select_related("contract")
    rows = rows.select_related("contract", "sitting")
    count = 0
    for row in rows if keys is None else rows.filter(pk__in=list(keys)):
        shutil.rmtree(row.folder, ignore_errors=True)
        if not row.folder.exists():
            _remove_raw(row)
            Recording.objects.filter(pk=row.pk).update(files_gone_at=clock.now())
            count += 1
    return count


def _remove_raw(row: Recording) -> None:
    """What the engine wrote for it and no worker took yet."""
    from musubu.meetings.jobs.collecting import raw_files

    for path in raw_files(row):
        path.unlink(missing_ok=True)


def delete_all(contract: Contract) -> dict[str, int]:
    """All recordings of a contract; how much of what it was. Whoever calls writes the record of the deletion."""
    running = Recording.objects.filter(contract=contract, state=State.RECORDING)
    for row in running:
        stop(recording=row)
    return _erase(list(Recording.objects.filter(contract=contract)), "")
