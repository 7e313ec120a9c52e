"""What hosts do: letting in, muting, roles, removing, ending, and the room's settings."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from musubu.engines.janus.client import EngineError, EngineGone
from musubu.meetings.live import protocol as p
from musubu.meetings.live import store
from musubu.meetings.live.connection import REFUSED
from musubu.meetings.live.features import Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.words import say

Answer = dict[str, Any] | None
OWN = ("mic", "camera")  # a screen is only ended: it may be shared again


def host_only(who: Participant) -> None:
    if not who.is_host:
        raise Refused("not-host")


def _person(room: Room, key: str) -> Participant:
    found = room.people.get(key)
    if found is None:
        raise Refused("gone")
    return found


async def admit(room: Room, who: Participant, message: p.Admit) -> Answer:
    host_only(who)
    waiting = [room.lobby[message.who]] if message.who in room.lobby else []
    if message.who and not waiting:
        raise Refused("gone")
    for one in waiting or list(room.lobby.values()):
        if room.is_full:
            room.tell_lobby()
            raise Refused("full-inside")
        room.enter(one)
    room.tell_lobby()
    return {}


async def turn_away(room: Room, who: Participant, message: p.TurnAway) -> Answer:
    host_only(who)
    found = room.lobby.pop(message.who, None)
    if found is None:
        raise Refused("gone")
    found.tell({"t": "refused", "why": "turned-away", "text": say("turned-away", found.language)})
    if found.connection:
        found.connection.close(REFUSED, "turned away")
    room.removed.add(found.id)
    room.house.forget_licence(found)
    room.tell_lobby()
    return {}


async def settings(room: Room, who: Participant, message: p.Settings) -> Answer:
    host_only(who)
    if message.locked is not None:
        room.locked = message.locked
    for name in ("lobby", "mute_on_entry", "unmute_self", "share", "draw", "chat"):
        if (value := getattr(message, name)) is not None:
            room.settings[name] = value
    room.broadcast({"t": "settings", "settings": room.shared_settings(), "locked": room.locked})
    for one in room.people.values():
        one.tell({"t": "rights", "rights": room.rights(one)})
    room.keep_state()
    return {}


async def give_role(room: Room, who: Participant, message: p.GiveRole) -> Answer:
    """Only the host makes hosts; a co-host may make presenters and attendees."""
    host_only(who)
    found = _person(room, message.who)
    if who.role != "host" and (message.role in ("host", "co-host") or found.is_host):
        raise Refused("not-allowed")
    if message.role == "host" and found is not who:
        room.give_role(who, "co-host")
    elif found.role == "host" and message.role != "host":
        raise Refused("not-allowed")  # a room keeps its host: hand the role over instead
    room.give_role(found, message.role)
    return {}


async def mute(room: Room, who: Participant, message: p.Mute) -> Answer:
    host_only(who)
    if message.who in room.phones.callers:
        await room.phones.mute(message.who, True)
        return {}
    found = [_person(room, message.who)] if message.who else [one for one in room.people.values() if not one.is_host]
    for one in found:
        await silence(room, one, message.source, who.name)
    if not message.who and message.source == "mic":
        await room.phones.mute_all()
    return {}


async def silence(room: Room, who: Participant, source: str, by: str) -> None:
    """The engine lets nobody receive it any more, whatever the browser does, until it is switched on again."""
    if source in OWN:
        who.silenced.add(source)
    for stream in who.streams:
        if stream["source"] == source:
            await _moderate(room, who, stream["mid"], True)
    if source == "mic" and who.mic:
        who.mic = False
        room.changed(who, mic=False)
    if source == "camera" and who.camera:
        who.camera = False
        room.changed(who, camera=False)
    who.tell({"t": "muted", "source": source, "by": by})


async def let_pass(room: Room, who: Participant, source: str) -> None:
    """The person has switched it on again, as they may."""
    who.silenced.discard(source)
    await hold_to(room, who)


async def hold_to(room: Room, who: Participant) -> None:
    """What a host switched off stays so when a browser sends anew, also after its page was loaded anew; what comes for
    the first time (another screen) may pass."""
    for stream in who.streams:
        wanted = stream["source"] in who.silenced
        if wanted != (stream["mid"] in who.muted_hard):
            await _moderate(room, who, stream["mid"], wanted)


async def _moderate(room: Room, who: Participant, mid: str, muted: bool) -> None:
    (who.muted_hard.add if muted else who.muted_hard.discard)(mid)
    with contextlib.suppress(EngineError, EngineGone):
        await room.house.rooms.moderate(room.id, room.secret, who.id, mid, muted)


async def ask_unmute(room: Room, who: Participant, message: p.AskUnmute) -> Answer:
    """A caller by telephone cannot be asked: whoever muted them lets them speak again."""
    host_only(who)
    if message.who in room.phones.callers:
        await room.phones.mute(message.who, False)
        return {}
    found = _person(room, message.who)
    found.asked_to_unmute = True
    found.tell({"t": "asked-unmute", "by": who.name})
    return {}


async def lower_hand(room: Room, who: Participant, message: p.LowerHand) -> Answer:
    host_only(who)
    found = [_person(room, message.who)] if message.who else list(room.people.values())
    for one in found:
        room.raise_hand(one, None)
    return {}


async def remove(room: Room, who: Participant, message: p.Remove) -> Answer:
    host_only(who)
    if message.who in room.phones.callers:
        await room.phones.call_out(message.who)
        return {}
    found = _person(room, message.who)
    if found.role == "host" or (found.is_host and who.role != "host"):
        raise Refused("not-allowed")
    if message.bar:
        room.facts.barred.add(found.ticket.key)
        room.house.database.later(store.bar, room.facts.meeting, found.ticket.key, found.name, room.facts.now())
    text = say("barred" if message.bar else "removed", found.language)
    found.tell({"t": "removed", "barred": message.bar, "text": text})
    if found.connection:
        found.connection.close(REFUSED, "removed")
    room.removed.add(found.ticket.attendance)
    room.leave(found, "removed")
    return {}


async def spotlight(room: Room, who: Participant, message: p.Spotlight) -> Answer:
    host_only(who)
    if message.who:
        _person(room, message.who)
    room.spotlight = message.who
    room.broadcast({"t": "spotlight", "who": message.who})
    room.keep_state()
    return {}


async def end(room: Room, who: Participant, message: p.End) -> Answer:
    host_only(who)
    await room.end("host")
    return {}


HANDLERS: dict[type, Callable[[Room, Participant, Any], Awaitable[Answer]]] = {
    p.Admit: admit, p.TurnAway: turn_away, p.Settings: settings, p.GiveRole: give_role, p.Mute: mute,
    p.AskUnmute: ask_unmute, p.LowerHand: lower_hand, p.Remove: remove, p.Spotlight: spotlight, p.End: end,
}  # fmt: skip
