"""Films are made here: claimed by any number of workers, with progress, tried again, and made once."""

from __future__ import annotations

import errno
import logging
import shutil
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from musubu import clock, config
from musubu.engines import ffmpeg
from musubu.meetings import dressing, telling
from musubu.meetings.composing import rendering, timeline
from musubu.meetings.jobs import collecting
from musubu.meetings.jobs.collecting import Collected
from musubu.meetings.models import Attendance, Recording, Track
from musubu.meetings.models.recordings import FILM, POSTER
from musubu.meetings.wording import Letter
from musubu.notices import actions as notices
from musubu.parties import wall
from musubu.transactions import locked, unheld, whole

State = Recording.State
LEASE = timedelta(seconds=30)  # what a worker that died had claimed is free again after this
TRIES = 3
PAUSES = (timedelta(seconds=20), timedelta(minutes=2))  # before the second and the third try
BEAT = 1.0  # seconds between two signs of life
RELATED = "contract__provider", "sitting__meeting__host"
COLLECTED = 10  # percent of the work that is done when all files are repacked
log = logging.getLogger("recordings")


class LetGo(Exception):
    """The recording is another worker's by now, or somebody cancelled or deleted it."""


class Hopeless(Exception):
    """No further try would help; the text is a key of `recordings.REASONS`."""


@whole
def claim() -> Recording | None:
    """Take the recording that waits longest. One that broke its workers as often as tries are given fails."""
    now = wall.now()
    stalled = Q(state=State.PROCESSING, claimed_until__lt=now)
    for broken in Recording.objects.filter(stalled, tries__gte=TRIES).select_related(*RELATED):
        with clock.standing_at(broken.contract.provider.sandbox_now):
            fail(broken, "interrupted", "", final=True)
    rows = Recording.objects.filter(Q(state=State.QUEUED) | stalled, deleted_at__isnull=True)
    rows = rows.filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
    key = unheld(rows).order_by("stopped_at", "pk").values_list("pk", flat=True).first()
    if key is None:
        return None
    Recording.objects.filter(pk=key).update(
        state=State.PROCESSING, claim=uuid.uuid4(), claimed_until=now + LEASE, tries=F("tries") + 1, progress=0
    )
    return Recording.objects.select_related(*RELATED).get(pk=key)


