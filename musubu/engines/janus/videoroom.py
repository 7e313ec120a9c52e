"""The VideoRoom plugin: rooms, publishers, subscribers. Requests as measured with Janus 1.1.2."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from musubu.engines.janus.client import EngineError, Handle, Json, Reply

EXISTS, NO_SUCH_FEED = 427, 428
KEY_FRAMES = 2  # seconds between two of a sender who is recorded
SETTLED = 2.0  # seconds in which a publisher of plain RTP has come or gone


@dataclass(frozen=True, slots=True)
class Forward:
    """Where one stream of a publisher is sent as plain RTP: its mid, a port on a host, a payload type."""

    mid: str
    port: int
    payload_type: int
    rtcp_port: int = 0
    simulcast: bool = False

    def request(self) -> Json:
        found: Json = {"mid": self.mid, "port": self.port, "pt": self.payload_type}
        if self.rtcp_port:
            found["rtcp_port"] = self.rtcp_port
        if self.simulcast:
            found["simulcast"] = True
        return found


class VideoRooms:
    """What is asked about whole rooms, on one control handle. `key` is the engine's admin key; a room's own secret is
    given with each request."""

    def __init__(self, handle: Handle, key: str) -> None:
        self.handle, self.key = handle, key

    async def ensure(self, room: str, secret: str, **settings: Any) -> None:
        """Make the room; one that is there stays as it is."""
        body = {"request": "create", "admin_key": self.key, "room": room, "secret": secret, "permanent": False}
        try:
            await self.handle.message(body | settings)
        except EngineError as error:
            if error.code != EXISTS:
                raise

    async def destroy(self, room: str, secret: str) -> None:
        """Close the room; already gone is success."""
        with contextlib.suppress(EngineError):
            await self.handle.message({"request": "destroy", "room": room, "secret": secret, "permanent": False})

    async def kick(self, room: str, secret: str, feed: str) -> None:
        with contextlib.suppress(EngineError):
            await self.handle.message({"request": "kick", "room": room, "secret": secret, "id": feed})

    async def moderate(self, room: str, secret: str, feed: str, mid: str, mute: bool) -> None:
        """Let nobody receive a stream (or again), whatever its sender does."""
        body = {"request": "moderate", "room": room, "secret": secret, "id": feed, "mid": mid, "mute": mute}
        await self.handle.message(body)

    async def record(self, room: str, secret: str, on: bool) -> None:
        """Keep every stream of everybody in a file of its own, from now on or no longer. Where a sender's largest layer
        ends, the file goes on with the next key frame of a smaller one, for which the engine itself would never ask."""
        await self.handle.message({"request": "enable_recording", "room": room, "secret": secret, "record": on})
        often = KEY_FRAMES if on else 0
        await self.handle.message({"request": "edit", "room": room, "secret": secret, "new_fir_freq": often})

    async def forward(self, room: str, secret: str, feed: str, host: str, streams: list[Forward]) -> list[int]:
        """Send a publisher's streams as plain RTP; the numbers with which each is stopped."""
        body = {
            "request": "rtp_forward", "admin_key": self.key, "room": room, "secret": secret, "publisher_id": feed,
            "host": host, "streams": [one.request() for one in streams],
        }  # fmt: skip
        answer = await self.handle.message(body)
        return [int(one["stream_id"]) for one in answer.data.get("forwarders", [])]

    async def stop_forward(self, room: str, secret: str, feed: str, stream: int) -> None:
        body = {
            "request": "stop_rtp_forward", "admin_key": self.key, "room": room, "secret": secret,
            "publisher_id": feed, "stream_id": stream,
        }  # fmt: skip
        with contextlib.suppress(EngineError):
            await self.handle.message(body)

    async def add_remote(self, room: str, secret: str, feed: str, display: str, streams: list[Json]) -> Json:
        """A publisher that sends plain RTP; answers {"ip", "port", "rtcp_port"} on loopback. The stream's SSRC must be
        1000 + 10 × its index. It is recorded from the room's next start of recording on."""
        body = {
            "request": "add_remote_publisher", "room": room, "secret": secret, "id": feed, "display": display,
            "iface": "127.0.0.1", "streams": streams,
        }  # fmt: skip
        told = (await self.handle.message(body)).data
        await self._until(room, feed, there=True)
        return told

    async def remove_remote(self, room: str, secret: str, feed: str) -> None:
        """Already gone is success."""
        with contextlib.suppress(EngineError):
            await self.handle.message(
                {"request": "remove_remote_publisher", "room": room, "secret": secret, "id": feed}
            )
            await self._until(room, feed, there=False)

    async def _until(self, room: str, feed: str, *, there: bool) -> None:
        """Each of them comes and goes in a thread of its own, a moment after the answer: who asks for a recording
        before that misses it."""
        end = asyncio.get_running_loop().time() + SETTLED
        while asyncio.get_running_loop().time() < end:
            told = (await self.handle.message({"request": "listparticipants", "room": room})).data
            if any(one["id"] == feed for one in told["participants"]) == there:
                return
            await asyncio.sleep(0.005)
        raise EngineError(NO_SUCH_FEED, f"{feed} did not {'come' if there else 'go'} in time")


class Publisher:
    """A participant's sending side."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.private_id = 0
        self.published = False

    async def join(self, room: str, feed: str, display: str) -> list[Json]:
        """Come in; those who publish already, each {"id", "streams": [{"mid", "type", "description", …}]}."""
        body = {"request": "join", "ptype": "publisher", "room": room, "id": feed, "display": display}
        data = (await self.handle.message(body)).data
        self.private_id = int(data["private_id"])
        return list(data.get("publishers", []))

    async def publish(self, sdp: str, streams: list[Json], bitrate: int) -> str:
        """Send, or change what is sent; `streams`: [{"mid", "description"}]. The engine's answer as SDP."""
        body: Json = {"request": "configure" if self.published else "publish", "descriptions": streams}
        if not self.published:
            body["bitrate"] = bitrate
        reply = await self.handle.message(body, {"type": "offer", "sdp": sdp})
        self.published = True
        assert reply.jsep is not None
        return str(reply.jsep["sdp"])

    async def keyframe(self) -> None:
        await self.handle.message({"request": "configure", "keyframe": True})


class Subscriber:
    """A participant's receiving side: all streams of all others on one connection."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.joined = False

    async def change(self, room: str, private_id: int, add: list[Json], drop: list[Json]) -> Reply:
        """Subscribe to and drop streams {"feed", "mid"}; an offer to be answered comes with the reply, if anything
        changed. Raises EngineError 428 where a publisher has gone meanwhile."""
        if not self.joined:
            body: Json = {
                "request": "join", "ptype": "subscriber", "room": room, "private_id": private_id, "streams": add,
            }  # fmt: skip
            reply = await self.handle.message(body)
            self.joined = True
            return reply
        body = {"request": "update"}
        if add:
            body["subscribe"] = add
        if drop:
            body["unsubscribe"] = drop
        return await self.handle.message(body)

    async def start(self, sdp: str) -> None:
        """The browser's answer to the last offer."""
        await self.handle.message({"request": "start"}, {"type": "answer", "sdp": sdp})

    async def layers(self, streams: list[Json]) -> None:
        """Choose layers: [{"mid", "substream": 0…2, "temporal": 0…2} or {"mid", "send": false}]."""
        await self.handle.message({"request": "configure", "streams": streams})
