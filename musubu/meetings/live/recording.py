"""Recording of a running room: the engine keeps every stream; everybody sees that it runs and since when."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musubu import config
from musubu.engines.janus.client import EngineError, EngineGone
from musubu.meetings.live import outside

if TYPE_CHECKING:
    from musubu.meetings.live.participant import Participant
    from musubu.meetings.live.room import Room


class Recorder:
    """`now`: {"id", "by", "since"} while it runs; kept with the sitting, so that it goes on after a restart."""

    def __init__(self, room: Room, now: dict[str, Any] | None) -> None:
        self.room, self.now = room, now
        self._one_at_a_time = asyncio.Lock()

    def folder(self) -> Path:
        """Where the engine puts the files of this sitting."""
        folder = config.var() / "files" / "meetings" / "raw" / self.room.id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def shown(self) -> dict[str, Any] | None:
        return {"by": self.now["by"], "since": self.now["since"]} if self.now else None

    def kept(self) -> dict[str, Any] | None:
        return self.now

    async def start(self, who: Participant) -> None:
        """From now on; raises NotPossible, EngineError."""
        await self.room.engine_ready()
        async with self._one_at_a_time:
            if not self.now:
                await self._start(who)

    async def _start(self, who: Participant) -> None:
        """Nothing is kept of a recording that the engine did not begin: else it would begin by itself, unseen, as soon
        as the engine is back."""
        database, facts = self.room.house.database, self.room.facts
        await database.settled()
        key = await database.run(outside.begin_recording, facts.sitting, who.id, facts.now())
        self.now = {"id": key, "by": who.name, "since": facts.now().isoformat()}
        try:
            await self._begin()
        except (EngineError, EngineGone):
            self.now = None
            await database.run(outside.discard_recording, key)
            raise
        self._tell()

    async def stop(self) -> None:
        """Raises EngineError where the engine does not stop: the mark stays then."""
        async with self._one_at_a_time:
            if self.now:
                await self._stop(self.now)

    async def _stop(self, now: dict[str, Any]) -> None:
        database, self.now = self.room.house.database, None
        try:
            if self.room.house.rooms_reachable:
                await self.room.house.rooms.record(self.room.id, self.room.secret, False)
                await self.room.phones.idle()
        except EngineGone:  # with it every recording has stopped
            pass
        except EngineError:
            self.now = now
            raise
        await database.settled()
        await database.run(outside.stop_recording, now["id"], self.room.facts.now())
        self._tell()

    async def resume(self) -> None:
        """The engine has the room anew, or has it still from a process that died: go on where it stopped."""
        if self.now:
            await self.room.house.rooms.record(self.room.id, self.room.secret, False)
            await self._begin()

    async def _begin(self) -> None:
        """With a place for callers: the engine records none that is made later."""
        await self.room.phones.prepare()
        await self.room.house.rooms.record(self.room.id, self.room.secret, True)

    def _tell(self) -> None:
        self.room.broadcast({"t": "record", "record": self.shown()})
        self.room.keep_state()
