"""Callers with plain RTP: mixed by the engine's AudioBridge, and one feed ("phones") towards the browsers."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musubu.engines.janus.audiobridge import Leg, join_leg
from musubu.engines.janus.client import Handle
from musubu.engines.janus.videoroom import Forward
from musubu.meetings.live import store
from musubu.meetings.live.features import Refused
from musubu.meetings.live.media import ignore
from musubu.meetings.models import Attendance

if TYPE_CHECKING:
    from musubu.meetings.live.room import Room

log = logging.getLogger("meetings")
FEED = "phones"
SSRC = 1000  # the engine expects 1000 + 10 × the stream's index


@dataclass(eq=False)
class Caller:
    id: str
    name: str
    codec: str
    host: str
    port: int
    leg: Leg | None = None
    handle: Handle | None = None
    muted: bool = False


@dataclass
class Ear:
    """A browser's microphone as the callers hear it: a receiving leg in the mixer, fed by the video room."""

    handle: Handle
    mid: str
    forwards: list[int] = field(default_factory=list)


class Phones:
    """The mixer is made when the first caller comes and goes with the last, but not while a recording runs: it would
    hold the first mixer's sound only. `port` is where the video room takes the mix as the feed of all callers."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.callers: dict[str, Caller] = {}
        self.ears: dict[str, Ear] = {}
        self.port = 0
        self.feed = ""  # while the mixer runs

    def shown(self) -> list[dict[str, Any]]:
        return [self._person(one) for one in self.callers.values()]

    @staticmethod
    def _person(one: Caller) -> dict[str, Any]:
        return {
            "id": one.id, "name": one.name, "role": "attendee", "kind": "phone", "mic": not one.muted, "camera": False,
            "hand": None, "network": 4, "talking": False, "streams": [],
        }  # fmt: skip

    async def call_in(self, name: str, codec: str, host: str, port: int) -> dict[str, Any]:
        """A caller whose RTP comes from and goes to host:port; where theirs must go. Raises EngineError, Refused."""
        self._check_door()
        await self.room.engine_ready()
        if not self.feed:
            await self._open()
        caller = Caller(str(uuid.uuid4()), name, codec, host, port)
        await self._join(caller)
        self.callers[caller.id] = caller
        self.room.broadcast({"t": "joined", "person": self._person(caller)})
        row = Attendance(
            public_id=caller.id, sitting_id=self.room.facts.sitting, kind="phone", name=name, role="attendee",
            joined_at=self.room.facts.now(), terminal={"phone": True},
        )  # fmt: skip
        self.room.house.database.later(store.came, row)
        assert caller.leg is not None
        return {"id": caller.id, "host": caller.leg.host, "port": caller.leg.port, "payload": caller.leg.payload_type}

    def _check_door(self) -> None:
        """Who knows number and PIN need not wait in the lobby, but comes into no closed room."""
        room = self.room
        if room.locked or room.is_full:
            raise Refused("locked" if room.locked else "full")
        if not room.hosts and not room.settings["before_host"]:
            raise Refused("waiting-host")

    async def call_out(self, caller_id: str) -> None:
        caller = self.callers.pop(caller_id, None)
        if caller is None:
            return
        if caller.handle:
            await caller.handle.detach()
        self.room.broadcast({"t": "left", "id": caller.id, "name": caller.name, "reason": "left"})
        self.room.house.database.later(store.left, caller.id, self.room.facts.now(), "left", 0)
        await self.idle()

    async def idle(self) -> None:
        """Without callers no mixer, unless a recording holds its place."""
        if not self.callers and not self.room.recorder.now:
            await self.close()

    async def mute_all(self) -> None:
        for caller in list(self.callers):
            await self.mute(caller, True)

    async def mute(self, caller_id: str, on: bool) -> None:
        caller = self.callers[caller_id]
        if caller.leg:
            await self.room.house.bridges.mute(self.room.id, self.room.secret, caller.leg.feed, on)
        caller.muted = on
        self.room.broadcast({"t": "person", "id": caller.id, "mic": not on})

    async def prepare(self) -> None:
        """A place for the callers' sound in the video room; it costs nothing while nobody calls. What a process that
        died left there goes first."""
        if self.port:
            return
        rooms, room = self.room.house.rooms, self.room
        await rooms.remove_remote(room.id, room.secret, FEED)
        streams = [{"mid": "0", "mindex": 0, "type": "audio", "codec": "opus", "description": "mic", "fec": True}]
        told = await rooms.add_remote(room.id, room.secret, FEED, "phones", streams)
        self.port = int(told["port"])

    async def _open(self) -> None:
        house, room = self.room.house, self.room
        await self.prepare()
        await house.bridges.destroy(room.id, room.secret)
        await house.bridges.ensure(room.id, room.secret)
        await house.bridges.forward(room.id, room.secret, "phone", "127.0.0.1", self.port, SSRC)
        self.feed = FEED
        for who in room.people.values():
            for one in who.streams:
                if one["source"] == "mic":
                    await self.hear(who.id, one["mid"])
        room.look_again()

    async def _join(self, caller: Caller) -> None:
        caller.handle = await self.room.house.engine.attach("audiobridge", ignore)
        caller.leg = await join_leg(
            caller.handle, self.room.id, group="phone", display=caller.name, codec=caller.codec, host=caller.host,
            port=caller.port,
        )  # fmt: skip
        if caller.muted:
            await self.room.house.bridges.mute(self.room.id, self.room.secret, caller.leg.feed, True)

    async def hear(self, feed: str, mid: str) -> None:
        """Let the callers hear a browser's microphone."""
        if not self.feed or (feed in self.ears and self.ears[feed].mid == mid):
            return
        if feed in self.ears:
            await self.ears.pop(feed).handle.detach()
        handle = await self.room.house.engine.attach("audiobridge", ignore)
        leg = await join_leg(handle, self.room.id, group="web", display=feed, codec="opus")
        ear = Ear(handle, mid)
        ear.forwards = await self.room.house.rooms.forward(
            self.room.id, self.room.secret, feed, "127.0.0.1", [Forward(mid, leg.port, 111)]
        )
        self.ears[feed] = ear

    def somebody_left(self, feed: str) -> None:
        if ear := self.ears.pop(feed, None):
            self.room.spawn(ear.handle.detach())

    def engine_lost(self) -> None:
        self.port, self.feed = 0, ""
        self.ears.clear()
        for caller in self.callers.values():
            caller.handle = caller.leg = None

    async def engine_back(self) -> None:
        """Everything in the engine is new: the mixer and each caller's leg."""
        if not self.callers:
            return
        await self.room.engine_ready()
        if not self.feed:
            await self._open()
        for caller in self.callers.values():
            if caller.handle is None:
                await self._join(caller)

    async def close(self) -> None:
        had, self.port, self.feed = self.port, 0, ""
        if not had or not self.room.house.rooms_reachable:
            return
        for ear in self.ears.values():
            await ear.handle.detach()
        self.ears.clear()
        for caller in self.callers.values():
            if caller.handle:
                await caller.handle.detach()
        self.callers.clear()
        await self.room.house.rooms.remove_remote(self.room.id, self.room.secret, FEED)
        await self.room.house.bridges.destroy(self.room.id, self.room.secret)
        self.room.look_again()
