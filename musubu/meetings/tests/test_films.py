"""Recordings of real media become one film: everybody seen and heard, made once, whatever dies on the way."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from musubu.engines import ffmpeg
from musubu.engines.ffmpeg import EngineFailed
from musubu.meetings import telling
from musubu.meetings.actions import recordings
from musubu.meetings.composing import rendering
from musubu.meetings.jobs import processing
from musubu.meetings.models import Recording, Track
from musubu.meetings.tests.company import Company
from musubu.meetings.tests.filmed import GREEN, NAMES, RED, SECONDS, VOICE, Filmed, dot, filmed, loudness, record_cast
from musubu.notices.models import Notice
from musubu.parties import wall

State = Recording.State


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    record_cast(folder)
    return folder


@pytest.fixture
def one(company: Company, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Filmed]:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    yield filmed(company, files)


@pytest.mark.slow
def test_everybody_is_seen_and_heard(one: Filmed) -> None:
    told: list[tuple[str, dict[str, object]]] = []
    telling.TELL.append(lambda kind, contract, data: told.append((kind, data)))
    try:
        assert processing.run_one() and not processing.run_one()
    finally:
        telling.TELL.pop()
    row = Recording.objects.get()
    assert row.state == State.READY, row.detail
    found = ffmpeg.facts(row.film)
    assert found.has_sound and found.has_picture and (found.width, found.height) == (1280, 720)
    assert abs(found.milliseconds - SECONDS * 1000) < 1500 and found.milliseconds == row.milliseconds
    _check_pictures(row)
    for hertz, begin, end in ((440, 1, 11), (660, 4, 8), (880, 3, 11)):
        assert loudness(row.film, hertz, begin, end) > -45
    assert loudness(row.film, 660, 10, 11.5) < loudness(row.film, 660, 4, 8) - 20  # gone by then
    what = [(chapter["what"], chapter["name"]) for chapter in row.chapters]
    assert ("joined", NAMES[RED]) in what and ("left", NAMES[GREEN]) in what and ("shares", NAMES[RED]) in what
    assert [one["name"] for one in row.present] == list(NAMES.values())
    tracks = Track.objects.filter(recording=row)
    assert {(track.name, track.source) for track in tracks} == {
        (NAMES[RED], "mic"), (NAMES[RED], "camera"), (NAMES[RED], "screen"),
        (NAMES[GREEN], "mic"), (NAMES[GREEN], "camera"), (NAMES[VOICE], "mic"),
    }  # fmt: skip
    assert all(track.path.stat().st_size == track.bytes for track in tracks) and row.poster.stat().st_size > 1000
    assert not (row.folder / "raw").exists() and not list(row.folder.glob("work-*"))
    assert Notice.objects.get(kind="meeting.recorded").to_email == one.company.owner.email
    assert [kind for kind, _ in told] == [telling.RECORDED] and told[0][1]["recording"] == str(row.public_id)


def _check_pictures(row: Recording) -> None:
    """The colour of each person where the layout puts them."""
    red, green, _blue = dot(row.film, 1, 300, 300)
    assert red > 200 and green < 60  # alone, or beside the one who is only heard: large
    left, right = dot(row.film, 4, 320, 180), dot(row.film, 4, 960, 180)
    assert left[0] > 200 and right[1] > 90 and right[0] < 60  # red and green side by side
    screen = dot(row.film, 8, 500, 360)
    assert screen[2] > 200 and screen[0] < 60  # the shared screen is the large picture
    assert dot(row.film, 8, 1150, 160)[0] > 200  # with people in the column


@pytest.mark.slow
def test_a_failure_waits_tries_again_and_gives_up_with_a_reason(one: Filmed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Path:
        raise EngineFailed("the encoder fell over")

    monkeypatch.setattr(rendering, "render", broken)
    for turn in (1, 2, 3):
        assert processing.run_one()
        assert not processing.run_one()  # not before its time
        row = Recording.objects.get()
        assert row.tries == turn
        Recording.objects.update(not_before=None)
    assert row.state == State.FAILED and row.reason == "engine" and "fell over" in row.detail
    assert not processing.run_one()
    monkeypatch.undo()
    os.environ["MUSUBU_VAR"] = str(row.folder.parents[3])
    recordings.retry(recording=row, person=one.company.owner)
    assert processing.claim() is not None


def test_nothing_was_sent(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/videoroom-r-user-a-1-audio-0.mjr").write_bytes(b"MJR00002")
    one = filmed(company, tmp_path / "empty")
    assert processing.run_one()
    one.recording.refresh_from_db()
    assert (one.recording.state, one.recording.reason, one.recording.tries) == (State.FAILED, "nothing", 1)


@pytest.mark.slow
def test_a_cancelled_one_is_let_go(one: Filmed) -> None:
    def stop_it(row: Recording) -> None:
        recordings.cancel(recording=row, person=one.company.owner)

    assert processing.run_one(stop_it)
    one.recording.refresh_from_db()
    assert (
        one.recording.state == State.FAILED and one.recording.reason == "cancelled" and not one.recording.film.exists()
    )
    assert not list(one.recording.folder.glob("work-*")) and list(one.recording.folder.glob("raw/*.mjr"))


@pytest.mark.long
def test_a_worker_that_dies_loses_nothing_and_three_are_enough(one: Filmed) -> None:
    first = processing.claim()
    assert first and processing.claim() is None
    for _ in range(2):
        Recording.objects.update(claimed_until=wall.now() - timedelta(seconds=1))
        later = processing.claim()
        assert later and later.claim != first.claim
    with pytest.raises(processing.LetGo):
        processing._Beat(first)(50)
    Recording.objects.update(claimed_until=wall.now() - timedelta(seconds=1))
    assert processing.claim() is None
    one.recording.refresh_from_db()
    assert one.recording.state == State.FAILED and one.recording.reason == "interrupted"
    assert Notice.objects.get(kind="meeting.recorded").to_email == one.company.owner.email


@pytest.mark.long
def test_files_that_a_dead_engine_left_open_are_taken(one: Filmed) -> None:
    raw = recordings.raw_folder(one.sitting)
    path = next(iter(sorted(raw.glob("*.mjr"))))
    path.rename(path.with_name(path.name + ".tmp"))
    os.utime(path.with_name(path.name + ".tmp"), (time.time() - 60,) * 2)
    from musubu.meetings.jobs import collecting

    taken = collecting.take(one.recording)
    assert path.name in {found.name for found in taken} and not list(raw.iterdir())
    assert collecting.take(one.recording) == taken


def test_ffmpeg_that_hangs_or_fails_is_ended(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="No such file"):
        ffmpeg.run(["-i", "nowhere.webm", "o.mp4"], tmp_path)
    began = time.monotonic()
    endless = ["-re", "-f", "lavfi", "-i", "color=red", "-f", "null", "-"]

    def enough(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ffmpeg.run(endless, tmp_path, enough)
    assert time.monotonic() - began < 10
    listed = subprocess.run(["pgrep", "-P", str(os.getpid()), "ffmpeg"], capture_output=True, text=True)
    assert not listed.stdout.strip()
