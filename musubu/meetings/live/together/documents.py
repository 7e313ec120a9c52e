"""Documents shown to all: one leads, the others follow page by page, and who may draw writes on them."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.base import require, text, whole
from musubu.meetings.live.together.drawn import Drawn
from musubu.meetings.together import documents

if TYPE_CHECKING:
    from musubu.meetings.live.house import House

UNFINISHED = ("waiting", "converting")


class Documents(Drawn):
    name = "documents"
    binary = 2

    def __init__(self) -> None:
        self._one_at_a_time: asyncio.Semaphore | None = None

    async def opened(self, room: Room) -> None:
        """What was brought when the process stopped, or prepared before the meeting, is made ready now."""
        await self._read(room)
        for one in self._kept(room)["list"]:
            if one["state"] in UNFINISHED:
                room.spawn(self._convert(room, one["id"]))

    async def prepared(self, house: House, room: Room | None, key: str) -> None:
        """Brought on the meeting's page: made ready there and then, so that the organiser sees that it can be shown."""
        if room is None:
            house.spawn(self._make(key))
            return
        await self._read(room)
        self._tell_list(room)
        found = next((one for one in self._kept(room)["list"] if one["id"] == key), None)
        if found is None:
            self._gone(room, key)
        elif found["state"] in UNFINISHED:
            room.spawn(self._convert(room, key))

    async def _make(self, key: str) -> None:
        """One at a time on this machine, so that running rooms do not feel it."""
        self._one_at_a_time = self._one_at_a_time or asyncio.Semaphore(1)
        async with self._one_at_a_time:
            await asyncio.to_thread(_convert, key)

    def _kept(self, room: Room) -> dict[str, Any]:
        kept: dict[str, Any] = room.kept.setdefault(self.name, {})
        kept.setdefault("list", [])
        kept.setdefault("shown", None)  # {"id", "page", "by", "name"}
        return kept

    async def _read(self, room: Room) -> None:
        rows = await self.ask(room, documents.of_room, room.facts.meeting, room.facts.sitting)
        self._kept(room)["list"] = [documents.shown(row) for row in rows]

    def state(self, room: Room, who: Participant) -> dict[str, Any]:
        kept = self._kept(room)
        return {"list": kept["list"], "shown": kept["shown"]}

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        acts = {
            "list": self._list, "brought": self._brought, "show": self._show, "turn": self._turn, "lead": self._lead, "hide": self._hide,
            "remove": self._remove,
        }  # fmt: skip
        if act not in acts:
            raise Refused("later")
        return await acts[act](room, who, data)

    async def _list(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        return self.state(room, who)

    async def _brought(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """Its content has arrived: everybody sees it in the list, and it is made ready."""
        require(room, who, "share")
        key = text(data, "id", 40)
        before = {one["id"] for one in self._kept(room)["list"]}
        await self._read(room)
        found = self._one(room, data)
        if key not in before:
            self._tell_list(room)
            if found["state"] in UNFINISHED:
                room.spawn(self._convert(room, key))
        return {}

    async def _convert(self, room: Room, key: str) -> None:
        for one in self._kept(room)["list"]:
            if one["id"] == key:
                one["state"] = "converting"
        self._tell_list(room)
        await self._make(key)
        await self._read(room)
        self._tell_list(room)

    async def _show(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """To everybody, led by this person."""
        require(room, who, "share")
        found = self._one(room, data)
        if found["state"] != "ready":
            raise Refused("not-ready")
        page = whole(data, "page", found["page"])
        shown = {"id": found["id"], "page": self._within(found, page), "by": who.id, "name": who.name}
        self._kept(room)["shown"] = shown
        self.tell(room, "shown", {"shown": shown}, who)
        return {}

    async def _turn(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        shown = self._shown(room)
        if shown["by"] != who.id:
            raise Refused("not-leading")
        found = self._one(room, {"id": shown["id"]})
        shown["page"] = found["page"] = self._within(found, whole(data, "page", 1))
        self.later(room, documents.keep_page, found["id"], found["page"])
        self.tell(room, "page", {"id": found["id"], "page": found["page"]}, who)
        return {}

    async def _lead(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """Take the lead of what is shown."""
        require(room, who, "share")
        shown = self._shown(room)
        shown["by"], shown["name"] = who.id, who.name
        self.tell(room, "shown", {"shown": shown}, who)
        return {}

    async def _hide(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        if self._shown(room)["by"] != who.id and not who.is_host:
            raise Refused("not-leading")
        self._kept(room)["shown"] = None
        self.tell(room, "shown", {"shown": None}, who)
        return {}

    async def _remove(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """Hosts, and who brought it."""
        found = self._one(room, data)
        if not who.is_host and found["owner"] != who.id:
            raise Refused("not-host")
        row = await self.ask(room, documents.one_of_room, room.facts.meeting, room.facts.sitting, found["id"])
        if row is not None:
            await self.ask_as(room, who, documents.delete, row)
        self._gone(room, found["id"])
        await self._read(room)
        self._tell_list(room)
        return {}

    def _gone(self, room: Room, key: str) -> None:
        """Nobody writes on it or sees it any more."""
        kept = self._kept(room)
        self.shelf(room).forget(uuid.UUID(key))
        if kept["shown"] and kept["shown"]["id"] == key:
            kept["shown"] = None
            self.tell(room, "shown", {"shown": None})

    def _shown(self, room: Room) -> dict[str, Any]:
        shown: dict[str, Any] | None = self._kept(room)["shown"]
        if shown is None:
            raise Refused("gone-thing")
        return shown

    def _one(self, room: Room, data: dict[str, Any]) -> dict[str, Any]:
        key = text(data, "id", 40)
        found: dict[str, Any] | None = next((one for one in self._kept(room)["list"] if one["id"] == key), None)
        if found is None:
            raise Refused("gone-thing")
        return found

    @staticmethod
    def _within(document: dict[str, Any], page: int) -> int:
        return max(1, min(page, int(document["pages"])))

    def _tell_list(self, room: Room) -> None:
        self.tell(room, "list", {"list": self._kept(room)["list"]})

    async def load(self, room: Room, key: uuid.UUID) -> bytes | None:
        row = await self.ask(room, documents.one_of_room, room.facts.meeting, room.facts.sitting, str(key))
        return None if row is None or row.state != "ready" else bytes(row.notes)

    def save(self, room: Room, key: uuid.UUID, state: bytes) -> None:
        self.later(room, documents.keep_notes, str(key), state)


def _convert(key: str) -> None:
    """In a thread of its own, with a database connection of its own that is closed again."""
    from django.db import connection

    try:
        documents.convert(key)
    finally:
        connection.close()
