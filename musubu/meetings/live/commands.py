"""What other processes ask of running rooms (see models.Command)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from musubu.engines.janus.client import EngineError, EngineGone
from musubu.meetings.live import store
from musubu.meetings.live.features import FEATURES, Refused
from musubu.meetings.models import Command

if TYPE_CHECKING:
    from musubu.meetings.live.house import House
    from musubu.meetings.live.room import Room

log = logging.getLogger("meetings")
LOOK = 0.3  # seconds


async def follow(house: House) -> None:
    while True:
        try:
            for command in await house.database.run(store.commands):
                answer = await _answered(house, command)
                await house.database.run(store.answer, command.pk, answer)
        except Exception:
            log.exception("commands could not be carried out; they are tried again")
            await asyncio.sleep(2)
        await asyncio.sleep(LOOK)


async def _answered(house: House, command: Command) -> dict[str, Any]:
    """One that cannot be carried out does not hold up those after it."""
    try:
        return await _carry_out(house, command)
    except Exception as error:
        log.exception("the command %s (%s) could not be carried out", command.pk, command.kind)
        return {"error": type(error).__name__}


async def _carry_out(house: House, command: Command) -> dict[str, Any]:
    if command.kind == "prepared":
        if feature := FEATURES.get(command.data["feature"]):
            await feature.prepared(house, house.by_meeting.get(command.meeting_id or 0), command.data["id"])
        return {}
    rooms = house.of_contract(command.contract_id) if command.contract_id else []
    if command.meeting_id and (found := house.by_meeting.get(command.meeting_id)):
        rooms = [found]
    try:
        answers = [await _one(house, room, command) for room in rooms]
    except Refused as refused:
        return {"error": refused.why}
    except (EngineError, EngineGone, KeyError) as error:
        return {"error": str(error)}
    if not answers and command.kind == "call-in" and command.meeting_id:
        return {"error": "not running"}
    return {"rooms": len(answers), **(answers[0] if answers else {})}


async def _one(house: House, room: Room, command: Command) -> dict[str, Any]:
    data = command.data
    match command.kind:
        case "end":
            detail = dict(data.get("detail", {}))
            if data["reason"] == "contract" and not detail:
                detail = await house.database.run(store.why_stopped, room.facts.contract, room.facts.language)
            await room.end(data["reason"], detail)
        case "call-in":
            return await room.phones.call_in(data["name"], data["codec"], data["host"], data["port"])
        case "call-out":
            await room.phones.call_out(data["id"])
        case "tell":
            room.broadcast(data["message"])
    return {}
