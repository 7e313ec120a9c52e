"""Streams of prepared packets from many peers at their times, and the counting of what arrives, by bursts."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.meetings.peer import OPUS, VP8, Peer

TICK = 0.01  # seconds between looks at what is due
SOUND = bytes([0xBE, 0xDE, 0, 1, 0x10, 0x9E, 0, 0])  # header extension: the level of somebody who talks
# layer -> (frames a second, packets a frame, bytes a packet): about 120, 350 and 1,100 kbit/s, as browsers send them
CAMERA = {"l": (15, 1, 960), "m": (15, 3, 950), "h": (30, 4, 1120)}
OPUS_BYTES, OPUS_RATE = 80, 50
KEYFRAME = 1.0  # seconds from one to the next
KEEP_ALIVE = 5.0


@dataclass
class Stream:
    """One layer or sound of one peer."""

    peer: Peer
    ssrc: int
    payload: int
    rate: float
    packets: int
    size: int
    clock: int
    number: int = 0
    frame: int = 0
    began: float = 0.0

    def due(self, now: float) -> Iterable[bytes]:
        """The packets of every frame whose time has come."""
        while self.frame <= (now - self.began) * self.rate:
            for part in range(self.packets):
                yield self._packet(part)
            self.frame += 1

    def _packet(self, part: int) -> bytes:
        self.number = (self.number + 1) & 0xFFFF
        stamp = int(self.frame * self.clock / self.rate) & 0xFFFFFFFF
        last = part == self.packets - 1
        sound = self.payload == OPUS
        head = struct.pack(
            "!BBHII",
            0x90 if sound else 0x80,
            self.payload | (0x80 if last and not sound else 0),
            self.number,
            stamp,
            self.ssrc,
        )
        body = SOUND if sound else self._vp8(part)
        return head + body + bytes(self.size - len(body))

    def _vp8(self, part: int) -> bytes:
        """Descriptor with picture number and temporal layer, then the first bytes of a frame, key or not."""
        key = self.frame % max(1, int(self.rate * KEYFRAME)) == 0
        descriptor = struct.pack(
            "!BBHBB", 0x90 if part == 0 else 0x80, 0xE0, 0x8000 | (self.frame & 0x7FFF), self.frame & 0xFF, 0
        )
        if part:
            return descriptor
        return descriptor + (b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xb4\x00" if key else b"\x11\x02\x00")


def streams(peer: Peer, *, sound: bool, camera: bool) -> list[Stream]:
    found = []
    if sound:
        found.append(Stream(peer, peer.ssrcs["mic"], OPUS, OPUS_RATE, 1, OPUS_BYTES, 48_000))
    if camera:
        found += [Stream(peer, peer.ssrcs[layer], VP8, *CAMERA[layer], 90_000) for layer in CAMERA]
    return found


class Sending:
    """Sends all streams until closed; they go on where they stood. `late` is the longest time by which a look came late."""

    def __init__(self, all_streams: list[Stream]) -> None:
        self.streams = all_streams
        self.sent = 0
        self.late = 0.0
        now = time.monotonic()
        for number, stream in enumerate(all_streams):
            stream.began = now + (number % 33) * 0.001 - stream.frame / stream.rate  # cameras do not fire together
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        following = time.monotonic()
        while True:
            now = time.monotonic()
            self.late = max(self.late, now - following)
            for stream in self.streams:
                for packet in stream.due(now):
                    assert stream.peer.protect
                    with contextlib.suppress(OSError):
                        stream.peer.socket.send(stream.peer.protect.protect(packet))
                    self.sent += 1
            following = now + TICK
            await asyncio.sleep(max(0.0, following - time.monotonic()))

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("vectors", ctypes.POINTER(_Vector)),
        ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )  # fmt: skip


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


class Burst:
    """Up to `MOST` datagrams with one system call (Linux)."""

    MOST, SIZE = 128, 64  # the header is enough; the rest of each datagram is cut off
    DONTWAIT = 0x40
    TRUNCATE = 0x20

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        self._memory = ctypes.create_string_buffer(self.MOST * self.SIZE)
        self.view = memoryview(self._memory).cast("B")
        start = ctypes.addressof(self._memory)
        self._vectors = (_Vector * self.MOST)(*[_Vector(start + n * self.SIZE, self.SIZE) for n in range(self.MOST)])
        self.messages = (_Message * self.MOST)()
        for n, message in enumerate(self.messages):
            message.header.vectors = ctypes.pointer(self._vectors[n])
            message.header.vector_count = 1

    def read(self, descriptor: int) -> int:
        """How many came; each one's whole length stands in `messages`."""
        count: int = self._library.recvmmsg(descriptor, self.messages, self.MOST, self.DONTWAIT | self.TRUNCATE, None)
        return max(0, count)


@dataclass
class Count:
    """One stream at one receiver: packets between the first and the last number, those that came, the bytes."""

    first: int
    last: int
    came: int = 1
    size: int = 0

    def add(self, number: int, size: int) -> None:
        ahead = (number - self.last) & 0xFFFF
        if ahead < 0x8000:
            self.last += ahead
        self.came += 1
        self.size += size

    @property
    def expected(self) -> int:
        return self.last - self.first + 1


@dataclass
class Receiving:
    """Counts what all peers receive until closed; the engine numbers every stream without gaps towards each receiver."""

    peers: list[Peer]
    counts: dict[tuple[int, int], Count] = field(default_factory=dict)
    control: int = 0

    def __post_init__(self) -> None:
        self._burst = Burst()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        alive = time.monotonic()
        while True:
            for peer in self.peers:
                while self._take(peer) == Burst.MOST:
                    pass
            if time.monotonic() - alive > KEEP_ALIVE:
                alive = time.monotonic()
                for peer in self.peers:
                    peer.keep_alive()
            await asyncio.sleep(TICK)

    def _take(self, peer: Peer) -> int:
        descriptor = peer.socket.fileno()
        came = self._burst.read(descriptor) if descriptor >= 0 else 0
        view, messages, counts = self._burst.view, self._burst.messages, self.counts
        for n in range(came):
            start = n * Burst.SIZE
            if 128 <= view[start] <= 191:
                second, number, _, ssrc = struct.unpack_from("!xBHII", view, start)
                if 192 <= second <= 223:
                    self.control += 1
                    continue
                size = messages[n].length
                if count := counts.get((descriptor, ssrc)):
                    count.add(number, size)
                else:
                    counts[descriptor, ssrc] = Count(number, number, 1, size)
        return came

    def reset(self) -> None:
        """Begin to count anew."""
        self.counts.clear()

    @property
    def came(self) -> int:
        return sum(count.came for count in self.counts.values())

    @property
    def bytes(self) -> int:
        return sum(count.size for count in self.counts.values())

    @property
    def loss(self) -> float:
        """Parts of one."""
        expected = sum(count.expected for count in self.counts.values())
        return 1 - self.came / expected if expected else 0.0

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
