"""The shared documents of one room: taken from the database when first opened, kept there while people write."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable

from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room
from musubu.meetings.live.together.shared import SharedDocument

PAUSE = 1.5  # seconds in which changes gather before they are kept
Load = Callable[[uuid.UUID], Awaitable[bytes | None]]
Save = Callable[[uuid.UUID, bytes], None]


class Shelf:
    def __init__(self, room: Room, first: int, load: Load, save: Save) -> None:
        """`load` gives the kept state, none where the document is not of this room; `save` queues a write."""
        self.room, self.first, self.load, self.save = room, first, load, save
        self.documents: dict[uuid.UUID, SharedDocument] = {}
        self._opening: dict[uuid.UUID, asyncio.Lock] = {}
        self._changed: set[uuid.UUID] = set()

    async def get(self, key: uuid.UUID) -> SharedDocument | None:
        if key in self.documents:
            return self.documents[key]
        async with self._opening.setdefault(key, asyncio.Lock()):
            if key not in self.documents:
                state = await self.load(key)
                if state is None:
                    del self._opening[key]
                    return None
                self.documents[key] = SharedDocument(key, self.first, state, lambda: self._later(key))
            return self.documents[key]

    def _later(self, key: uuid.UUID) -> None:
        if key not in self._changed:
            self._changed.add(key)
            self.room.spawn(self._keep_soon(key))

    async def _keep_soon(self, key: uuid.UUID) -> None:
        await asyncio.sleep(PAUSE)
        self._keep(key)

    def _keep(self, key: uuid.UUID) -> None:
        if key in self._changed and key in self.documents:
            self._changed.discard(key)
            self.save(key, self.documents[key].state())

    def forget(self, key: uuid.UUID) -> None:
        """It was deleted: nothing of it is written any more."""
        self.documents.pop(key, None)
        self._changed.discard(key)

    def left(self, who: Participant) -> None:
        for document in self.documents.values():
            document.leave(who)

    def keep_all(self) -> None:
        for key in list(self._changed):
            self._keep(key)
