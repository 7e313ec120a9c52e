"""Real recordings for tests: people whose sound and picture ffmpeg sends by RTP into a private Janus, which records."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musubu.engines.janus.client import Janus
from musubu.engines.janus.videoroom import VideoRooms
from tests.engines import running_janus

SECRET = "room-secret"


@dataclass(frozen=True)
class Sender:
    """Somebody in the room: a coloured picture (none: without), a tone in Hz, from when to when in seconds."""

    feed: str
    colour: str = ""
    tone: int = 0
    begin: float = 0
    end: float = 0
    source: str = "camera"
    size: str = "640x360"


def record(room: str, folder: Path, senders: list[Sender], seconds: float) -> None:
    """Record a room with these people for some seconds into a folder."""
    with running_janus() as engine:
        asyncio.run(_record(engine.socket, engine.instance, room, folder, senders, seconds))


async def _record(socket: Path, instance: Any, room: str, folder: Path, senders: list[Sender], seconds: float) -> None:
    janus = Janus(socket, instance.api, lambda: None)
    await janus.connect()
    rooms = VideoRooms(await janus.attach("videoroom", lambda event: None), instance.room)
    await rooms.ensure(
        room, SECRET, publishers=50, audiocodec="opus", videocodec="vp8", record=False, rec_dir=str(folder)
    )
    await rooms.record(room, SECRET, True)
    start = time.monotonic()
    await asyncio.gather(*(_send(rooms, room, one, start, seconds) for one in senders))
    await asyncio.sleep(max(0, start + seconds - time.monotonic()))
    await rooms.record(room, SECRET, False)
    await asyncio.sleep(0.3)
    await rooms.destroy(room, SECRET)
    await janus.close()


async def _send(rooms: VideoRooms, room: str, one: Sender, start: float, seconds: float) -> None:
    await asyncio.sleep(max(0, start + one.begin - time.monotonic()))
    streams: list[dict[str, Any]] = []
    if one.tone:
        streams.append({"mid": "0", "mindex": 0, "type": "audio", "codec": "opus", "description": "mic"})
    if one.colour:
        n = len(streams)
        streams.append({"mid": str(n), "mindex": n, "type": "video", "codec": "vp8", "description": one.source})
    at = await rooms.add_remote(room, SECRET, one.feed, one.feed, streams)
    for on in (False, True):  # the engine records a publisher of plain RTP only from the next start on
        await rooms.record(room, SECRET, on)
    last = (one.end or seconds) - 0.1
    child = subprocess.Popen(
        _command(one, at["port"], last - one.begin), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        await asyncio.sleep(max(0, start + last - time.monotonic()))
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
    await rooms.remove_remote(room, SECRET, one.feed)


def _command(one: Sender, port: int, seconds: float) -> list[str]:
    command = ["ffmpeg", "-v", "error", "-nostdin"]
    if one.tone:
        command += ["-re", "-f", "lavfi", "-i", f"sine=f={one.tone}:r=48000:d={seconds}"]
    if one.colour:
        command += ["-re", "-f", "lavfi", "-i", f"color=c={one.colour}:s={one.size}:r=15:d={seconds}"]
    if one.tone:
        command += ["-map", "0:a", "-c:a", "libopus", "-b:a", "32k", "-f", "rtp", "-payload_type", "111",
                    "-ssrc", "1000", f"rtp://127.0.0.1:{port}?pkt_size=1200"]  # fmt: skip
    if one.colour:
        number = 1 if one.tone else 0
        command += ["-map", f"{number}:v", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "8",
                    "-f", "rtp", "-payload_type", "96", "-ssrc", str(1000 + 10 * number), f"rtp://127.0.0.1:{port}?pkt_size=1200"]  # fmt: skip
    return command