def run_one(on_claim: Callable[[Recording], None] = lambda _: None) -> bool:
    """Make one film, if any waits; whether one did."""
    row = claim()
    if row is None:
        return False
    on_claim(row)
    with clock.standing_at(row.contract.provider.sandbox_now):
        try:
            make(row)
        except LetGo:
            log.info("recording %s was taken away", row.public_id)
        except Hopeless as error:
            fail(row, str(error), "", final=True)
        except Exception as error:
            log.exception("recording %s could not be made in try %s", row.public_id, row.tries)
            full = (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left" in str(error)
            fail(row, "space" if full else "engine", str(error)[-4000:])
        finally:
            shutil.rmtree(_work(row), ignore_errors=True)
    return True


def _work(row: Recording) -> Path:
    """A folder of this claim alone: two workers never meet in it."""
    return row.folder / f"work-{row.claim}"


def make(row: Recording) -> None:
    """Repack, lay out, render, then put everything into place at once."""
    beat = _Beat(row)
    for old in row.folder.glob("work-*"):
        shutil.rmtree(old, ignore_errors=True)
    files = collecting.take(row)
    if not files:
        raise Hopeless("nothing")
    work = _work(row)
    work.mkdir(parents=True)
    found = collecting.collect(row, files, work, beat)
    if not found.clips:
        raise Hopeless("unreadable" if any(path.stat().st_size > 1000 for path in files) else "nothing")
    beat(COLLECTED)
    people = timeline.presences(found.clips, found.known)
    scenes = timeline.scenes(found.clips, people, found.length)
    share = (98 - COLLECTED) / max(1, found.length)
    film = rendering.render(found.clips, scenes, found.length, work, lambda done: beat(COLLECTED + round(done * share)))
    rendering.poster(film, min(found.length // 4, found.length - 100), work)
    beat(99)
    _finish(row, found, work, timeline.chapters(found.clips, people, found.length))


class _Beat:
    """Signs of life with the progress; raises LetGo when the claim is no longer ours."""

    def __init__(self, row: Recording) -> None:
        self.row, self.last, self.progress = row, 0.0, 0

    def __call__(self, progress: int | None = None) -> None:
        self.progress = min(99, max(self.progress, progress or 0))
        if time.monotonic() - self.last < BEAT:
            return
        self.last = time.monotonic()
        own = Recording.objects.filter(pk=self.row.pk, claim=self.row.claim, deleted_at__isnull=True)
        if not own.update(progress=self.progress, claimed_until=wall.now() + LEASE):
            raise LetGo


def _finish(row: Recording, found: Collected, work: Path, chapters: list[dict[str, object]]) -> None:
    """Files first, then the row: whoever sees it ready finds its film."""
    facts = ffmpeg.facts(work / FILM)
    tracks = row.folder / "tracks"
    shutil.rmtree(tracks, ignore_errors=True)
    tracks.mkdir()
    for clip in found.clips:
        (work / clip.file).rename(tracks / clip.file)
    for name in (POSTER, FILM):
        (work / name).rename(row.folder / name)
    with transaction.atomic():
        own = locked(Recording.objects).filter(pk=row.pk, claim=row.claim).first()
        if own is None:
            raise LetGo
        Track.objects.filter(recording=own).delete()
        kept = Track.objects.bulk_create(_tracks(row, found))
        own.state, own.progress, own.reason, own.detail = State.READY, 100, "", ""
        own.claim, own.claimed_until, own.ready_at = None, None, clock.now()
        own.milliseconds, own.width, own.height = facts.milliseconds, facts.width, facts.height
        own.bytes = row.film.stat().st_size + sum(track.bytes for track in kept)
        own.chapters = chapters
        own.save()
        _tell(own)
    shutil.rmtree(row.folder / "raw", ignore_errors=True)  # the tracks hold the same media


def _tracks(row: Recording, found: Collected) -> list[Track]:
    keys = dict(Attendance.objects.filter(sitting=row.sitting_id).values_list("public_id", "pk"))
    known = {str(public): key for public, key in keys.items()}
    return [
        Track(
            recording=row, attendance_id=known.get(clip.person), feed=clip.person[:40], name=clip.name[:60],
            source=clip.source, kind=clip.kind, file=f"tracks/{clip.file}", starts_us=clip.begin * 1000,
            milliseconds=clip.end - clip.begin, bytes=(row.folder / "tracks" / clip.file).stat().st_size,
        )
        for clip in found.clips
    ]  # fmt: skip


def fail(row: Recording, reason: str, detail: str, final: bool = False) -> None:
    """Wait and try again, or give up and tell the host."""
    own = Recording.objects.filter(pk=row.pk, claim=row.claim)
    if not final and row.tries < TRIES:
        own.update(
            state=State.QUEUED, claim=None, claimed_until=None, detail=detail,
            not_before=wall.now() + PAUSES[row.tries - 1],
        )  # fmt: skip
        return
    if own.update(state=State.FAILED, claim=None, claimed_until=None, reason=reason, detail=detail):
        _mail(row, failed=True)
        telling.tell_recording(telling.UNRECORDED, row, reason=reason)


def _tell(row: Recording) -> None:
    """The host by mail, those who listen by webhook."""
    _mail(row, failed=False)
    telling.tell_recording(telling.RECORDED, row, seconds=row.milliseconds // 1000, bytes=row.bytes)


def _mail(row: Recording, *, failed: bool) -> None:
    meeting = row.sitting.meeting
    host = meeting.host
    with translation.override(host.language):
        link = f"{config.value('MUSUBU_ADDRESS')}/meetings/recordings/{row.public_id}/"
        if failed:
            subject = _("The recording of “%(title)s” could not be made") % {"title": meeting.title}
            opening = _("The sound and pictures are kept. Look at the page for the reason and try again there.")
        else:
            subject = _("The recording of “%(title)s” is ready") % {"title": meeting.title}
            opening = _("Watch it, share it by link or delete it on its page.")
        letter = Letter(
            subject, opening, meeting.title, button=(_("To the recording"), link), facts=((_("Recording:"), link),),
            sender=row.contract.organisation.name,
        )  # fmt: skip
        notices.send(
            provider=row.contract.provider, to_email=host.email, subject=subject, body=letter.text,
            files=dressing.dressed(letter, row.contract), contract=row.contract, language=host.language, kind="meeting.recorded",
            key=f"recording:{row.public_id}:{f'failed:{str(row.claim)[:8]}' if failed else 'ready'}",
        )  # fmt: skip
