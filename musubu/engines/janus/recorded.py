"""What Janus leaves of a recorded room: one file for each stream of each publisher, and how it becomes playable."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"^videoroom-(?P<room>.+)-user-(?P<feed>.+)-(?P<us>\d+)-(?P<kind>audio|video)-(?P<index>\d+)\.mjr")
SUFFIX = {
    "opus": ".opus",
    "vp8": ".webm",
    "vp9": ".webm",
    "h264": ".mp4",
    "av1": ".mp4",
    "pcma": ".wav",
    "pcmu": ".wav",
}
PATIENCE = 600


class Unreadable(ValueError):
    """The file holds nothing that can be played."""


@dataclass(frozen=True)
class Stream:
    """A recorded stream. `began_us` is the wall time of its file, `first_us` of its first packet."""

    path: Path
    room: str
    feed: str
    kind: str  # audio | video
    source: str  # our own description: mic | camera | screen | …
    codec: str
    began_us: int
    first_us: int


@dataclass(frozen=True)
class Named:
    """What a file's name says."""

    room: str
    feed: str
    us: int
    kind: str
    open: bool  # Janus writes it still, or was ended while it did


def named(path: Path) -> Named | None:
    """None: not a recorded stream."""
    found = NAME.match(path.name)
    if not found or not path.name.endswith((".mjr", ".mjr.tmp")):
        return None
    return Named(found["room"], found["feed"], int(found["us"]), found["kind"], path.name.endswith(".tmp"))


def read(path: Path) -> Stream:
    """The stream's header. Raises Unreadable where no packet was written."""
    name = named(path)
    done = _tool("--json", str(path))
    try:
        header = json.loads(done.stdout)
        codec = str(header["c"])
    except (ValueError, KeyError):
        raise Unreadable(path.name) from None
    if name is None or codec not in SUFFIX:
        raise Unreadable(path.name)
    return Stream(
        path=path, room=name.room, feed=name.feed, kind=name.kind, source=str(header.get("d") or ""), codec=codec,
        began_us=int(header.get("s", name.us)), first_us=int(header.get("u") or header.get("s") or name.us),
    )  # fmt: skip


def repack(stream: Stream, folder: Path, stem: str) -> Path:
    """The same media in a file that players read; nothing is encoded anew. Raises Unreadable."""
    target = folder / (stem + SUFFIX[stream.codec])
    done = _tool(str(stream.path), str(target))
    if done.returncode or not target.exists() or not target.stat().st_size:
        target.unlink(missing_ok=True)
        raise Unreadable(stream.path.name)
    return target


def _tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["janus-pp-rec", *arguments]
    return subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, stdin=subprocess.DEVNULL
    )
