"""Callers with plain RTP: they send a tone in A-law (G.711, RFC 3551) and tell which tones they hear."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.house import House

RATE, FRAME = 8000, 160  # samples a second; samples of 20 ms
PCMA = 8


def _alaw(samples: np.ndarray[Any, Any]) -> bytes:
    """G.711 A-law of 16-bit samples."""
    out = bytearray()
    for value in samples.astype(int):
        sign = 0x80 if value >= 0 else 0x00
        size = min(abs(int(value)), 32635)
        exponent = max(0, size.bit_length() - 8)
        mantissa = (size >> (exponent + 3 if exponent > 0 else 4)) & 0x0F
        out.append((sign | (exponent << 4) | mantissa) ^ 0x55)
    return bytes(out)


def _linear(data: bytes) -> np.ndarray[Any, Any]:
    found = np.empty(len(data))
    for place, byte in enumerate(data):
        byte ^= 0x55
        exponent, mantissa = (byte >> 4) & 7, byte & 0x0F
        size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
        found[place] = size if byte & 0x80 else -size
    return found


class Caller:
    """Sends its tone until `hang_up`; keeps what it receives."""

    def __init__(self, hertz: float) -> None:
        self.hertz = hertz
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = int(self.socket.getsockname()[1])
        self.received: list[bytes] = []
        self._tasks: list[asyncio.Task[None]] = []

    def talk(self, host: str, port: int) -> None:
        self._tasks = [asyncio.create_task(self._send(host, port)), asyncio.create_task(self._receive())]

    def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.socket.close()

    async def _send(self, host: str, port: int) -> None:
        began = asyncio.get_running_loop().time()
        number = 0
        while True:
            at = (np.arange(FRAME) + number * FRAME) / RATE
            payload = _alaw(8000 * np.sin(2 * np.pi * self.hertz * at))
            head = struct.pack("!BBHII", 0x80, PCMA, number & 0xFFFF, number * FRAME, 0x1234)
            self.socket.sendto(head + payload, (host, port))
            number += 1
            await asyncio.sleep(max(0.0, began + number * FRAME / RATE - asyncio.get_running_loop().time()))

    async def _receive(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            packet = await loop.sock_recv(self.socket, 2000)
            if packet[1] & 0x7F == PCMA:
                self.received.append(packet[12:])

    def hears(self, hertz: float, seconds: float = 1.0) -> float:
        """How loud a tone was in the last moments: its amplitude in 16-bit samples."""
        samples = _linear(b"".join(self.received[-int(seconds * RATE / FRAME) :]))
        if not len(samples):
            return 0.0
        at = np.arange(len(samples)) / RATE
        return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * at))))


@contextlib.contextmanager
def telephone(hertz: float) -> Iterator[Telephone]:
    """For tests that are not asynchronous; it hangs up at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    found = Telephone(hertz, loop)
    try:
        yield found
    finally:
        found.hang_up()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


class Telephone(Caller):
    """A caller in a thread of its own."""

    def __init__(self, hertz: float, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(hertz)
        self.loop = loop

    def talk(self, host: str, port: int) -> None:
        self.loop.call_soon_threadsafe(super().talk, host, port)

    def hang_up(self) -> None:
        """Nothing is sent any more when this has returned."""
        done = threading.Event()

        def end() -> None:
            super(Telephone, self).hang_up()
            done.set()

        self.loop.call_soon_threadsafe(end)
        done.wait(5)


CALL = """
import json
from musubu.meetings import calling, entering
try:
    meeting = calling.admit(number={number!r}, pin={pin!r}, caller={name!r})
    print(json.dumps(calling.call_in(meeting=meeting, name={name!r}, codec="pcma", host="127.0.0.1", port={port})))
except entering.NotAdmitted as error:
    print(json.dumps({{"why": error.why, "text": str(error)}}))
"""
HANG_UP = """
from musubu.meetings import calling, entering
calling.call_out(meeting=entering.by_number({number!r}), caller={caller!r})
"""


def dial(house: House, caller: Caller, number: str, pin: str, name: str) -> dict[str, Any]:
    """Give number and PIN as the call server does, and talk if one is let in; what was answered."""
    told: dict[str, Any] = json.loads(house.python(CALL.format(number=number, pin=pin, name=name, port=caller.port)))
    if "port" in told:
        caller.talk(told["host"], told["port"])
    return told


def tell_hung_up(house: House, number: str, caller: str) -> None:
    house.python(HANG_UP.format(number=number, caller=caller))
