"""What is done together through the real server: boards that converge, rights that hold, files, documents, polls."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

import pytest
from pycrdt import Doc, Map
from websockets.exceptions import ConnectionClosed

from musubu.meetings.live.together import wire
from tests.house import House
from tests.live.visitors import Visitor, plan

pytestmark = pytest.mark.live
OPEN = {"lobby": "nobody", "before_host": True}
BOARD, PAPER = 1, 2


class Drawer(Visitor):
    """Speaks of shared documents too, as a browser's Yjs does."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.house = house
        self.docs: dict[bytes, Doc[Any]] = {}
        self.presences: list[wire.Presence] = []
        self.token = ""
        self.me = ""

    async def _read(self) -> None:
        try:
            async for frame in self.web:
                if isinstance(frame, bytes):
                    await self._hear(frame)
                else:
                    told = json.loads(frame)
                    self.heard += told if isinstance(told, list) else [told]
                self._news.set()
        except ConnectionClosed:
            pass
        self.closed = self.web.close_code
        self._news.set()

    async def _hear(self, frame: bytes) -> None:
        head, kind, rest = frame[:17], frame[17], frame[18:]
        doc = self.docs.get(head)
        if doc is None:
            return
        if kind == wire.AWARENESS:
            self.presences += wire.awareness(rest)
            return
        step, body = wire.sync(rest)
        if step == wire.STEP_1:
            await self.web.send(head + wire.sync_message(wire.STEP_2, doc.get_update(body)))
        else:
            doc.apply_update(body)

    async def open(self, kind: int, key: str) -> Doc[Any]:
        head = bytes((kind,)) + uuid.UUID(key).bytes
        doc: Doc[Any] = Doc()
        self.docs[head] = doc
        await self.web.send(head + wire.sync_message(wire.STEP_1, doc.get_state()))
        return doc

    async def write(self, kind: int, key: str, update: bytes) -> None:
        await self.web.send(bytes((kind,)) + uuid.UUID(key).bytes + wire.sync_message(wire.UPDATE, update))

    async def act(self, name: str, act: str, **data: Any) -> dict[str, Any]:
        return await self.ask("feature", name=name, act=act, data=data)

    def bring(self, name: str, content: bytes, use: str = "chat") -> tuple[int, dict[str, Any]]:
        headers = {"X-Room": self.token, "X-File-Name": quote(name), "Content-Type": "application/octet-stream"}
        return fetch(f"{self.house.address}/meetings/files/?use={use}", headers, content)

    def get(self, path: str) -> tuple[int, Any]:
        return fetch(self.house.address + path, {"X-Room": self.token})


def fetch(url: str, headers: dict[str, str], content: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=30) as answer:
            read = answer.read()
            return answer.status, json.loads(read) if answer.headers["Content-Type"] == "application/json" else read
    except urllib.error.HTTPError as error:
        read = error.read()
        return error.code, json.loads(read) if read[:1] == b"{" else read


def run(story: Coroutine[Any, Any, None]) -> None:
    async def told() -> None:
        try:
            await asyncio.wait_for(story, 90)
        finally:
            await Visitor.everybody_goes()

    asyncio.run(told())


async def come(house: House, ticket: str) -> Drawer:
    visitor = Drawer(house)
    await visitor.dial()
    welcome = await visitor.hello(ticket)
    visitor.token, visitor.me = welcome["resume"], welcome["me"]
    await asyncio.sleep(0.3)  # the presence reaches the database a moment later
    return visitor


async def until(holds: Any) -> None:
    for _ in range(160):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never held")


def drawn(doc: Doc[Any], key: str) -> bytes:
    """Draw one element; the update that says so."""
    before = doc.get_state()
    doc.get("elements", type=Map)[key] = {"id": key, "type": "rectangle", "version": 1}
    return doc.get_update(before)


def elements(doc: Doc[Any]) -> set[str]:
    return set(doc.get("elements", type=Map).to_py() or {})


