"""Whiteboards: several a meeting, drawn on together, shown to all by somebody who may share."""

from __future__ import annotations

import uuid
from typing import Any

from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.base import host_only, require, text
from musubu.meetings.live.together.drawn import Drawn
from musubu.meetings.live.words import say
from musubu.meetings.together import boards


class Boards(Drawn):
    name = "board"
    binary = 1

    async def opened(self, room: Room) -> None:
        self._kept(room)["list"] = [boards.shown(row) for row in await self._rows(room)]

    def _kept(self, room: Room) -> dict[str, Any]:
        kept: dict[str, Any] = room.kept.setdefault(self.name, {})
        kept.setdefault("list", [])
        kept.setdefault("shown", None)
        return kept

    def state(self, room: Room, who: Participant) -> dict[str, Any]:
        kept = self._kept(room)
        return {"list": kept["list"], "shown": kept["shown"]}

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        acts = {
            "open": self._open, "add": self._add, "rename": self._rename, "remove": self._remove, "show": self._show,
            "hide": self._hide,
        }  # fmt: skip
        if act not in acts:
            raise Refused("later")
        return await acts[act](room, who, data)

    async def _rows(self, room: Room) -> list[Any]:
        return await self.ask(room, boards.of_room, room.facts.meeting, room.facts.sitting)

    async def _open(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """Somebody opens the board for themselves; where there is none yet, who may draw begins the first."""
        kept = self._kept(room)
        if not kept["list"] and who.may(room.settings["draw"]):
            await self._add(room, who, data)
        return {"list": kept["list"], "shown": kept["shown"]}

    async def _add(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        require(room, who, "draw")
        kept = self._kept(room)
        title = text(data, "title", 80) or f"{say('board', who.language)} {len(kept['list']) + 1}"
        row = await self.ask(room, boards.add, room.facts.meeting, room.facts.sitting, title)
        if row is None:
            raise Refused("many-boards")
        kept["list"] = [*kept["list"], boards.shown(row)]
        self._tell_list(room, who)
        return {"id": str(row.public_id)}

    async def _rename(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        require(room, who, "draw")
        found, title = self._one(room, data), text(data, "title", 80)
        if title:
            self.later(room, boards.rename, found["id"], title)
            found["title"] = title
            self._tell_list(room, who)
        return {}

    async def _remove(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        host_only(who)
        found, kept = self._one(room, data), self._kept(room)
        row = await self.ask(room, boards.one_of_room, room.facts.meeting, room.facts.sitting, found["id"])
        if row is not None:
            await self.ask_as(room, who, boards.delete, row)
        self.shelf(room).forget(uuid.UUID(found["id"]))
        kept["list"] = [one for one in kept["list"] if one["id"] != found["id"]]
        if kept["shown"] and kept["shown"]["id"] == found["id"]:
            kept["shown"] = None
        self._tell_list(room, who)
        return {}

    async def _show(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """To everybody: their screens turn to it."""
        require(room, who, "share")
        self._kept(room)["shown"] = {"id": self._one(room, data)["id"], "by": who.id}
        self.tell(room, "shown", {"shown": self._kept(room)["shown"]}, who)
        return {}

    async def _hide(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        require(room, who, "share")
        self._kept(room)["shown"] = None
        self.tell(room, "shown", {"shown": None}, who)
        return {}

    def _one(self, room: Room, data: dict[str, Any]) -> dict[str, Any]:
        key = text(data, "id", 40)
        found: dict[str, Any] | None = next((one for one in self._kept(room)["list"] if one["id"] == key), None)
        if found is None:
            raise Refused("gone-thing")
        return found

    def _tell_list(self, room: Room, who: Participant) -> None:
        kept = self._kept(room)
        self.tell(room, "list", {"list": kept["list"], "shown": kept["shown"]}, who)

    async def load(self, room: Room, key: uuid.UUID) -> bytes | None:
        row = await self.ask(room, boards.one_of_room, room.facts.meeting, room.facts.sitting, str(key))
        return None if row is None else bytes(row.state)

    def save(self, room: Room, key: uuid.UUID, state: bytes) -> None:
        self.later(room, boards.keep, str(key), state, room.facts.sitting)
