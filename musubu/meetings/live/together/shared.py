"""One shared document (Yjs): who has it open, what they write, what they show of themselves, when it is kept.

Nothing that a browser sends is believed: an update that cannot be read, that comes from somebody who may not write, or
that is too much is not taken. Its sender's copy differs from then on, so it is told to begin anew ("reset")."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from musubu.meetings.live.connection import Bucket
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.together import wire

log = logging.getLogger("meetings")
LARGEST = 8 * 1024 * 1024  # bytes of one document with its history
SPARE = LARGEST // 16  # for making it smaller again once it is full
SMALL = 4_096
BYTES_A_SECOND, BYTES_AT_ONCE = 128 * 1024, 4 * 1024 * 1024
MOST_CLIENTS = 4  # browsers' ids that one person may use: a new one after each reload


class NotTaken(Exception):
    """`why`: not-allowed, full, malformed, slow-down."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SharedDocument:
    def __init__(self, key: uuid.UUID, first: int, state: bytes, changed: Callable[[], None]) -> None:
        """`first`: the byte before all frames of its feature. `changed` is called when something is to be kept."""
        self.key, self.changed = key, changed
        self.head = bytes((first,)) + key.bytes
        self.doc: Doc[Any] = Doc()
        if state:
            self.doc.apply_update(state)
        self.size = len(state)
        self.open: dict[str, Participant] = {}
        self.presences: dict[int, wire.Presence] = {}
        self.owners: dict[int, str] = {}  # by client
        self.paces: dict[str, Bucket] = {}

    def state(self) -> bytes:
        return self.doc.get_update()

    def hear(self, who: Participant, kind: int, rest: bytes, may_write: bool) -> None:
        """One message of somebody. Raises NotTaken or wire.Malformed."""
        if kind == wire.SYNC:
            self._sync(who, *wire.sync(rest), may_write)
        elif kind == wire.AWARENESS:
            self._present(who, wire.awareness(rest), may_write)
        else:
            raise wire.Malformed("unknown kind")

    def _sync(self, who: Participant, kind: int, body: bytes, may_write: bool) -> None:
        if kind == wire.STEP_1:
            self._welcome(who, body, may_write)
        elif body != wire.EMPTY:
            self._write(who, body, may_write)

    def _welcome(self, who: Participant, vector: bytes, may_write: bool) -> None:
        """Somebody opened it (again): they get what they lack, and are asked for what we lack."""
        try:
            missing = self.doc.get_update(vector)
        except ValueError as error:
            raise wire.Malformed("no state vector") from error
        self.open[who.id] = who
        self._send(who, wire.sync_message(wire.STEP_2, missing))
        if may_write:
            self._send(who, wire.sync_message(wire.STEP_1, self.doc.get_state()))
        if self.presences:
            self._send(who, wire.awareness_message(list(self.presences.values())[:200]))

    def _write(self, who: Participant, update: bytes, may_write: bool) -> None:
        if not may_write:
            raise NotTaken("not-allowed")
        pace = self.paces.setdefault(who.id, Bucket(BYTES_A_SECOND, BYTES_AT_ONCE))
        if not pace.take(len(update)):
            raise NotTaken("slow-down")
        self._check_room(len(update))
        try:
            self.doc.apply_update(update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of the library below is no Exception
            log.warning("an update of %s could not be read: %s", who.id, str(error)[:120])
            raise NotTaken("malformed") from error
        self.size += len(update)
        self._tell(wire.sync_message(wire.UPDATE, update), but=who)
        self.changed()

    def _check_room(self, more: int) -> None:
        if self.size + more > LARGEST:
            self.size = len(self.state())
        most = LARGEST + (SPARE if more <= SMALL else 0)
        if self.size + more > most:
            raise NotTaken("full")

    def _present(self, who: Participant, presences: list[wire.Presence], may_write: bool) -> None:
        """Cursors: under the name that the room knows, and only for clients that are this person's own."""
        kept = []
        for one in presences:
            mine = [client for client, owner in self.owners.items() if owner == who.id]
            if self.owners.get(one.client, who.id) != who.id or (one.client not in mine and len(mine) >= MOST_CLIENTS):
                continue
            if one.state is None or not may_write:
                self.owners.pop(one.client, None)
                if not self.presences.pop(one.client, None):
                    continue
                kept.append(wire.Presence(one.client, one.clock, None))
                continue
            named = wire.Presence(one.client, one.clock, one.state | {"user": {"id": who.id, "name": who.name}})
            self.owners[one.client], self.presences[one.client] = who.id, named
            kept.append(named)
        if kept:
            self._tell(wire.awareness_message(kept), but=who)

    def leave(self, who: Participant) -> None:
        self.open.pop(who.id, None)
        self.paces.pop(who.id, None)
        gone = [client for client, owner in self.owners.items() if owner == who.id]
        left = []
        for client in gone:
            del self.owners[client]
            if seen := self.presences.pop(client, None):
                left.append(wire.Presence(client, seen.clock + 1, None))
        if left:
            self._tell(wire.awareness_message(left))

    def _send(self, who: Participant, message: bytes) -> None:
        if who.connection:
            who.connection.pass_on_binary(self.head + message)

    def _tell(self, message: bytes, but: Participant | None = None) -> None:
        frame = self.head + message
        for who in self.open.values():
            if who is not but and who.connection:
                who.connection.pass_on_binary(frame)
