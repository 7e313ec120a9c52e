"""What boards and documents have in common: a shelf of shared documents in each room, and frames for them."""

from __future__ import annotations

import uuid
from typing import Any

from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together import wire
from musubu.meetings.live.together.base import Together
from musubu.meetings.live.together.shared import NotTaken, SharedDocument
from musubu.meetings.live.together.shelf import Shelf


class Drawn(Together):
    """Override `load` and `save`; `binary` is the first byte of the frames."""

    def shelf(self, room: Room) -> Shelf:
        found: dict[str, Any] = room.kept.setdefault(self.name, {})
        if "shelf" not in found:
            found["shelf"] = Shelf(
                room, self.binary, lambda key: self.load(room, key), lambda key, state: self.save(room, key, state)
            )
        shelf: Shelf = found["shelf"]
        return shelf

    async def load(self, room: Room, key: uuid.UUID) -> bytes | None:
        raise NotImplementedError

    def save(self, room: Room, key: uuid.UUID, state: bytes) -> None:
        raise NotImplementedError

    async def hear(self, room: Room, who: Participant, payload: bytes) -> None:
        try:
            key, kind, rest = wire.split(payload)
        except wire.Malformed as error:
            raise Refused("malformed") from error
        found = await self.shelf(room).get(key)
        if found is None:
            raise Refused("gone")
        self._hear(room, who, found, kind, rest)

    def _hear(self, room: Room, who: Participant, found: SharedDocument, kind: int, rest: bytes) -> None:
        may_write = who.may(room.settings["draw"])
        try:
            found.hear(who, kind, rest, may_write)
        except wire.Malformed as error:
            raise Refused("malformed") from error
        except NotTaken as error:
            who.tell(self.message("reset", {"id": str(found.key), "why": error.why}))

    def left(self, room: Room, who: Participant) -> None:
        if self.name in room.kept:
            self.shelf(room).left(who)

    async def closed(self, room: Room) -> None:
        if self.name in room.kept:
            self.shelf(room).keep_all()
