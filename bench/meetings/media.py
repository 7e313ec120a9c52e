"""What one core forwards, beside a bare Janus with the same streams; and a large room for ten minutes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from bench.meetings import processes
from bench.meetings.packets import Receiving, Sending, Stream, streams
from bench.meetings.peer import Peer
from bench.meetings.people import Person, tickets
from bench.meetings.plain import Plain
from bench.meetings.signalling import Row, at_the_house
from tests.engines import running_janus
from tests.house import House

SENDERS, RECEIVERS = 4, 60
ROUNDS, ROUND, WARM = 3, 8.0, 2.0
BITRATE = 4_000_000
MEDIASOUP = "mediasoup's documentation names 500 consumers a core"
CAMERAS, PEOPLE, TALKERS, MINUTES, SAMPLE = 25, 100, 3, 10.0, 15.0
FLAT = 1.05, 8.0  # of the first third's memory, or so many MB: what the last third may have


@dataclass
class Side:
    """One of the two that are compared: its processes, its peers, and what it forwarded for how much time."""

    pids: list[int]
    sending: list[Stream]
    receiving: list[Peer]
    packets: int = 0
    size: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)

    async def round(self) -> None:
        """Streams run; after a moment everything is counted."""
        sending = Sending(self.sending)
        counting = Receiving(self.receiving)
        await asyncio.sleep(WARM)
        counting.reset()
        began, used = time.monotonic(), sum(map(processes.seconds, self.pids))
        await asyncio.sleep(ROUND)
        self.seconds += time.monotonic() - began
        self.cpu += sum(map(processes.seconds, self.pids)) - used
        self.packets += counting.came
        self.size += counting.bytes
        self.losses.append(counting.loss)
        await sending.close()
        await counting.close()

    @property
    def microseconds(self) -> float:
        """Processor time for each packet that arrived."""
        return self.cpu / self.packets * 1e6

    def said(self) -> str:
        return (
            f"{self.packets / self.seconds:,.0f} packets/s, {self.size * 8 / self.seconds / 1e6:.0f} Mbit/s at "
            f"{self.cpu / self.seconds:.0%} of a core, {self.microseconds:.1f} µs a packet, loss {max(self.losses):.3%}"
        )


def media() -> Row:
    return at_the_house(_media)


async def _media(house: House) -> Row:
    """Both are set up before the first round, and take turns, so that the machine's moods meet both alike."""
    people = await _people(house, SENDERS, RECEIVERS)
    ours = Side(
        [*house.pids("/usr/bin/janus"), house.live],
        _all([person.sending for person in people if person.sending]),
        [person.receiving for person in people if person.receiving],
    )
    with running_janus() as bare:
        plain = await _plain(bare)
        for side in [ours, plain] * ROUNDS:
            await side.round()
    for person in people:
        await person.leave()
    share = plain.microseconds / ours.microseconds
    consumers = RECEIVERS * SENDERS * 2
    return {
        "value": round(share * 100, 1),
        "unit": "%",
        "reach": "at least 95 % of a plain Janus",
        "holds": share >= 0.95,
        "conditions": f"{SENDERS} senders (microphone, camera in three layers), {RECEIVERS} receivers of all in the best layer: "
        f"{consumers} streams, {ROUNDS} rounds of {ROUND:.0f} s in turn, real ICE, DTLS and SRTP, nothing decoded; with us "
        f"(engine and live process) {ours.said()}, so {consumers / (ours.cpu / ours.seconds):.0f} such streams a core; plain "
        f"{plain.said()}; {MEDIASOUP}",
    }


async def _people(house: House, senders: int, receivers: int, height: int = 1080) -> list[Person]:
    (room,) = tickets(house, 1, senders + receivers)
    people = [Person(house, ticket) for ticket in room]
    for person in people[:senders]:
        await person.come()
        await person.send(camera=True)
    for start in range(senders, len(people), 10):
        await asyncio.gather(*(person.come() for person in people[start : start + 10]))
    for person in people:
        await person.look(height)
    for number, person in enumerate(people):
        await person.sees(senders - (number < senders))
    return people


def _all(peers: list[Peer]) -> list[Stream]:
    return [stream for peer in peers for stream in streams(peer, sound=True, camera=True)]


async def _plain(running: Any) -> Side:
    plain = Plain(running)
    await plain.open(BITRATE)
    sending = [await plain.send(f"sender-{n}", camera=True) for n in range(SENDERS)]
    receiving = [await plain.receive(layer=2) for _ in range(RECEIVERS)]
    return Side([running.process.pid], _all(sending), receiving)


def big_room() -> Row:
    return at_the_house(_big_room)


async def _big_room(house: House) -> Row:
    people = await _people(house, CAMERAS, PEOPLE - CAMERAS, height=180)
    talking = set(map(id, people[:TALKERS]))
    sending = Sending(
        [
            stream
            for person in people
            if person.sending
            for stream in streams(person.sending, sound=id(person) in talking, camera=True)
        ]
    )
    counting = Receiving([person.receiving for person in people if person.receiving])
    await asyncio.sleep(5)
    counting.reset()
    memory: dict[str, list[float]] = {}
    engine, live = house.pids("/usr/bin/janus")[0], house.live
    began, used = time.monotonic(), (processes.seconds(engine), processes.seconds(live))
    while time.monotonic() - began < MINUTES * 60:
        await asyncio.sleep(min(SAMPLE, MINUTES * 60 / 9))
        for name, word in WATCHED.items():
            memory.setdefault(name, []).append(sum(map(processes.megabytes, house.pids(word))))
    seconds = time.monotonic() - began
    shares = [(processes.seconds(pid) - before) / seconds for pid, before in zip((engine, live), used, strict=True)]
    loss, rate, mbits = counting.loss, counting.came / seconds, counting.bytes * 8 / seconds / 1e6
    count = len(counting.counts)
    await sending.close()
    await counting.close()
    for person in people:
        await person.leave()
    grown = [name for name, samples in memory.items() if not _flat(samples)]
    told = ", ".join(f"{name} {samples[0]:.0f} to {samples[-1]:.0f} MB" for name, samples in memory.items())
    return {
        "value": round(loss * 100, 4),
        "unit": "%",
        "reach": "under 0.1 % lost, memory flat",
        "holds": loss < 0.001 and not grown and count >= PEOPLE * (CAMERAS - 1),
        "conditions": f"{PEOPLE} people for {MINUTES:.0f} minutes, {CAMERAS} cameras sent in three layers and received by all as "
        f"gallery tiles, {TALKERS} talking: {count} streams, {rate:,.0f} packets/s, {mbits:.0f} Mbit/s; engine {shares[0]:.0%} "
        f"and live process {shares[1]:.0%} of a core; memory {told}{'; GROWN: ' + ', '.join(grown) if grown else ''}; "
        "real ICE, DTLS and SRTP, nothing decoded, loss by gaps in the numbers that the engine gives",
    }


WATCHED = {"engine": "/usr/bin/janus", "live": "musubu live", "web": "gunicorn", "workers": "worker", "front": "nginx"}


def _flat(samples: list[float]) -> bool:
    third = max(1, len(samples) // 3)
    first, last = max(samples[:third]), max(samples[-third:])
    return last <= first * FLAT[0] or last - first <= FLAT[1]
