"""The way from the event loop to the database: a few fixed threads, and one queue of writes that go together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, transaction

THREADS = 3
TOGETHER = 0.1  # seconds in which writes gather into one transaction
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("meetings")


class Database:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="meetings-db")
        self._writes: list[Callable[[], Any]] = []
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._write())
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Call it in a thread and wait for the answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _fresh(call, *args, **more))

    def later(self, call: Callable[P, Any], *args: P.args, **more: P.kwargs) -> None:
        """A write that nobody waits for; it keeps its place among the others."""
        self._writes.append(lambda: call(*args, **more))
        self._idle.clear()
        self._wake.set()

    async def settled(self) -> None:
        """All writes so far are in the database."""
        await self._idle.wait()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(TOGETHER)
            self._wake.clear()
            calls, self._writes = self._writes, []
            await self.run(_together, calls)
            if not self._writes:
                self._idle.set()

    async def close(self) -> None:
        await self.settled()
        self._task.cancel()
        self._pool.shutdown()


def _fresh(call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    close_old_connections()
    return call(*args, **more)


def _together(calls: list[Callable[[], Any]]) -> None:
    """One transaction; where one of them cannot be written the others are, each by itself."""
    try:
        with transaction.atomic():
            for call in calls:
                call()
    except Exception:
        log.exception("writes together failed; each is tried alone")
        for call in calls:
            try:
                with transaction.atomic():
                    call()
            except Exception:
                log.exception("a write was lost")
