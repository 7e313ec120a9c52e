"""Frames of shared documents: the y-protocols, read strictly. Strangers write them.

After the feature's byte: 16 bytes, the document's id, then a message. Sync: 0, kind (0 state vector, 1 answer,
2 update), bytes. Awareness: 1, bytes of (count, then for each client: id, clock, JSON)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

SYNC, AWARENESS = 0, 1
STEP_1, STEP_2, UPDATE = 0, 1, 2
EMPTY = b"\x00\x00"  # an update that changes nothing
MOST_CLIENTS, LARGEST_STATE = 4, 4_000


class Malformed(ValueError):
    """Not a frame of this protocol."""


@dataclass(frozen=True)
class Presence:
    """What one client shows of itself; `state` none: it has gone."""

    client: int
    clock: int
    state: dict[str, Any] | None


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self) -> int:
        found = shift = 0
        while shift < 63:
            if self.at >= len(self.data):
                raise Malformed("too short")
            byte = self.data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
        raise Malformed("a number is too large")

    def bytes(self) -> bytes:
        size = self.number()
        if size > len(self.data) - self.at:
            raise Malformed("too short")
        found = self.data[self.at : self.at + size]
        self.at += size
        return found

    def end(self) -> None:
        if self.at != len(self.data):
            raise Malformed("too long")


def number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sized(data: bytes) -> bytes:
    return number(len(data)) + data


def split(payload: bytes) -> tuple[uuid.UUID, int, bytes]:
    """(document, kind of message, the rest)."""
    if len(payload) < 18:
        raise Malformed("too short")
    return uuid.UUID(bytes=payload[:16]), payload[16], payload[17:]


def sync(rest: bytes) -> tuple[int, bytes]:
    reader = Reader(rest)
    kind = reader.number()
    body = reader.bytes()
    reader.end()
    if kind not in (STEP_1, STEP_2, UPDATE):
        raise Malformed("unknown kind of sync")
    return kind, body


def sync_message(kind: int, body: bytes) -> bytes:
    return bytes((SYNC, kind)) + sized(body)


def awareness(rest: bytes) -> list[Presence]:
    outer = Reader(rest)
    reader = Reader(outer.bytes())
    outer.end()
    count = reader.number()
    if count > MOST_CLIENTS:
        raise Malformed("too many clients")
    found = [_presence(reader) for _ in range(count)]
    reader.end()
    return found


def _presence(reader: Reader) -> Presence:
    client, clock, text = reader.number(), reader.number(), reader.bytes()
    if len(text) > LARGEST_STATE:
        raise Malformed("too large")
    try:
        state = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    if state is not None and not isinstance(state, dict):
        raise Malformed("no object")
    return Presence(client, clock, state)


def awareness_message(presences: list[Presence]) -> bytes:
    body = number(len(presences))
    for one in presences:
        text = json.dumps(one.state, ensure_ascii=False, separators=(",", ":")).encode()
        body += number(one.client) + number(one.clock) + sized(text)
    return bytes((AWARENESS,)) + sized(body)
