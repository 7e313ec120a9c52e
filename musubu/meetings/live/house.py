"""All running rooms of this process, and their one way to the engine."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from musubu import config
from musubu.engines.janus.audiobridge import AudioBridges
from musubu.engines.janus.client import EngineError, EngineGone, Janus
from musubu.engines.janus.videoroom import VideoRooms
from musubu.engines.turn import passes
from musubu.meetings.live import commands, ears, quality, store
from musubu.meetings.live.database import Database
from musubu.meetings.live.features import FEATURES
from musubu.meetings.live.media import ignore
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.parties import wall

log = logging.getLogger("meetings")
TURN_SECONDS = 12 * 3600
SECOND = 1.0


class House:
    """`start` and `stop` with the process."""

    def __init__(self) -> None:
        self.by_meeting: dict[int, Room] = {}
        self.licences: dict[int, tuple[Room, Participant]] = {}
        self.database = Database()
        self.folder = config.run()
        self.engine = self._client()
        self.rooms_reachable = False
        self._lost = asyncio.Event()
        self.rooms: VideoRooms
        self.bridges: AudioBridges
        self._opening: dict[int, asyncio.Lock] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._beside: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.samples = quality.Samples(self)

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(_standing(run))
            for run in (self._keep_engine, lambda: commands.follow(self), self._every_second, lambda: ears.listen(self))
        ]
        for meeting in await self.database.run(store.running):
            await self.room(meeting)
        for meeting, key in await self.database.run(store.unfinished):
            await FEATURES["documents"].prepared(self, self.by_meeting.get(meeting), key)

    async def stop(self) -> None:
        """The rooms go on in the next process: people come back by their tokens."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        for room in self.by_meeting.values():
            for who in [*room.people.values(), *room.lobby.values()]:
                if who.connection:
                    who.connection.close(1001, "going away")
        await self.database.close()
        await self.engine.close()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run it beside, for no room in particular."""
        task = asyncio.create_task(coroutine)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    # the engine

    def _client(self) -> Janus:
        return Janus(self.folder / "janus.sock", config.secret("janus-api"), self._engine_lost)

    def _engine_lost(self) -> None:
        if self._stopping:
            return
        log.warning("the media engine went away")
        self.rooms_reachable = False
        self._lost.set()
        for room in self.by_meeting.values():
            room.engine_lost()
            self.samples.engine_lost(room)

    async def _keep_engine(self) -> None:
        """Stay connected; whenever it is back, all rooms begin anew in it."""
        while True:
            self._lost.clear()
            began = time.monotonic()
            try:
                self.engine = await self._connected()
                key = config.secret("janus-room")
                self.rooms = VideoRooms(await self.engine.attach("videoroom", ignore), key)
                self.bridges = AudioBridges(await self.engine.attach("audiobridge", ignore), key)
                self.rooms_reachable = True
                log.info("the media engine answers after %.2f s", time.monotonic() - began)
                for room in list(self.by_meeting.values()):
                    await room.engine_back()
            except (EngineGone, EngineError) as error:  # it went away again meanwhile
                log.warning("the media engine does not answer yet: %s", error)
                await asyncio.sleep(0.05)
                continue
            await self._lost.wait()

    async def _connected(self) -> Janus:
        kept = self.folder / "janus.session"
        while True:
            engine = self._client()
            try:
                forget = int(kept.read_text()) if kept.exists() else 0
                await engine.connect(forget=forget)
            except (EngineGone, EngineError, ValueError):
                await asyncio.sleep(0.05)
                continue
            kept.write_text(str(engine.session))
            return engine

    def ice_servers(self, who: str) -> list[dict[str, Any]]:
        """The relay for networks that let no UDP through, with a pass that ends."""
        until = wall.now() + timedelta(seconds=TURN_SECONDS)
        return [dict(one) for one in passes.servers(config.value("MUSUBU_TURN"), config.secret("turn"), who, until)]

    # rooms

    async def room(self, meeting: int) -> Room:
        """The room of a meeting, opened where it is not."""
        lock = self._opening.setdefault(meeting, asyncio.Lock())
        async with lock:
            found = self.by_meeting.get(meeting)
            if found is None or found.ended:
                await self.database.settled()
                found = Room(self, await self.database.run(store.open_sitting, meeting))
                for feature in FEATURES.values():
                    await feature.opened(found)
                self.by_meeting[meeting] = found
            return found

    def forget(self, room: Room) -> None:
        if self.by_meeting.get(room.facts.meeting) is room:
            del self.by_meeting[room.facts.meeting]

    def of_contract(self, contract: int) -> list[Room]:
        return [room for room in self.by_meeting.values() if room.facts.contract == contract]

    def participant(self, feed: str) -> tuple[Room, Participant] | None:
        for room in self.by_meeting.values():
            if who := room.people.get(feed):
                return room, who
        return None

    async def _every_second(self) -> None:
        while True:
            await asyncio.sleep(SECOND)
            for room in list(self.by_meeting.values()):
                try:
                    await room.tick()
                except EngineGone:
                    pass
                except Exception:  # the other rooms' time goes on
                    log.exception("%s: a second was lost", room.id)
            self.samples.tick()

    # licences (LO-11)

    def licence_elsewhere(self, who: Participant) -> tuple[Room, Participant] | None:
        """Where the same licence is live already on another terminal."""
        held = self.licences.get(who.ticket.licence or 0)
        return held if held and held[1].id != who.id else None

    def hold_licence(self, room: Room, who: Participant) -> None:
        if who.ticket.licence:
            self.licences[who.ticket.licence] = (room, who)

    def forget_licence(self, who: Participant) -> None:
        held = self.licences.get(who.ticket.licence or 0)
        if held and held[1] is who and who.ticket.licence:
            del self.licences[who.ticket.licence]


async def _standing(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """What must not end while the process runs: a fault that nobody foresaw is written down, and it begins anew."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("a standing task broke off and begins anew")
        await asyncio.sleep(SECOND)
