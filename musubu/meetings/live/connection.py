"""One browser's socket: what goes out waits in order and leaves together; what comes in is counted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from musubu.meetings.live import protocol

Send = Callable[[dict[str, Any]], Awaitable[None]]
MOST_WAITING = 4 * 1024 * 1024  # bytes that a slow browser may let pile up before it is cut off
GATHER = 0.015  # seconds in which messages to a member of a large room are put into one frame
RATE, BURST = 60.0, 240.0  # messages a second in the long run, and at once
GOING_AWAY, MALFORMED, TOO_MANY, TOO_SLOW, REFUSED, TAKEN_OVER = 1001, 4400, 4429, 4408, 4403, 4409


class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self.left, self.at = burst, time.monotonic()

    def take(self, amount: float = 1.0) -> bool:
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < amount:
            return False
        self.left -= amount
        return True


class Connection:
    """Messages are sent in order by one task. `large` makes frames wait a moment for their followers."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: list[bytes] = []
        self._binary: list[bytes] = []
        self._bytes = 0
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._write())
        self._closing: tuple[int, str] | None = None
        self.closed = asyncio.Event()
        self.bucket = Bucket(RATE, BURST)
        self.large = False

    def tell(self, message: dict[str, Any]) -> None:
        self.pass_on(protocol.encode(message))

    def pass_on(self, encoded: bytes) -> None:
        """A message that was encoded once for many."""
        if self._closing is None:
            self._waiting.append(encoded)
            self._count(len(encoded))

    def pass_on_binary(self, data: bytes) -> None:
        if self._closing is None:
            self._binary.append(data)
            self._count(len(data))

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MOST_WAITING:
            self.close(TOO_SLOW, "too slow")
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """What waits is still sent, then the socket is closed. The first reason counts."""
        if self._closing is None:
            self._closing = code, reason
            self._wake.set()

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                if self.large and self._closing is None:
                    await asyncio.sleep(GATHER)
                self._wake.clear()
                await self._flush()
                if self._closing and not self._waiting:
                    await self._send({"type": "websocket.close", "code": self._closing[0], "reason": self._closing[1]})
                    return
        except Exception:  # the browser is gone: whoever reads from it finds out
            return
        finally:
            self.closed.set()

    async def _flush(self) -> None:
        texts, self._waiting = self._waiting, []
        binaries, self._binary = self._binary, []
        self._bytes = 0
        if texts:
            whole = texts[0] if len(texts) == 1 else b"[" + b",".join(texts) + b"]"
            await self._send({"type": "websocket.send", "text": whole.decode()})
        for one in binaries:
            await self._send({"type": "websocket.send", "bytes": one})

    async def finish(self) -> None:
        """The browser has gone."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
