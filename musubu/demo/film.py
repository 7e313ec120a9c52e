"""A short recording for the demonstration: two drawn scenes with a sound, made in a second or two."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import typst

from musubu.engines import ffmpeg
from musubu.meetings.actions import recordings
from musubu.meetings.models import Attendance, Recording, Sitting, Track
from musubu.refusals import NotPossible
from musubu.transactions import whole

SECONDS = 12  # of each scene
WIDTH, HEIGHT = 640, 360
COLOURS = ("#2f4b6e", "#6e3a4f", "#2f5e4e", "#5b4a7a")
PAGE = '#set page(width: 640pt, height: 360pt, margin: 8pt, fill: rgb("#11161d"))\n#set text(font: "Noto Sans CJK JP", fill: white)\n'
TILE = (
    'block(width: {w}pt, height: {h}pt, fill: rgb("{colour}"), radius: 6pt, inset: 8pt)'
    "[#align(center + horizon, circle(radius: {r}pt, fill: white.transparentize(80%), align(center + horizon, "
    'text(size: {r}pt, "{first}"))))#place(bottom + left, text(size: 13pt, "{name}"))]'
)
SLIDE = (
    'block(width: 490pt, height: 344pt, fill: white, radius: 6pt, inset: 24pt)[#set text(fill: rgb("#1b2733"))\n'
    '#text(size: 26pt, weight: "bold", "{title}")\n#v(12pt)\n#text(size: 17pt)[{points}]]'
)


def add(sitting: Sitting, host: Attendance, names: list[str], at: datetime) -> Recording | None:
    """A recording that is ready. Nothing where this machine has no ffmpeg, or no room on its disk."""
    if not shutil.which("ffmpeg"):
        return None
    with tempfile.TemporaryDirectory(prefix="demo-film-") as name:
        folder = Path(name)
        try:
            _make(folder, names[:4], sitting.meeting.title)
            return _keep(sitting, host, folder, at)
        except (ffmpeg.EngineFailed, NotPossible, OSError):
            return None


def _make(folder: Path, names: list[str], title: str) -> None:
    for n, scene in enumerate((_grid(names), _talk(names, title))):
        made = typst.compile(scene.encode(), format="png", ppi=72)
        (folder / f"scene{n}.png").write_bytes(made if isinstance(made, bytes) else made[0])
    still = ["-loop", "1", "-framerate", "10", "-t", str(SECONDS), "-i"]
    voice = f"aevalsrc='0.15*sin(2*PI*(180+40*sin(t*3))*t)*(0.5+0.5*sin(2*PI*t/1.7))':d={SECONDS * 2}:s=48000"
    picture = (
        "[0:v][1:v]concat=n=2:v=1,drawbox=x='20+mod(t*24,600)':y=350:w=24:h=4:color=0x8cc1ea:t=fill,format=yuv420p[v]"
    )
    ffmpeg.run(
        [*still, "scene0.png", *still, "scene1.png", "-f", "lavfi", "-i", voice, "-filter_complex", picture,
         "-map", "[v]", "-map", "2:a", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-g", "20",
         "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "meeting.mp4",
         "-map", "2:a", "-c:a", "libopus", "-b:a", "24k", "1.opus",
         "-map", "1:v", "-frames:v", "1", "poster.jpg"],
        folder, limits=ffmpeg.Limits(niceness=0),
    )  # fmt: skip


def _tile(name: str, colour: str, width: int, height: int) -> str:
    return TILE.format(w=width, h=height, colour=colour, r=min(width, height) // 4, first=name[0], name=name)


def _grid(names: list[str]) -> str:
    tiles = ", ".join(_tile(name, COLOURS[n], 308, 168) for n, name in enumerate(names))
    return f"{PAGE}#grid(columns: 2, gutter: 8pt, {tiles})"


def _talk(names: list[str], title: str) -> str:
    """A shared screen with the people in a column."""
    column = ", ".join(_tile(name, COLOURS[n], 126, 80) for n, name in enumerate(names))
    points = r"・第3四半期の実績 \ ・重点商品と担当 \ ・次回までの宿題"
    return f"{PAGE}#grid(columns: 2, gutter: 8pt, {SLIDE.format(title=title, points=points)}, stack(spacing: 8pt, {column}))"


@whole
def _keep(sitting: Sitting, host: Attendance, made: Path, at: datetime) -> Recording:
    """Its rows as the room and the worker leave them, its files where they lie."""
    row = recordings.begin(sitting=sitting, by=host, at=at)
    ends = at + timedelta(seconds=2 * SECONDS)
    recordings.stop(recording=row, at=ends)
    (row.folder / "tracks").mkdir(parents=True, exist_ok=True)
    for name, place in (
        ("meeting.mp4", row.film),
        ("poster.jpg", row.poster),
        ("1.opus", row.folder / "tracks/1.opus"),
    ):
        shutil.move(made / name, place)
    sound = (row.folder / "tracks/1.opus").stat().st_size
    Track.objects.create(
        recording=row, attendance=host, feed=str(host.public_id), name=host.name, source="mic", kind="audio",
        file="tracks/1.opus", starts_us=0, milliseconds=2000 * SECONDS, bytes=sound,
    )  # fmt: skip
    chapters = [
        {"at": 0, "what": "joined", "name": host.name},
        {"at": 1000 * SECONDS, "what": "shares", "name": host.name},
    ]
    Recording.objects.filter(pk=row.pk).update(
        state=Recording.State.READY, progress=100, ready_at=ends, milliseconds=2000 * SECONDS, width=WIDTH, height=HEIGHT,
        bytes=row.film.stat().st_size + sound, chapters=chapters,
    )  # fmt: skip
    row.refresh_from_db()
    return row
