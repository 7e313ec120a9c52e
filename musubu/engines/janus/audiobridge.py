"""The AudioBridge plugin, as far as callers with plain RTP need it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from musubu.engines.janus.client import EngineError, Handle, Json

EXISTS = 486
PAYLOAD_TYPES = {"pcmu": 0, "pcma": 8, "opus": 100}
# A telephone's own. At any other the engine would stretch G.711 by zeros and thin it out without a filter, so that voices
# come with images of themselves as loud as they are; between this rate and Opus the codec itself filters.
RATE = 8000


@dataclass(frozen=True, slots=True)
class Leg:
    """One RTP participant: where it must send to, and its number for later requests."""

    feed: int
    host: str
    port: int
    payload_type: int


class AudioBridges:
    """Whole mixers, on one control handle."""

    def __init__(self, handle: Handle, key: str) -> None:
        self.handle, self.key = handle, key

    async def ensure(self, room: str, secret: str) -> None:
        """A mixer with two groups: `web` (from the video room) and `phone`."""
        body = {
            "request": "create", "admin_key": self.key, "room": room, "secret": secret, "permanent": False,
            "is_private": True, "sampling_rate": RATE, "allow_rtp_participants": True, "groups": ["web", "phone"],
        }  # fmt: skip
        try:
            await self.handle.message(body)
        except EngineError as error:
            if error.code != EXISTS:
                raise

    async def destroy(self, room: str, secret: str) -> None:
        with contextlib.suppress(EngineError):
            await self.handle.message({"request": "destroy", "room": room, "secret": secret, "permanent": False})

    async def forward(self, room: str, secret: str, group: str, host: str, port: int, ssrc: int) -> int:
        """Send a group's mix as Opus over plain RTP, without a pause; the number with which it is stopped."""
        body = {
            "request": "rtp_forward", "admin_key": self.key, "room": room, "secret": secret, "group": group, "host": host,
            "port": port, "ssrc": ssrc, "codec": "opus", "ptype": 111, "always_on": True,
        }  # fmt: skip
        return int((await self.handle.message(body)).data["stream_id"])

    async def mute(self, room: str, secret: str, feed: int, on: bool) -> None:
        body: Json = {"request": "mute" if on else "unmute", "room": room, "secret": secret, "id": feed}
        await self.handle.message(body)


async def join_leg(
    handle: Handle, room: str, *, group: str, display: str, codec: str, host: str = "", port: int = 0
) -> Leg:
    """A participant with plain RTP on a handle of its own. Without host and port it only receives, from any source."""
    payload = 111 if group == "web" else PAYLOAD_TYPES[codec]
    rtp: Json = {"ip": host, "port": port} if port else {}
    if codec == "opus":
        rtp["payload_type"] = payload
    body = {"request": "join", "room": room, "group": group, "display": display, "codec": codec, "rtp": rtp}
    data = (await handle.message(body)).data
    told = data["rtp"]
    return Leg(data["id"], told["ip"], told["port"], told.get("payload_type", payload))
