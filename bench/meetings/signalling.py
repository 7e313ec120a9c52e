"""Joins into rooms of ten, and events in a room of two hundred: our own protocol, with people that need no browser."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.meetings import processes
from bench.meetings.people import Json, Person, tickets
from tests.house import House, running_house

Row = dict[str, Any]
ROOMS, IN_ROOM, AT_ONCE = 20, 10, 24
CROWD, EVENTS, SECONDS = 200, 50, 20


def at_the_house(measure: Callable[[House], Awaitable[Row]]) -> Row:
    """Run a measurement against a fresh `musubu serve`."""
    with tempfile.TemporaryDirectory() as folder, running_house(Path(folder)) as house:
        return asyncio.run(measure(house))  # type: ignore[arg-type]


def joins() -> Row:
    return at_the_house(_joins)


async def _joins(house: House) -> Row:
    """As many at once as browsers would be; a join counts when everybody in the room is also heard and seen."""
    live = house.live
    cores = processes.pin(live, 0)
    rooms = tickets(house, ROOMS, IN_ROOM)
    people = [Person(house, room[n]) for n in range(IN_ROOM) for room in rooms]
    line = iter(people)
    began, used = time.monotonic(), processes.seconds(live)

    async def door() -> None:
        for person in line:
            await person.come()
            await person.look(180)
            await person.send(camera=True)

    await asyncio.gather(*(door() for _ in range(AT_ONCE)))
    for person in people:
        await person.sees(IN_ROOM - 1)
    seconds, used = time.monotonic() - began, processes.seconds(live) - used
    for person in people:
        await person.leave()
    rate = len(people) / seconds
    return {
        "value": round(rate, 1),
        "unit": "joins/s",
        "reach": "at least 50 joins/s",
        "holds": rate >= 50,
        "conditions": f"{len(people)} people into {ROOMS} rooms of {IN_ROOM}, {AT_ONCE} at a time, each with microphone and camera "
        f"and connected to all others; signalling kept to one core{cores}, of which it used {used / seconds:.0%}; engine, "
        "front server and the people (real ICE and DTLS, no browser) share the machine",
    }


def events() -> Row:
    return at_the_house(_events)


async def _events(house: House) -> Row:
    live = house.live
    (crowd,) = tickets(house, 1, CROWD)
    sent: dict[str, float] = {}
    delays: list[float] = []

    def hear(message: Json) -> None:
        if key := _key(message):
            delays.append(time.monotonic() - sent[key]) if key in sent else None

    people = [Person(house, ticket, hear) for ticket in crowd]
    for start in range(0, CROWD, 20):
        await asyncio.gather(*(person.come() for person in people[start : start + 20]))
    await asyncio.sleep(2)
    used, began = processes.seconds(live), time.monotonic()
    for number in range(EVENTS * SECONDS):
        await asyncio.sleep(max(0.0, began + number / EVENTS - time.monotonic()))
        await _act(people[number % CROWD], number, sent)
    seconds = time.monotonic() - began
    share = (processes.seconds(live) - used) / seconds
    await asyncio.sleep(1)
    for person in people:
        await person.leave()
    late = statistics.quantiles(delays, n=20)[18] * 1000
    expected = CROWD * len(sent)
    return {
        "value": round(late, 1),
        "unit": "ms",
        "reach": "under 100 ms (95 %)",
        "holds": late < 100 and len(delays) >= expected * 0.999,
        "conditions": f"{CROWD} people in one room, {len(sent) / seconds:.0f} events a second (chat, hands, reactions in turn) for "
        f"{SECONDS} s, {len(delays)} of {expected} deliveries, median {statistics.median(delays) * 1000:.1f} ms; the live "
        f"process used {share:.0%} of a core; sender and receivers in one process",
    }


async def _act(person: Person, number: int, sent: dict[str, float]) -> None:
    kind = number % 3
    if kind == 0:
        key = f"chat {number}"
        message: Json = {"t": "chat", "text": key}
    elif kind == 1:
        key = f"r{number}"
        message = {"t": "reaction", "emoji": key}
    else:
        up = f"hand {person.me} True" not in sent  # each hand goes up once and down once
        key = f"hand {person.me} {up}"
        message = {"t": "hand", "up": up}
    sent[key] = time.monotonic()
    await person.tell(**message)


def _key(message: Json) -> str:
    """By which a delivery is matched with what was sent."""
    match message["t"]:
        case "chat":
            return str(message["text"])
        case "reaction":
            return str(message["emoji"])
        case "person" if "hand" in message:
            return f"hand {message['id']} {message['hand'] is not None}"
    return ""
