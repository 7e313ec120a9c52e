"""What ffprobe knows of a media file."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 120


@dataclass(frozen=True)
class Facts:
    """A media file's length and streams; width and height of its first picture stream, 0 without one."""

    milliseconds: int
    width: int
    height: int
    has_sound: bool
    has_picture: bool


def facts(path: Path) -> Facts:
    """Raises ValueError where the file cannot be read as media."""
    found = _ask(path, "-show_entries", "format=duration:stream=codec_type,width,height")
    streams = found.get("streams", [])
    pictures = [one for one in streams if one.get("codec_type") == "video"]
    first = pictures[0] if pictures else {}
    return Facts(
        milliseconds=round(float(found.get("format", {}).get("duration", 0)) * 1000),
        width=int(first.get("width", 0)),
        height=int(first.get("height", 0)),
        has_sound=any(one.get("codec_type") == "audio" for one in streams),
        has_picture=bool(pictures),
    )


def packet_times(path: Path) -> list[int]:
    """When each packet of the first stream is shown or heard, in milliseconds, in order; nothing is decoded."""
    found = _ask(path, "-select_streams", "0", "-show_entries", "packet=pts_time")
    times = [one["pts_time"] for one in found.get("packets", []) if one.get("pts_time", "N/A") != "N/A"]
    return sorted(round(float(one) * 1000) for one in times)


def _ask(path: Path, *what: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", *what, "-i", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip()[-300:] or "not media")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
