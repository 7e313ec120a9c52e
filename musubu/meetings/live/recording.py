"""Recording of a running room: the engine keeps every stream; everybody sees that it runs and since when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from musubu import config
from musubu.meetings.live import outside

if TYPE_CHECKING:
    from musubu.meetings.live.participant import Participant
    from musubu.meetings.live.room import Room


class Recorder:
    """`now`: {"id", "by", "since"} while it runs; kept with the sitting, so that it goes on after a restart."""

    def __init__(self, room: Room, now: dict[str, Any] | None) -> None:
        self.room, self.now = room, now

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
        if self.now:
            return
        await self.room.house.database.settled()
        key = await self.room.house.database.run(
            outside.begin_recording, self.room.facts.sitting, who.id, self.room.facts.now()
        )
        self.now = {"id": key, "by": who.name, "since": self.room.facts.now().isoformat()}
        await self.room.engine_ready()
        await self._begin()
        self._tell()

    async def stop(self) -> None:
        if not self.now:
            return
        key, self.now = self.now["id"], None
        if self.room.house.rooms_reachable:
            await self.room.house.rooms.record(self.room.id, self.room.secret, False)
            await self.room.phones.idle()
        await self.room.house.database.settled()
        await self.room.house.database.run(outside.stop_recording, key, self.room.facts.now())
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
