"""The same streams through a bare Janus, spoken to directly: what the product is measured beside."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.meetings.peer import Peer
from musubu.engines.janus.client import Handle, Janus
from musubu.engines.janus.videoroom import Publisher, Subscriber, VideoRooms
from tests.engines import Running

ROOM, SECRET = "plain", "plain"


class Plain:
    """One room. `send` and `receive` make peers that are connected when they come back."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.client = Janus(running.socket, running.instance.api, lambda: None)
        self.feeds: list[tuple[str, list[dict[str, str]]]] = []

    async def open(self, bitrate: int) -> None:
        await self.client.connect()
        rooms = VideoRooms(await self.client.attach("videoroom", _ignore), self.running.instance.room)
        await rooms.ensure(ROOM, SECRET, publishers=500, bitrate=bitrate, audiocodec="opus", videocodec="vp8")

    async def send(self, name: str, camera: bool) -> Peer:
        publisher = Publisher(await self.client.attach("videoroom", _ignore))
        await publisher.join(ROOM, name, name)
        peer = Peer()
        sdp, streams = peer.offer(camera)
        answer = await publisher.publish(sdp, [{"mid": one["mid"], "description": one["source"]} for one in streams], 0)
        await publisher.handle.candidates_complete()
        await peer.connect(answer)
        self.feeds.append((name, streams))
        return peer

    async def receive(self, layer: int) -> Peer:
        """Everything that is sent so far, pictures in one layer."""
        peer, offers = Peer(), asyncio.Queue[str]()

        def hear(message: dict[str, Any]) -> None:
            if message.get("jsep"):
                offers.put_nowait(message["jsep"]["sdp"])

        handle: Handle = await self.client.attach("videoroom", hear)
        subscriber = Subscriber(handle)
        wanted = [{"feed": feed, "mid": one["mid"]} for feed, streams in self.feeds for one in streams]
        reply = await subscriber.change(ROOM, 0, wanted, [])
        assert reply.jsep
        answer = peer.answer(reply.jsep["sdp"])
        await subscriber.start(answer)
        await handle.candidates_complete()
        await peer.connect(reply.jsep["sdp"])
        pictures = [one["mid"] for one in reply.data["streams"] if one["type"] == "video"]
        if pictures:
            await subscriber.layers([{"mid": mid, "substream": layer, "temporal": 2} for mid in pictures])
        return peer

    async def close(self) -> None:
        await self.client.close()


def _ignore(message: dict[str, Any]) -> None:
    """Nothing that a control handle hears is used."""
