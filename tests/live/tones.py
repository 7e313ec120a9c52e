"""Callers with plain RTP: they send a tone in A-law (G.711, RFC 3551) and tell which tones they hear."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

import numpy as np

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
