"""A sitting that was really recorded: three people, one of them only heard, and a shared screen, by a private Janus."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from musubu import clock
from musubu.engines.janus import recorded
from musubu.meetings.actions import recordings
from musubu.meetings.models import Attendance, Recording, Sitting
from musubu.meetings.tests.company import Company
from tests.recorded import Sender, record

RED, GREEN, VOICE = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
NAMES = {RED: "赤井 花子", GREEN: "緑川:'%{pts}\\", VOICE: "声の人"}
SECONDS = 12.0
CAST = [
    Sender(RED, "red", 440),
    Sender(GREEN, "green", 660, begin=2, end=8.5),
    Sender(VOICE, "", 880, begin=1),
    Sender(f"{RED}x", "blue", begin=5, source="screen", size="1280x720"),
]


def record_cast(folder: Path) -> None:
    record("sitting", folder, CAST, SECONDS)
    for path in folder.glob(f"*{RED}x*"):  # the screen is another stream of the same person
        path.rename(folder / path.name.replace(f"{RED}x", RED))


@dataclass
class Filmed:
    company: Company
    sitting: Sitting
    recording: Recording
    host: Attendance


def filmed(company: Company, files: Path) -> Filmed:
    """The sitting's rows, and the recorded files where the engine would have put them."""
    sitting = company.runs(company.plan(title="企画会議"))
    licence = company.contract.meeting_licences.get(holder=company.owner)
    for n, (key, name) in enumerate(NAMES.items()):
        Attendance.objects.create(
            public_id=key, sitting=sitting, kind="member" if key == RED else "guest", name=name,
            person=company.owner if key == RED else None, licence=licence if key == RED else None,
            role="host" if key == RED else "attendee", joined_at=clock.now() + timedelta(seconds=n),
            left_at=clock.now() + timedelta(seconds=8.5) if key == GREEN else None,
        )  # fmt: skip
    host = Attendance.objects.get(public_id=RED)
    recording = recordings.begin(sitting=sitting, by=host)
    copied = shutil.copytree(files, recordings.raw_folder(sitting), dirs_exist_ok=True)
    began = min(name.us for path in Path(copied).iterdir() if (name := recorded.named(path)))
    recordings.stop(recording=recording, at=clock.now() + timedelta(seconds=SECONDS))
    Recording.objects.filter(pk=recording.pk).update(begun_us=began - 1000)
    recording.refresh_from_db()
    return Filmed(company, sitting, recording, host)


def dot(film: Path, second: float, x: int, y: int) -> tuple[int, int, int]:
    """The colour of the film at a moment and place."""
    command = ["ffmpeg", "-v", "error", "-ss", str(second), "-i", str(film), "-frames:v", "1",
               "-vf", f"crop=8:8:{x - 4}:{y - 4},scale=1:1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]  # fmt: skip
    found = subprocess.run(command, capture_output=True, check=True).stdout
    return found[0], found[1], found[2]


def loudness(film: Path, hertz: int, begin: float, end: float) -> float:
    """How loud one tone is in a stretch of the film, in dB."""
    chain = (
        f"atrim={begin}:{end},bandpass=f={hertz}:width_type=h:w=40,bandpass=f={hertz}:width_type=h:w=40,volumedetect"
    )
    command = ["ffmpeg", "-v", "info", "-i", str(film), "-vn", "-af", chain, "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(said.split("mean_volume:")[1].split()[0])
