"""The WebSocket side: `/live/meetings/`. The first message is a hello; what follows is carried out in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from musubu.engines.janus.client import EngineError, EngineGone
from musubu.logs import traced
from musubu.meetings import tickets
from musubu.meetings.live import handlers, protocol
from musubu.meetings.live.connection import MALFORMED, REFUSED, TOO_MANY, Bucket, Connection
from musubu.meetings.live.features import FEATURES, Refused
from musubu.meetings.live.house import House
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.words import say
from musubu.refusals import NotPossible

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
log = logging.getLogger("meetings")
HELLO_PATIENCE = 20.0  # seconds
MOST_WAITING = 300  # before one door
KNOWN_TERMINAL = ("browser", "system", "phone", "width")


async def serve(house: House, receive: Receive, send: Send) -> None:
    """One browser, from its connection to its end."""
    await receive()
    await send({"type": "websocket.accept"})
    connection = Connection(send)
    try:
        with traced("live"):
            came = await _come_in(house, connection, receive)
            if came:
                await _listen(*came, connection, receive)
        await asyncio.wait_for(connection.closed.wait(), 5)
    except TimeoutError:
        pass
    finally:
        await connection.finish()


async def _come_in(house: House, connection: Connection, receive: Receive) -> tuple[Room, Participant] | None:
    """The hello, perhaps twice (the question about the licence)."""
    while True:
        try:
            event = await asyncio.wait_for(receive(), HELLO_PATIENCE)
            if event["type"] != "websocket.receive":
                return None
            hello = protocol.decode(event.get("text") or event.get("bytes") or b"")
            if not isinstance(hello, protocol.Hello):
                raise protocol.Malformed("the first message is a hello")
            ticket = tickets.read(hello.resume or hello.ticket, resume=bool(hello.resume))
        except protocol.Malformed:
            return _turn_down(connection, "malformed", "", MALFORMED)
        except tickets.TicketError:
            return _turn_down(connection, "ticket", "")
        except TimeoutError:
            return _turn_down(connection, "again", "")
        room = await house.room(ticket.meeting)
        who = _same_chair(room, ticket) or Participant(ticket, connection, _terminal(hello.terminal))
        held = house.licence_elsewhere(who)
        if held and held[1].connection and not hello.take_over:
            connection.tell({"t": "question", "about": "licence", "terminal": held[1].terminal, "since": held[1].since})
            continue
        if held:
            held[0].take_over(held[1], who.terminal)
        if who in (room.people.get(who.id), room.lobby.get(who.id)):
            return _back(house, room, who, connection, fresh=hello.fresh or not hello.resume)
        return _seat(house, room, who, connection)


def _same_chair(room: Room, ticket: tickets.Ticket) -> Participant | None:
    """The one who is awaited back, in the room or before its door. Also with the ticket once more, where the welcome
    was lost on the line or the browser showed the page again out of its memory: nobody sits on one chair twice."""
    return room.people.get(ticket.attendance) or room.lobby.get(ticket.attendance)


def _back(
    house: House, room: Room, who: Participant, connection: Connection, *, fresh: bool
) -> tuple[Room, Participant]:
    """To the own chair, or to the own place in the lobby."""
    if who.connection:
        who.connection.close(1000, "came back on another line")
    who.connection = connection
    house.hold_licence(room, who)
    if fresh:
        room.forget_media(who)
    room.back(who)
    return room, who


def _seat(house: House, room: Room, who: Participant, connection: Connection) -> tuple[Room, Participant] | None:
    """Into the room, into the lobby, or refused."""
    ticket = who.ticket
    if ticket.key in room.facts.barred:
        return _turn_down(connection, "barred", ticket.language)
    if ticket.attendance in room.removed:
        return _turn_down(connection, "removed", ticket.language)
    if ticket.sitting and ticket.sitting != room.facts.sitting:
        return _turn_down(connection, "empty", ticket.language)
    if room.locked and not ticket.admitted and ticket.role not in ("host", "co-host"):
        return _turn_down(connection, "locked", ticket.language)
    if room.is_full and ticket.role != "host":
        return _turn_down(connection, "full", ticket.language)
    why = room.must_wait(who)
    if why and len(room.lobby) >= MOST_WAITING:
        return _turn_down(connection, "busy-door", ticket.language)
    house.hold_licence(room, who)
    if why:
        room.wait(who, why)
    else:
        room.enter(who)
    return room, who


def _turn_down(connection: Connection, why: str, language: str, code: int = REFUSED) -> tuple[Room, Participant] | None:
    """Nobody comes in: nothing."""
    connection.tell({"t": "refused", "why": why, "text": say(why, language)})
    connection.close(code, why)
    return None


def _terminal(told: dict[str, Any]) -> dict[str, Any]:
    return {key: str(told[key])[:60] for key in KNOWN_TERMINAL if key in told}


async def _listen(room: Room, who: Participant, connection: Connection, receive: Receive) -> None:
    """Until the line ends. Requests to the engine run beside, each kind in its order, so that talk never waits."""
    slow: asyncio.Queue[protocol.Incoming] = asyncio.Queue(maxsize=100)
    worker = asyncio.create_task(_one_after_the_other(room, who, slow))
    odd = Bucket(0.2, 5)  # malformed messages that are forgiven
    try:
        while who.connection is connection:
            event = await receive()
            if event["type"] != "websocket.receive":
                break
            if not connection.bucket.take():
                connection.tell({"t": "refused", "why": "flood", "text": say("flood", who.language)})
                connection.close(TOO_MANY, "flood")
                break
            if (data := event.get("bytes")) is not None:
                await _binary(room, who, data)
                continue
            try:
                message = protocol.decode(event.get("text") or "")
            except protocol.Malformed as error:
                number = {} if error.n is None else {"n": error.n}
                text = say("malformed", who.language)
                who.tell({"t": "refused", **number, "why": "malformed", "text": text, "detail": str(error)})
                if not odd.take():
                    connection.close(MALFORMED, "malformed")
                    break
                continue
            if isinstance(message, handlers.IN_ORDER):
                if slow.full():
                    connection.close(TOO_MANY, "flood")
                    break
                slow.put_nowait(message)
            else:
                await _carry_out(room, who, message)
    finally:
        worker.cancel()
        if who.connection is connection:
            room.cut(who)


async def _one_after_the_other(room: Room, who: Participant, slow: asyncio.Queue[protocol.Incoming]) -> None:
    while True:
        await _carry_out(room, who, await slow.get())


async def _binary(room: Room, who: Participant, data: bytes) -> None:
    feature = next((one for one in FEATURES.values() if data[:1] and one.binary == data[0]), None)
    if not who.admitted:
        return
    if feature is None or len(data) > protocol.LARGEST:
        why = "malformed" if feature is None else "too-large"
        who.tell({"t": "refused", "why": why, "text": say(why, who.language)})
        return
    try:
        await feature.hear(room, who, data[1:])
    except Refused as refused:
        who.tell({"t": "refused", "why": refused.why, "text": refused.text or say(refused.why, who.language)})
    except Exception:
        log.exception("a binary frame of %s was not taken", who.id)


async def _carry_out(room: Room, who: Participant, message: protocol.Incoming) -> None:
    try:
        answer = await _handle(room, who, message)
    except Refused as refused:
        _refuse(who, message, refused.why, refused.text)
    except NotPossible as error:
        _refuse(who, message, "not-possible", str(error))
    except EngineGone:
        _refuse(who, message, "engine")
    except EngineError as error:
        log.warning("%s: %s: %s", who.id, type(message).__name__, error)
        _refuse(who, message, "again")
    except Exception:
        log.exception("%s of %s failed; the room goes on", type(message).__name__, who.id)
        _refuse(who, message, "again")
    else:
        if message.n is not None:
            who.tell({"t": "done", "n": message.n, **(answer or {})})


async def _handle(room: Room, who: Participant, message: protocol.Incoming) -> dict[str, Any] | None:
    if isinstance(message, protocol.Hello) or room.ended:
        return None
    if not who.admitted and not isinstance(message, handlers.IN_THE_LOBBY):
        raise Refused("not-allowed")
    if isinstance(message, handlers.EVENTS) and not who.acts.take():
        raise Refused("slow-down")
    return await handlers.HANDLERS[type(message)](room, who, message)


def _refuse(who: Participant, message: protocol.Incoming, why: str, text: str = "") -> None:
    number = {} if message.n is None else {"n": message.n}
    who.tell({"t": "refused", **number, "why": why, "text": text or say(why, who.language)})
