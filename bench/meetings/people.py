"""Participants without a browser: our protocol over a real WebSocket, and media where a measurement wants it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.meetings.peer import Peer
from tests.house import House

Json = dict[str, Any]
PATIENCE = 30.0
# makes meetings whose people need nobody's leave, and signs them in: one line of tickets for each room
TICKETS = """
import json, secrets
from django.utils import timezone
from musubu.contracts.models import Contract
from musubu.meetings import tickets
from musubu.meetings.models import Meeting
contract = Contract.objects.filter(service="liveon", state="active").select_related("plan").first()
contract.plan.limits["capacity"] = 500
contract.plan.save()
for room in range({rooms}):
    meeting = Meeting.objects.create(
        provider=contract.provider, organisation=contract.organisation, contract=contract, kind="instant",
        slug=secrets.token_urlsafe(9), number=str(10**9 + secrets.randbelow(9 * 10**9)), title=f"Room {{room}}",
        host=contract.responsible, created_at=timezone.now(),
        settings={{"capacity": 500, "lobby": "nobody", "before_host": True}},
    )
    print(json.dumps([
        tickets.Ticket(
            meeting=meeting.pk, attendance=tickets.fresh_id(), name=f"Person {{n}}", role="host" if n == 0 else "attendee",
            kind="member" if n == 0 else "guest", language="en", mark=secrets.token_hex(8), admitted=True,
        ).signed() for n in range({people})
    ]))
"""


def tickets(house: House, rooms: int, people: int) -> list[list[str]]:
    """For so many rooms, so many people each; good for ten minutes."""
    return [json.loads(line) for line in house.python(TICKETS.format(rooms=rooms, people=people)).splitlines()]


class Person:
    """One participant. `hear` is called with every message; `sending` and `receiving` are their connections."""

    def __init__(self, house: House, ticket: str, hear: Callable[[Json], None] | None = None) -> None:
        self.address = house.address.replace("http", "ws", 1) + "/live/meetings/"
        self.ticket = ticket
        self.hear = hear
        self.me = ""
        self.resume = ""
        self.people: dict[str, list[Json]] = {}
        self.sending: Peer | None = None
        self.receiving: Peer | None = None
        self.height = 0  # of every picture on this person's screen
        self.pictures = 0  # that are received
        self.refused: list[Json] = []
        self.changed = asyncio.Event()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._web: ClientConnection | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._welcome: asyncio.Future[Json] | None = None

    async def come(self, *, resume: bool = False) -> Json:
        """Until the welcome."""
        self._web = await connect(self.address, compression=None, max_size=None, open_timeout=PATIENCE)
        self._welcome = asyncio.get_running_loop().create_future()
        self._tasks.append(asyncio.create_task(self._read(self._web)))
        hello: Json = {"t": "hello", "terminal": {"browser": "bench"}}
        hello |= {"resume": self.resume} if resume else {"ticket": self.ticket}
        await self._web.send(json.dumps(hello))
        return await asyncio.wait_for(self._welcome, PATIENCE)

    async def ask(self, t: str, **more: Any) -> Json:
        """A numbered request and its answer."""
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.tell(t, n=number, **more)
        return await asyncio.wait_for(future, PATIENCE)

    async def tell(self, t: str, **more: Any) -> None:
        assert self._web
        await self._web.send(json.dumps({"t": t, **more}))

    async def send(self, *, camera: bool) -> Peer:
        """Publish a microphone and perhaps a camera; connected when it comes back."""
        peer = Peer()
        sdp, streams = peer.offer(camera)
        answer = await self.ask("publish", sdp=sdp, streams=streams)
        if answer["t"] != "done":
            raise RuntimeError(f"not published: {answer}")
        await peer.connect(answer["sdp"])
        self.sending = peer
        return peer

    async def look(self, height: int) -> None:
        """See everybody, each picture so high."""
        self.height = height
        wants = [
            {"feed": feed, "source": one["source"], "height": height}
            for feed, streams in self.people.items()
            for one in streams
            if one["source"] == "camera"
        ]
        await self.tell("view", wants=wants[:60])

    async def leave(self) -> None:
        with contextlib.suppress(WebSocketException):
            if self._web:
                await self._web.close()
        for task in self._tasks:
            task.cancel()
        for peer in (self.sending, self.receiving):
            if peer:
                peer.close()

    async def _read(self, web: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            async for text in web:
                told = json.loads(text)
                for message in told if isinstance(told, list) else [told]:
                    self._take(message)
        if self._welcome and not self._welcome.done():
            self._welcome.set_exception(ConnectionError(f"closed before the welcome: {self.refused}"))

    def _take(self, message: Json) -> None:
        kind = message["t"]
        if kind in ("done", "refused") and message.get("n") in self._waiting:
            future = self._waiting.pop(message["n"])
            if not future.done():
                future.set_result(message)
        elif kind == "refused":
            self.refused.append(message)
        elif kind == "welcome":
            self._come_in(message)
        elif kind == "offer":
            self._tasks.append(asyncio.create_task(self._answer(message)))
        else:
            self._note(kind, message)
        if self.hear:
            self.hear(message)

    def _come_in(self, message: Json) -> None:
        self.me, self.resume = message["me"], message["resume"]
        self.people = {one["id"]: one["streams"] for one in message["people"] if one["id"] != message["me"]}
        if self._welcome and not self._welcome.done():
            self._welcome.set_result(message)

    def _note(self, kind: str, message: Json) -> None:
        """Who sends what; whoever watches looks again."""
        before = sum(len(streams) for streams in self.people.values())
        if kind == "joined":
            self.people[message["person"]["id"]] = message["person"]["streams"]
        elif kind == "left":
            self.people.pop(message["id"], None)
        elif kind == "person" and "streams" in message and message["id"] != self.me:
            self.people[message["id"]] = message["streams"]
        elif kind == "resume":
            self.resume = message["token"]
        if self.height and before != sum(len(streams) for streams in self.people.values()):
            self._tasks.append(asyncio.create_task(self.look(self.height)))

    async def _answer(self, message: Json) -> None:
        if self.receiving is None:
            self.receiving = Peer()
        peer = self.receiving
        await self.tell("answer", round=message["round"], sdp=peer.answer(message["sdp"]))
        self.pictures = sum(one["source"] == "camera" for one in message["streams"])
        if not peer.remote:
            await peer.connect(message["sdp"])
        self.changed.set()

    async def sees(self, pictures: int, patience: float = PATIENCE) -> float:
        """Wait until so many pictures are received; how long it took."""
        began = time.monotonic()
        while self.pictures < pictures or not (self.receiving and self.receiving.connected):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), patience)
            while self.receiving and self.receiving.remote and not self.receiving.connected:
                await asyncio.sleep(0.005)
        return time.monotonic() - began
