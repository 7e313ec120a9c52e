"""From the engine's files to clips on one clock: which belong to a recording, whose they are, when they send."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from musubu.engines import ffmpeg
from musubu.engines.janus import recorded
from musubu.meetings.composing import timeline
from musubu.meetings.composing.timeline import Clip, Presence
from musubu.meetings.models import Attendance, Recording

PHONES = "phones"  # the feed in which all callers by telephone are heard together
CLOSING = 5.0  # seconds that the engine is given to close its files
SHORTEST = 100  # milliseconds; less is no media


@dataclass(frozen=True)
class Collected:
    """All clips of a recording. `zero_us`: the wall time at which the film begins; `lost`: files without media."""

    clips: list[Clip]
    known: list[Presence]
    length: int
    zero_us: int
    lost: int


def raw_files(recording: Recording) -> list[Path]:
    """What the engine wrote while the recording ran and no worker took yet."""
    from musubu.meetings.actions.recordings import raw_folder

    last = recording.ended_us or time.time_ns() // 1000
    found = []
    for path in raw_folder(recording.sitting).iterdir():
        name = recorded.named(path)
        if name and recording.begun_us <= name.us <= last:
            found.append(path)
    return sorted(found)


def take(recording: Recording) -> list[Path]:
    """Move the engine's files into the recording's own folder; one left open by an engine that died is taken as it
    is. Safe to run again."""
    own = recording.folder / "raw"
    own.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + CLOSING
    while any(path.name.endswith(".tmp") for path in raw_files(recording)) and time.monotonic() < end:
        if all(time.time() - path.stat().st_mtime > CLOSING for path in raw_files(recording)):
            break
        time.sleep(0.2)
    for path in raw_files(recording):
        path.rename(own / path.name.removesuffix(".tmp"))
    return sorted(own.glob("*.mjr"))


def collect(recording: Recording, files: list[Path], work: Path, beat: Callable[[], None]) -> Collected:
    """Repack every file into the work folder and read when it sends."""
    streams, lost = [], 0
    for path in files:
        try:
            streams.append(recorded.read(path))
        except recorded.Unreadable:
            lost += 1
    zero = min((one.first_us for one in streams), default=recording.begun_us)
    names = _names(recording)
    clips = []
    for n, stream in enumerate(sorted(streams, key=lambda one: (one.first_us, one.path.name)), 1):
        beat()
        clip = _clip(stream, work, f"{n:03}-{stream.kind}", zero, names)
        if clip is None:
            lost += 1
        else:
            clips.append(clip)
    length = max((clip.end for clip in clips), default=0)
    return Collected(clips, _known(recording, zero, length), length, zero, lost)


def _clip(stream: recorded.Stream, work: Path, stem: str, zero: int, names: dict[str, str]) -> Clip | None:
    try:
        path = recorded.repack(stream, work, stem)
        facts, times = ffmpeg.facts(path), ffmpeg.packet_times(path)
    except (recorded.Unreadable, ValueError):
        return None
    begin = (stream.first_us - zero) // 1000
    length = max(facts.milliseconds, times[-1] if times else 0)
    if length < SHORTEST:
        return None
    source = stream.source or ("mic" if stream.kind == "audio" else "camera")
    gap = timeline.GAP.get(source, timeline.GAP["camera"])
    spans = timeline.spans_of(times, begin, gap, length) if stream.kind == "video" else ()
    name = names.get(stream.feed) or (names[PHONES] if stream.feed == PHONES else "?")
    return Clip(path.name, stream.feed, name, source[:20], stream.kind, begin, begin + length, spans)


def _names(recording: Recording) -> dict[str, str]:
    """Feed -> what its person was called in the room."""
    rows = Attendance.objects.filter(sitting=recording.sitting_id).values_list("public_id", "name")
    with translation.override(recording.sitting.meeting.language):
        return {str(key): name for key, name in rows} | {PHONES: _("Telephone")}


def _known(recording: Recording, zero: int, length: int) -> list[Presence]:
    """Who was there by the attendance list, on the film's clock."""
    ahead = (recording.begun_us - zero) // 1000
    spans: dict[str, Presence] = {}
    for one in recording.present:
        if one["kind"] == Attendance.Kind.PHONE:
            continue  # heard through the callers' common feed
        begin, end = (_offset(recording, one[of]) + ahead for of in ("from", "to"))
        begin, end = max(0, begin), min(length, end + 1_000 if end > length - 3_000 else end)
        if end > begin:
            spans[one["id"]] = Presence(one["id"], one["name"], ((begin, end),))
    return list(spans.values())


def _offset(recording: Recording, text: str) -> int:
    return round((datetime.fromisoformat(text) - recording.started_at).total_seconds() * 1000)
