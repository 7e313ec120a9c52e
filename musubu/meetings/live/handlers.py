"""What each message does: one short function for each type, asked in the order in which a browser sends them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from musubu.meetings import plain
from musubu.meetings.live import moderation, offered, outside, quality, store
from musubu.meetings.live import protocol as p
from musubu.meetings.live.features import FEATURES, Refused
from musubu.meetings.live.layers import Wish
from musubu.meetings.live.participant import PAGE_KEPT, Participant
from musubu.meetings.live.room import Room

Answer = dict[str, Any] | None
Handler = Callable[[Room, Participant, Any], Awaitable[Answer]]
PICTURES = ("screen", "screen-sound")


async def publish(room: Room, who: Participant, message: p.Publish) -> Answer:
    sharing = [one for one in message.streams if one.source in PICTURES]
    if sharing and not who.may(room.settings["share"]):
        raise Refused("not-allowed")
    if not offered.is_as_told(message.sdp, message.streams):
        raise Refused("malformed")
    if who.media is None:
        raise Refused("engine")
    streams = [{"mid": one.mid, "source": one.source} for one in message.streams]
    answer = await who.media.publish(message.sdp, streams)
    who.streams = streams
    await moderation.hold_to(room, who)
    room.changed(who, streams=streams)
    room.look_again()
    for one in streams:
        if one["source"] == "mic":
            await room.phones.hear(who.id, one["mid"])
    return {"sdp": answer}


async def answer(room: Room, who: Participant, message: p.Answer) -> Answer:
    if who.media:
        await who.media.answer(message.round, message.sdp)
    return None


async def again(room: Room, who: Participant, message: p.Again) -> Answer:
    if who.media is None:
        raise Refused("engine")
    if message.sending:
        who.streams = []
        who.muted_hard.clear()
        room.phones.somebody_left(who.id)
        await who.media.send_again()
        room.changed(who, streams=[])
        room.look_again()
    if message.receiving:
        await who.media.receive_again()
    return {}


async def view(room: Room, who: Participant, message: p.View) -> Answer:
    who.wishes = [Wish(one.feed, one.source, one.height) for one in message.wants]
    if who.media:
        who.media.look_again()
    return None


async def network(room: Room, who: Participant, message: p.Network) -> Answer:
    quality.heard(room, who, message)
    return None


async def arrived(room: Room, who: Participant, message: p.Arrived) -> Answer:
    room.house.database.later(store.changed, who.id, join_ms=message.ms)
    return None


async def devices(room: Room, who: Participant, message: p.Devices) -> Answer:
    if message.mic is not None and message.mic != who.mic:
        if message.mic and not (room.settings["unmute_self"] or who.is_host or who.asked_to_unmute):
            raise Refused("not-allowed")
        who.mic, who.asked_to_unmute = message.mic, False
        if message.mic:
            await moderation.let_pass(room, who, "mic")
        room.changed(who, mic=who.mic)
    if message.camera is not None and message.camera != who.camera:
        who.camera = message.camera
        if message.camera:
            await moderation.let_pass(room, who, "camera")
        room.changed(who, camera=who.camera)
    return {}


async def hand(room: Room, who: Participant, message: p.Hand) -> Answer:
    room.raise_hand(who, int(time.time() * 1000) if message.up else None)
    return {}


async def reaction(room: Room, who: Participant, message: p.Reaction) -> Answer:
    room.broadcast({"t": "reaction", "id": who.id, "emoji": message.emoji})
    return None


async def chat(room: Room, who: Participant, message: p.Chat) -> Answer:
    if not who.chats.take():
        raise Refused("slow-down")
    text = plain.block(message.text).strip()
    if not text and not message.file:
        raise Refused("empty-chat")
    to = room.people.get(message.to) if message.to else None
    if message.to and to is None:
        raise Refused("gone")
    if not (who.may(room.settings["chat"]) or (to and to.is_host)):
        raise Refused("not-allowed")
    file = None
    if message.file:
        file = await room.house.database.run(outside.shared_file, room.facts.meeting, message.file)
        if file is None:
            raise Refused("gone-thing")
    one = {
        "t": "chat", "id": str(uuid.uuid4()), "from": who.id, "name": who.name, "to": to.id if to else "",
        "text": text, "file": file, "at": int(time.time() * 1000),
    }  # fmt: skip
    room.chat.append(one)
    room.house.database.later(outside.keep_message, room.facts.sitting, one, room.facts.now())
    if to is None:
        room.broadcast(one)
    else:
        for receiver in {who, to}:
            receiver.tell(one)
    return {}


async def rename(room: Room, who: Participant, message: p.Rename) -> Answer:
    who.name = plain.line(message.name) or who.name
    room.changed(who, name=who.name)
    room.house.database.later(store.changed, who.id, name=who.name)
    who.tell({"t": "resume", "token": room.token(who)})
    return {}


async def pointer(room: Room, who: Participant, message: p.Pointer) -> Answer:
    if who.may(room.settings["draw"]):
        room.broadcast({"t": "pointer", "id": who.id, "on": message.on, "x": message.x, "y": message.y}, but=who)
    return None


async def record(room: Room, who: Participant, message: p.Record) -> Answer:
    if not (room.rights(who)["record"] if message.on else who.is_host):  # any host may stop what another began
        raise Refused("record")
    if message.on:
        await room.recorder.start(who)
    else:
        await room.recorder.stop()
    return {}


async def timer(room: Room, who: Participant, message: p.Timer) -> Answer:
    moderation.host_only(who)
    room.timer = {"ends_at": int(time.time() * 1000) + message.seconds * 1000} if message.seconds else None
    room.broadcast({"t": "timer", "timer": room.timer})
    room.keep_state()
    return {}


async def leave(room: Room, who: Participant, message: p.Leave) -> Answer:
    room.leave(who, "left")
    if who.connection:
        who.connection.close(1000, "left")
    return {}


async def away(room: Room, who: Participant, message: p.Away) -> Answer:
    who.patience = PAGE_KEPT
    return None


async def feature(room: Room, who: Participant, message: p.Feature) -> Answer:
    found = FEATURES.get(message.name)
    if found is None:
        raise Refused("later")
    return await found.act(room, who, message.act, message.data)


HANDLERS: dict[type, Handler] = {
    p.Publish: publish, p.Answer: answer, p.Again: again, p.View: view, p.Network: network, p.Arrived: arrived,
    p.Devices: devices, p.Hand: hand, p.Reaction: reaction, p.Chat: chat, p.Rename: rename, p.Pointer: pointer,
    p.Record: record, p.Timer: timer, p.Leave: leave, p.Away: away, p.Feature: feature, **moderation.HANDLERS,
}  # fmt: skip
EVENTS = (p.Hand, p.Reaction, p.Rename, p.Feature, p.Devices)  # what floods a room: counted apart
IN_THE_LOBBY = (p.Leave, p.Away, p.Rename)
IN_ORDER = (p.Answer, p.Publish, p.Again)  # wait for the engine, and must not hold up what follows
