"""People without a browser: they speak the room's protocol over a real WebSocket."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.house import House

PLAN = """
import json
from musubu.contracts.models import Contract
from musubu.meetings import entering, tickets
from musubu.meetings.models import Licence, Meeting
from musubu.parties.models import Person
given = json.loads('''{given}''')
contract = Contract.objects.filter(service="liveon", state="active").first()
key = getattr(contract, "licence_key", None)
if key and not key.registered_at:
    key.registered_at = contract.created_at
    key.save()
host = contract.responsible
Licence.objects.get_or_create(contract=contract, holder=host, ended_at=None, defaults={{"since": contract.created_at}})
slug = tickets.fresh_id()[:16]
meeting = Meeting.objects.create(
    provider=contract.provider, organisation=contract.organisation, contract=contract, kind="instant", slug=slug,
    number=str(int(slug.replace("-", ""), 16))[-9:], title=given["title"], host=host, created_at=contract.created_at,
    pass_code=given["pass_code"], settings=given["settings"],
)
found = {{"slug": slug, "id": meeting.pk, "number": meeting.number, "host": [], "guests": []}}
for n in range(given["host"]):
    found["host"].append(entering.ticket(meeting=meeting, person=host).signed())
for n in range(given["guests"]):
    guest = entering.ticket(meeting=meeting, person=None, name=f"Guest {{n}}", mark=f"mark-{{n}}", pass_code=given["pass_code"])
    found["guests"].append(guest.signed())
print(json.dumps(found))
"""


def plan(house: House, *, host: int = 1, guests: int = 1, pass_code: str = "", **settings: Any) -> dict[str, Any]:
    """A meeting that runs at once, with so many tickets: {"slug", "id", "number", "host": […], "guests": […]}."""
    given = {"title": "週次会議", "host": host, "guests": guests, "pass_code": pass_code, "settings": settings}
    found: dict[str, Any] = json.loads(house.python(PLAN.format(given=json.dumps(given, ensure_ascii=False))))
    return found


class Visitor:
    """One socket; what was heard is kept in `heard`."""

    present: list[Visitor] = []

    def __init__(self, house: House) -> None:
        self.address = house.address.replace("http", "ws", 1) + "/live/meetings/"
        self.heard: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()
        self.closed: int | None = None
        self.web: ClientConnection

    async def dial(self) -> Visitor:
        self.web = await connect(self.address, max_size=None, compression=None)
        self._task = asyncio.create_task(self._read())
        self.present.append(self)
        return self

    @classmethod
    async def everybody_goes(cls) -> None:
        while cls.present:
            await cls.present.pop().web.close()

    async def _read(self) -> None:
        try:
            async for text in self.web:
                if isinstance(text, str):
                    told = json.loads(text)
                    self.heard += told if isinstance(told, list) else [told]
                    self._news.set()
        except ConnectionClosed:
            pass
        self.closed = self.web.close_code
        self._news.set()

    async def say(self, t: str, **more: Any) -> None:
        await self.web.send(json.dumps({"t": t, **more}))

    async def ask(self, t: str, **more: Any) -> dict[str, Any]:
        """The answer to a numbered request."""
        n = next(self._numbers)
        await self.say(t, n=n, **more)
        return await self.until(lambda one: one.get("n") == n)

    async def hello(self, ticket: str = "", **more: Any) -> dict[str, Any]:
        """Come in; the welcome, the waiting, the question or the refusal."""
        await self.say("hello", ticket=ticket, terminal={"browser": "Visitor", "system": "Test"}, **more)
        return await self.until(lambda one: one["t"] in ("welcome", "waiting", "question", "refused"))

    async def until(self, matches: Any, patience: float = 8.0) -> dict[str, Any]:
        """The first unread message that matches; those before it stay."""
        kind = matches
        if isinstance(kind, str):
            matches = lambda one: one["t"] == kind  # noqa: E731
        end = asyncio.get_running_loop().time() + patience
        while True:
            for place, one in enumerate(self.heard):
                if matches(one):
                    return self.heard.pop(place)
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or self.closed is not None:
                raise AssertionError(f"never heard; closed {self.closed}; heard {self.heard[-5:]}")
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                continue

    async def until_closed(self, patience: float = 8.0) -> int | None:
        end = asyncio.get_running_loop().time() + patience
        while self.closed is None and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
        return self.closed