def test_two_boards_come_together_and_stay(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        key = (await host.act("board", "open"))["list"][0]["id"]
        one, two = await host.open(BOARD, key), await guest.open(BOARD, key)
        await asyncio.sleep(0.3)
        await asyncio.gather(host.write(BOARD, key, drawn(one, "a")), guest.write(BOARD, key, drawn(two, "b")))
        await until(lambda: elements(one) == elements(two) == {"a", "b"})
        await asyncio.sleep(2.2)  # longer than changes wait before they are kept
        house.kill("uvicorn")
        late = None
        for _ in range(40):
            await asyncio.sleep(0.5)
            try:
                late = await come(house, found["guests"][1])
                break
            except Exception:  # the process is being started again
                continue
        assert late is not None
        doc = await late.open(BOARD, key)
        await until(lambda: elements(doc) == {"a", "b"})

    run(story())


def test_who_may_not_draw_changes_nothing(house: House) -> None:
    found = plan(house, guests=1, draw="hosts", **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        assert (await guest.act("board", "add"))["why"] == "not-allowed"
        key = (await host.act("board", "open"))["list"][0]["id"]
        one, two = await host.open(BOARD, key), await guest.open(BOARD, key)
        await host.write(BOARD, key, drawn(one, "a"))
        await until(lambda: elements(two) == {"a"})
        await guest.write(BOARD, key, drawn(two, "forbidden"))
        told = await guest.until(lambda m: m["t"] == "feature" and m["act"] == "reset")
        assert told["data"] == {"id": key, "why": "not-allowed"}
        for somebody in (host, guest):
            again = await somebody.open(BOARD, key)
            await until(lambda again=again: elements(again))
            assert elements(again) == {"a"}
        assert (await guest.act("board", "remove", id=key))["why"] == "not-host"

    run(story())


def test_hostile_frames_hurt_nobody(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        key = (await host.act("board", "open"))["list"][0]["id"]
        head = bytes((BOARD,)) + uuid.UUID(key).bytes
        one, two = await host.open(BOARD, key), await guest.open(BOARD, key)
        await asyncio.sleep(0.2)
        for frame in (
            b"\x01", head, head + b"\x00", head + b"\x09\x00", head + b"\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            head + wire.sync_message(wire.STEP_1, b"\xff\xff\xff"), head + wire.sync_message(wire.UPDATE, b"\x01\x02\x03"),
            head + b"\x01" + wire.sized(b"\xff\xff\xff\xff\x0f"), head + b"\x01" + wire.sized(b"\x01\x05\x01" + wire.sized(b"[1]")),
            bytes((BOARD,)) + bytes(16) + wire.sync_message(wire.STEP_1, b"\x00"), b"\xee" + bytes(40), head + bytes(300_000),
        ):  # fmt: skip
            await guest.web.send(frame)
        await asyncio.sleep(0.5)
        assert guest.closed is None
        told = [message["why"] for message in guest.heard if message["t"] == "refused"]
        assert told[-2:] == ["malformed", "too-large"]
        await host.write(BOARD, key, drawn(one, "still"))
        await until(lambda: elements(two) == {"still"})

    run(story())


def test_nobody_points_under_anothers_name(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        key = (await host.act("board", "open"))["list"][0]["id"]
        head = bytes((BOARD,)) + uuid.UUID(key).bytes
        await host.open(BOARD, key)
        await guest.open(BOARD, key)
        lie = {"user": {"id": host.me, "name": "the host"}, "cursor": {"x": 1, "y": 2}}
        await guest.web.send(head + wire.awareness_message([wire.Presence(77, 1, lie)]))
        await until(lambda: host.presences)
        assert host.presences[0].state == {"user": {"id": guest.me, "name": "Guest 0"}, "cursor": {"x": 1, "y": 2}}
        await host.web.send(head + wire.awareness_message([wire.Presence(77, 9, None)]))  # not the host's to take away
        await asyncio.sleep(0.3)
        late = await come(house, found["guests"][1])
        await late.open(BOARD, key)
        await until(lambda: late.presences)
        assert late.presences[0].client == 77 and late.presences[0].state is not None

    run(story())


def test_another_meetings_things_are_not_there(house: House) -> None:
    mine, other = plan(house, guests=1, **OPEN), plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, stranger = await come(house, mine["guests"][0]), await come(house, other["guests"][0])
        key = (await host.act("board", "open"))["list"][0]["id"]
        await host.write(BOARD, key, drawn(await host.open(BOARD, key), "a"))
        doc = await stranger.open(BOARD, key)
        await stranger.until("refused")
        assert elements(doc) == set()
        status, file = host.bring("秘密.txt", b"secret")
        assert status == 200
        _, paper = host.bring("秘密.txt", b"secret", "document")
        for path in (
            file["url"],
            file["url"] + "preview/",
            paper["url"],
            paper["url"] + "source/",
            f"/meetings/boards/{key}/",
        ):
            assert stranger.get(path)[0] == 404
            assert fetch(house.address + path, {})[0] == 404
        assert (await stranger.act("files", "post", id=file["id"]))["why"] == "gone-thing"
        assert (await stranger.act("documents", "show", id=paper["id"]))["why"] == "gone-thing"
        assert host.get(file["url"]) == (200, b"secret")

    run(story())


def test_a_private_file_is_for_two(house: House) -> None:
    found = plan(house, guests=3, **OPEN)

    async def story() -> None:
        one, two = await come(house, found["guests"][0]), await come(house, found["guests"][1])
        third = await come(house, found["guests"][2])
        _, file = one.bring("見積/../../etc/passwd", b"price")
        assert file["name"] == "passwd"
        await one.act("files", "post", id=file["id"], to=two.me)
        assert (await two.until("chat"))["file"]["name"] == "passwd"
        await asyncio.sleep(0.4)
        assert two.get(file["url"]) == (200, b"price") and third.get(file["url"])[0] == 404
        status, link = fetch(
            f"{house.address}/meetings/links/", {"X-Room": two.token}, json.dumps({"url": file["url"]}).encode()
        )
        assert status == 200 and fetch(house.address + link["url"], {}) == (200, b"price")
        assert fetch(house.address + link["url"].replace(file["id"], str(uuid.uuid4())), {})[0] == 404
        assert (await two.act("files", "remove", id=file["id"]))["why"] == "not-host"
        assert (await one.act("files", "remove", id=file["id"]))["t"] == "done"
        assert two.get(file["url"])[0] == 404

    run(story())


def test_uploads_are_refused_in_plain_words(house: House) -> None:
    found = plan(house, guests=1, chat="hosts", share="hosts", **OPEN)

    async def story() -> None:
        guest = await come(house, found["guests"][0])
        assert guest.bring("a.txt", b"x")[0] == 422
        assert guest.bring("a.pdf", b"x", "document")[0] == 422
        host = await come(house, found["host"][0])
        status, told = host.bring("a.exe", b"x", "document")
        assert status == 422 and "PDF" in told["text"]
        assert host.bring("a.txt", b"x", "nonsense")[0] == 404
        await guest.say("leave")
        await guest.until_closed()
        await asyncio.sleep(0.4)
        assert guest.bring("a.txt", b"x")[0] == 403

    run(story())


def test_a_document_is_made_ready_and_turned_together(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        _, paper = host.bring("議題.txt", "議題を説明します。\n".encode() * 200, "document")
        await host.act("documents", "brought", id=paper["id"])
        ready = lambda m: m.get("act") == "list" and m["data"]["list"][-1]["state"] == "ready"  # noqa: E731
        shown = (await guest.until(ready, 40))["data"]["list"][-1]
        assert shown["pages"] > 1
        assert guest.get(paper["url"])[1][:5] == b"%PDF-"
        await host.act("documents", "show", id=paper["id"])
        assert (await guest.until(lambda m: m.get("act") == "shown"))["data"]["shown"]["name"]
        assert (await guest.act("documents", "turn", page=2))["why"] == "not-leading"
        await host.act("documents", "turn", page=99)
        assert (await guest.until(lambda m: m.get("act") == "page"))["data"]["page"] == shown["pages"]
        await guest.act("documents", "lead")
        assert (await guest.act("documents", "turn", page=1))["t"] == "done"
        doc = await guest.open(PAPER, paper["id"])
        before = doc.get_state()
        note = {"page": 1, "kind": "pen", "colour": "#b3261e", "width": 0.01, "at": 1, "text": ""}
        doc.get("notes", type=Map)["n"] = Map({**note, "points": [0.1, 0.1, 0.8, 0.1]})
        await guest.write(PAPER, paper["id"], doc.get_update(before))
        await asyncio.sleep(2.2)
        status, plain = guest.get(paper["url"])
        status, written = guest.get(paper["url"] + "notes/")
        assert status == 200 and written[:5] == b"%PDF-" and written != plain
        status, told = host.bring("kaputt.pdf", b"%PDF-1.4 broken", "document")
        await host.act("documents", "brought", id=told["id"])
        failed = lambda m: m.get("act") == "list" and m["data"]["list"][-1]["state"] == "failed"  # noqa: E731
        assert (await guest.until(failed, 40))["data"]["list"][-1]["problem"] == "unreadable"

    run(story())


def test_a_poll_from_question_to_result(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        assert (await guest.act("polls", "open", question="Q", options=["A", "B"]))["why"] == "not-host"
        assert (await host.act("polls", "open", question="Q", options=["A"]))["t"] == "refused"
        await host.act("polls", "open", question="いつ?", options=["月", "火"], anonymous=True, shown=False)
        seen = (await guest.until(lambda m: m.get("act") == "list" and m["data"]["why"] == "open"))["data"]["list"][0]
        assert "counts" not in seen and seen["own"] is None
        for wrong in ([], [0, 1], [7], ["0"]):
            assert (await guest.act("polls", "vote", id=seen["id"], choices=wrong))["t"] == "refused"
        for choice in (0, 1):  # the last counts
            assert (await guest.act("polls", "vote", id=seen["id"], choices=[choice]))["t"] == "done"
        told = await host.until(
            lambda m: (
                m.get("act") == "list"
                and m["data"]["list"][0]["votes"] == 1
                and m["data"]["list"][0]["counts"] == [0, 1]
            )
        )
        assert "named" not in told["data"]["list"][0]
        await host.act("polls", "close", id=seen["id"])
        assert (await guest.act("polls", "vote", id=seen["id"], choices=[0]))["t"] == "refused"
        await host.act("polls", "show", id=seen["id"], shown=True)
        last = await guest.until(lambda m: m.get("act") == "list" and "counts" in m["data"]["list"][0])
        assert last["data"]["list"][0]["counts"] == [0, 1] and last["data"]["list"][0]["own"] == [1]

    run(story())


def test_the_attendance_list_is_for_hosts(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, guest = await come(house, found["host"][0]), await come(house, found["guests"][0])
        assert (await guest.act("attendance", "list"))["why"] == "not-host"
        told = await host.act("attendance", "list")
        assert [one["name"] for one in told["list"]][1] == "Guest 0" and told["list"][1]["left"] is None

    run(story())
