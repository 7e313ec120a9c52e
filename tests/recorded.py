"""Real recordings for tests: people whose sound and picture ffmpeg sends by RTP into a private Janus, which records."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musubu.engines.janus.client import Janus
from musubu.engines.janus.videoroom import VideoRooms
from tests.engines import Running, running_janus

SECRET = "room-secret"


@dataclass(frozen=True)
class Sender:
    """Somebody in the room: a coloured picture (none: without), a tone in Hz, from when to when in seconds. `moving`:
    instead of the plain colour, ffmpeg's test picture with the grain of a camera, in 30 pictures a second."""

    feed: str
    colour: str = ""
    tone: int = 0
    begin: float = 0
    end: float = 0
    source: str = "camera"
    size: str = "640x360"
    moving: bool = False


def record(room: str, folder: Path, senders: list[Sender], seconds: float) -> None:
    """Record a room with these people for some seconds into a folder."""
    with tempfile.TemporaryDirectory() as prepared, running_janus() as engine:
        for one in senders:
            _prepare(one, _media(Path(prepared), one), (one.end or seconds) - 0.1 - one.begin)
        asyncio.run(_record(engine, room, folder, senders, seconds, Path(prepared)))


def _media(folder: Path, one: Sender) -> Path:
    return folder / f"{one.feed}.mkv"


async def _record(
    engine: Running, room: str, folder: Path, senders: list[Sender], seconds: float, prepared: Path
) -> None:
    janus = Janus(engine.socket, engine.instance.api, lambda: None)
    await janus.connect()
    rooms = VideoRooms(await janus.attach("videoroom", lambda event: None), engine.instance.room)
    await rooms.ensure(
        room, SECRET, publishers=50, audiocodec="opus", videocodec="vp8", record=False, rec_dir=str(folder)
    )
    await rooms.record(room, SECRET, True)
    start = time.monotonic()
    await asyncio.gather(*(_send(rooms, room, one, _media(prepared, one), start, seconds) for one in senders))
    await asyncio.sleep(max(0, start + seconds - time.monotonic()))
    await rooms.record(room, SECRET, False)
    await asyncio.sleep(0.3)
    await rooms.destroy(room, SECRET)
    await janus.close()


async def _send(rooms: VideoRooms, room: str, one: Sender, media: Path, start: float, seconds: float) -> None:
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
    child = subprocess.Popen(_command(one, media, at["port"]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        await asyncio.sleep(max(0, start + last - time.monotonic()))
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
    await rooms.remove_remote(room, SECRET, one.feed)


def _prepare(one: Sender, path: Path, seconds: float) -> None:
    """Encode beforehand: on a busy machine a live encoder would fall behind."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    if one.tone:
        command += ["-f", "lavfi", "-i", f"sine=f={one.tone}:r=48000:d={seconds}"]
    if one.moving:
        picture = f"testsrc2=s={one.size}:r=30:d={seconds},noise=alls=6:allf=t"
        command += ["-f", "lavfi", "-i", picture, "-b:v", "1500k"]
    elif one.colour:
        command += ["-f", "lavfi", "-i", f"color=c={one.colour}:s={one.size}:r=15:d={seconds}"]
    codecs = ["-c:a", "libopus", "-b:a", "32k", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "8"]
    subprocess.run([*command, *codecs, str(path)], check=True)


def _command(one: Sender, path: Path, port: int) -> list[str]:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-re", "-i", str(path)]
    kinds = [("a", "111")] if one.tone else []
    kinds += [("v", "96")] if one.colour else []
    for n, (kind, payload) in enumerate(kinds):
        command += ["-map", f"0:{kind}", "-c", "copy", "-f", "rtp", "-payload_type", payload,
                    "-ssrc", str(1000 + 10 * n), f"rtp://127.0.0.1:{port}?pkt_size=1200"]  # fmt: skip
    return command
