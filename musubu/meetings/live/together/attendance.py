"""The list of who is there and was, for hosts."""

from __future__ import annotations

from typing import Any

from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.base import Together, host_only
from musubu.meetings.together import queries


class AttendanceList(Together):
    name = "attendance"

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        """Times are the provider's clock; `now` is the same clock now."""
        host_only(who)
        if act != "list":
            raise Refused("later")
        rows = await self.ask(room, queries.attendance, room.facts.sitting)
        for row in rows:
            if person := room.people.get(row["id"]):
                row["talked"], row["role"], row["left"] = round(person.talked), person.role, None
        return {"list": rows, "now": int(room.facts.now().timestamp() * 1000)}
