"""A typed client of Janus' WebSocket API: one socket, one session, one handle for each participant and role.

An asynchronous plugin request answers `ack` first and an `event` with the same transaction later; a synchronous one
answers `success` at once. Errors of a plugin come inside its data, errors of the core as `janus: "error"`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

log = logging.getLogger("janus")
Json = dict[str, Any]
OnEvent = Callable[[Json], None]
PATIENCE = 10.0  # seconds to wait for an answer
KEEPALIVE = 20.0  # seconds; the engine forgets a silent session after 60


class EngineError(RuntimeError):
    """The engine refused a request; `code` is Janus' own (e.g. 428: no such feed)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class EngineGone(ConnectionError):
    """The engine's socket is closed; everything that lived in it is lost."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a plugin answered: its data, and a session description where it gave one."""

    data: Json
    jsep: Json | None = None


class Handle:
    """One attachment to a plugin. `on_event` hears what nobody asked for."""

    def __init__(self, client: Janus, number: int, on_event: OnEvent) -> None:
        self.client, self.number, self.on_event = client, number, on_event

    async def message(self, body: Json, jsep: Json | None = None) -> Reply:
        """Ask the plugin. Raises EngineError, EngineGone."""
        more = {"jsep": jsep} if jsep else {}
        answer = await self.client.request("message", handle_id=self.number, body=body, **more)
        data = answer["plugindata"]["data"]
        if data.get("error"):
            raise EngineError(data.get("error_code", 0), data["error"])
        return Reply(data, answer.get("jsep"))

    async def candidates_complete(self) -> None:
        """Begin with the checks. The engine is ICE-lite: it learns the browser's addresses from these."""
        await self.client.request("trickle", handle_id=self.number, candidate={"completed": True})

    async def detach(self) -> None:
        """Let go; already gone is success."""
        self.client.handles.pop(self.number, None)
        with contextlib.suppress(EngineError, EngineGone):
            await self.client.request("detach", handle_id=self.number)


class Janus:
    """The connection. `on_lost` is called once when it breaks."""

    def __init__(self, socket: Path, secret: str, on_lost: Callable[[], None]) -> None:
        self.socket, self.secret, self.on_lost = socket, secret, on_lost
        self.session = 0
        self.handles: dict[int, Handle] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._numbers = itertools.count(1)
        self._tasks: list[asyncio.Task[None]] = []
        self._web: ClientConnection | None = None

    async def connect(self, forget: int = 0) -> None:
        """Open a session of our own; `forget`: the number of a former one whose handles are to go.
        Raises EngineGone while the engine does not answer."""
        try:
            self._web = await unix_connect(
                str(self.socket),
                "ws://janus/",
                subprotocols=[Subprotocol("janus-protocol")],
                max_size=None,
                compression=None,
                ping_interval=None,
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise EngineGone(str(error)) from error
        self._tasks = [asyncio.create_task(self._read(self._web))]
        if forget:
            with contextlib.suppress(EngineError):
                await self.request("claim", session_id=forget)
                await self.request("destroy", session_id=forget)
        self.session = int((await self.request("create"))["data"]["id"])
        self._tasks.append(asyncio.create_task(self._keep_alive()))

    async def close(self) -> None:
        """End the session with all its handles."""
        if self._web is None:
            return
        with contextlib.suppress(EngineError, EngineGone, TimeoutError):
            await self.request("destroy")
        self.on_lost = lambda: None
        await self._web.close()
        for task in self._tasks:
            task.cancel()

    async def attach(self, plugin: str, on_event: OnEvent, loop: int | None = None) -> Handle:
        """A handle of a plugin, e.g. "videoroom"; `loop`: the thread that is to carry its media."""
        where = {} if loop is None else {"loop_index": loop}
        answer = await self.request("attach", plugin=f"janus.plugin.{plugin}", **where)
        handle = Handle(self, int(answer["data"]["id"]), on_event)
        self.handles[handle.number] = handle
        return handle

    async def request(self, janus: str, **more: Any) -> Json:
        """One request and its final answer. Raises EngineError, EngineGone."""
        web = self._web
        if web is None:
            raise EngineGone("not connected")
        key = str(next(self._numbers))
        message = {"janus": janus, "transaction": key, "apisecret": self.secret, **more}
        if self.session and "session_id" not in more:
            message["session_id"] = self.session
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        future.only_ack = janus in ("keepalive", "trickle")  # type: ignore[attr-defined]
        try:
            await web.send(json.dumps(message))
            answer = await asyncio.wait_for(future, PATIENCE)
        except WebSocketException as error:
            raise EngineGone(str(error)) from error
        except TimeoutError as error:
            raise EngineGone(f"no answer to {janus} in {PATIENCE} s") from error
        finally:
            self._waiting.pop(key, None)
        if answer["janus"] == "error":
            raise EngineError(answer["error"]["code"], answer["error"]["reason"])
        return answer

    async def _read(self, web: ClientConnection) -> None:
        try:
            async for text in web:
                self._hear(json.loads(text))
        except WebSocketException:
            pass
        finally:
            self._lost()

    def _hear(self, message: Json) -> None:
        future = self._waiting.get(message.get("transaction", ""))
        if future and not future.done():
            if message["janus"] != "ack" or future.only_ack:  # type: ignore[attr-defined]
                future.set_result(message)
            return
        if handle := self.handles.get(message.get("sender", 0)):
            try:
                handle.on_event(message)
            except Exception:
                log.exception("an event of handle %s was not taken", handle.number)

    def _lost(self) -> None:
        self._web = None
        self.handles.clear()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(EngineGone("the engine went away"))
        self.on_lost()

    async def _keep_alive(self) -> None:
        while self._web:
            await asyncio.sleep(KEEPALIVE)
            with contextlib.suppress(EngineError, EngineGone):
                await self.request("keepalive")
