"""Files of the chat: what may be brought, and taking them away again."""

from __future__ import annotations

from typing import Any

from musubu.meetings.live import handlers, protocol
from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.base import Together, text
from musubu.meetings.together import chat, files


class Files(Together):
    name = "files"

    async def opened(self, room: Room) -> None:
        """What was said before a restart."""
        room.chat = await self.ask(room, chat.of_sitting, room.facts.sitting)

    def state(self, room: Room, who: Participant) -> dict[str, Any]:
        return {"largest": files.LARGEST, "largest_picture": files.LARGEST_PICTURE}

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        if act == "post":
            return (
                await handlers.chat(room, who, protocol.Chat(file=text(data, "id", 40), to=text(data, "to", 40))) or {}
            )
        if act == "remove":
            return await self._remove(room, who, data)
        raise Refused("later")

    async def _remove(self, room: Room, who: Participant, data: dict[str, Any]) -> dict[str, Any]:
        """Hosts, and who brought it."""
        row = await self.ask(room, files.of_meeting, room.facts.meeting, text(data, "id", 40))
        if row is None or row.sitting_id != room.facts.sitting:
            raise Refused("gone-thing")
        if not who.is_host and str(row.attendance) != who.id:
            raise Refused("not-host")
        await self.ask_as(room, who, files.delete, row)
        for one in room.chat:
            if one["file"] and one["file"]["id"] == str(row.public_id):
                one["file"]["gone"] = True
        self.tell(room, "removed", {"id": str(row.public_id)}, who)
        return {}
