"""How quickly a recorded meeting becomes its film: real files of the engine, the worker's own job."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.recorded import Sender, record

SECONDS, CAMERAS = 60.0, 4
FACES = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, CAMERAS + 1)]
CAST = [Sender(key, "gray", 330 + 110 * n, size="1280x720", moving=True) for n, key in enumerate(FACES)]

# a sitting with these people, their files where the engine would have put them, and the job; says seconds and state
MADE = """
import os, shutil, sys, time
from datetime import timedelta
from pathlib import Path
import musubu.cli; musubu.cli.django()
from musubu import clock
from musubu.engines import ffmpeg
from musubu.engines.janus import recorded
from musubu.meetings.actions import recordings
from musubu.meetings.jobs import processing
from musubu.meetings.models import Attendance, Recording
from musubu.meetings.tests.company import open_company
raw, length, faces = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
with open_company() as company:
    sitting = company.runs(company.plan())
    licence = company.contract.meeting_licences.get(holder=company.owner)
    people = [
        Attendance.objects.create(public_id=key, sitting=sitting, kind="member", name=f"参加者{n}", person=company.owner,
            licence=licence, role="host", joined_at=clock.now())
        for n, key in enumerate(faces)
    ]
    made = recordings.begin(sitting=sitting, by=people[0])
    folder = shutil.copytree(raw, recordings.raw_folder(sitting), dirs_exist_ok=True)
    began = min(name.us for path in Path(folder).iterdir() if (name := recorded.named(path)))
    recordings.stop(recording=made, at=clock.now() + timedelta(seconds=length))
    Recording.objects.filter(pk=made.pk).update(begun_us=began - 1000)
    start = time.perf_counter()
    processing.run_one()
    spent = time.perf_counter() - start
    made.refresh_from_db()
    facts = ffmpeg.facts(made.film)
    print(spent, made.state, facts.milliseconds / 1000, f"{facts.width}x{facts.height}", made.film.stat().st_size)
"""


def recording() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        record("sitting", raw, CAST, SECONDS)
        environment = {**os.environ, "MUSUBU_VAR": folder, "DATABASE_URL": ""}
        run = [sys.executable, "-c"]
        subprocess.run(
            [*run, "from musubu.cli import main; main(['migrate'])"], env=environment, check=True, capture_output=True
        )
        made = subprocess.run(
            [*run, MADE, str(raw), str(SECONDS), *FACES], env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    spent, state, length, size, size_of_file = made.stdout.strip().splitlines()[-1].split()
    if state != "ready":
        raise RuntimeError(f"the recording is {state}")
    speed = float(length) / float(spent)
    return {
        "value": round(speed, 2),
        "unit": "times real time",
        "reach": "at least 2",
        "holds": speed >= 2 and size == "1280x720",
        "conditions": f"{float(length):.0f} s of {CAMERAS} cameras in 720p at 30 pictures/s, 1.5 Mbit/s each, with sound, recorded by "
        f"the engine; to one film of {size} ({int(size_of_file) / 1e6:.1f} MB) with poster and separate tracks in {float(spent):.1f} s",
    }
