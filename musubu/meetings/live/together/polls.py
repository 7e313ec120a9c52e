"""Polls in the room: hosts make, open and close them; everybody votes; who may see the result sees it move."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.base import Together, host_only, text
from musubu.meetings.models import Poll
from musubu.meetings.together import polls

if TYPE_CHECKING:
    from musubu.meetings.live.house import House

TOGETHER = 0.3  # seconds


class Polls(Together):
    """`room.kept` holds the rows with their votes; each person is told what they may see."""

    name = "polls"

    async def opened(self, room: Room) -> None:
        await self._read(room)

    async def _read(self, room: Room) -> None:
        room.kept[self.name] = await self.ask(room, polls.of_room, room.facts.meeting, room.facts.sitting)

    async def prepared(self, house: House, room: Room | None, key: str) -> None:
        if room:
            await self._read(room)
            self._tell_all(room, "")

    def _polls(self, room: Room) -> list[Poll]:
        found: list[Poll] = room.kept.get(self.name, [])
        return found

    def state(self, room: Room, who: Participant) -> list[dict[str, Any]]:
        seen = (polls.shown(one, host=who.is_host, key=who.ticket.key) for one in self._polls(room))
        return [one for one in seen if one]

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        if act == "vote":
            await self._vote(room, who, data)
            self._count_soon(room)
        elif act == "list":
            who.tell(self.message("list", {"list": self.state(room, who), "why": ""}))
        else:
            host_only(who)
            await self._change(room, who, act, data)
            await self._read(room)
            self._tell_all(room, act if act in ("open", "close") else "")
        return {}

    async def _vote(self, room: Room, who: Participant, data: dict[str, Any]) -> None:
        given = data.get("choices")
        if not isinstance(given, list) or not all(isinstance(one, int) for one in given):
            raise Refused("malformed")
        await self.ask_as(room, who, polls.vote, self._one(room, data), who.ticket.key, who.name, given[:20])

    async def _change(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> None:
        facts = room.facts
        if act == "add" or (act == "open" and "question" in data):
            poll = await self.ask_as(room, who, polls.add, facts.meeting, facts.sitting, data)
            if act == "open":  # written and asked at once
                await self.ask(room, polls.open_, poll, facts.sitting)
        elif act == "edit":
            await self.ask_as(room, who, polls.change, self._one(room, data), data)
        elif act == "open":
            await self.ask(room, polls.open_, self._one(room, data), facts.sitting)
        elif act == "close":
            await self.ask(room, polls.close, self._one(room, data))
        elif act == "show":
            await self.ask(room, polls.show, self._one(room, data), data.get("shown") is True)
        elif act == "remove":
            await self.ask_as(room, who, polls.delete, self._one(room, data))
        else:
            raise Refused("later")

    def _one(self, room: Room, data: dict[str, Any]) -> Poll:
        found = polls.one(self._polls(room), text(data, "id", 40))
        if found is None:
            raise Refused("gone-thing")
        return found

    def _count_soon(self, room: Room) -> None:
        """Votes that come together are counted and told together."""
        if not room.kept.get("polls.counting"):
            room.kept["polls.counting"] = True
            room.spawn(self._count(room))

    async def _count(self, room: Room) -> None:
        await asyncio.sleep(TOGETHER)
        room.kept["polls.counting"] = False
        await self._read(room)
        self._tell_all(room, "")

    def _tell_all(self, room: Room, why: str) -> None:
        for who in room.people.values():
            who.tell(self.message("list", {"list": self.state(room, who), "why": why}))
