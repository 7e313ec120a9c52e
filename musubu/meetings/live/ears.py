"""What the engine tells by itself: how much everybody sends. It connects to us and reports every two seconds."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from musubu import config
from musubu.meetings.live.connection import REFUSED
from musubu.meetings.live.words import say

if TYPE_CHECKING:
    from musubu.meetings.live.house import House

log = logging.getLogger("meetings")
MEDIA = 32  # the engine's number for media statistics
TIMES = 2.5  # what a participant may send beyond the allowed rate, for a moment
STRIKES = 3  # reports in a row


class Meter:
    """Bits a second of each sender, from the engine's counters."""

    def __init__(self) -> None:
        self.last: dict[tuple[int, str], tuple[float, int]] = {}
        self.rates: dict[int, dict[str, tuple[float, float]]] = {}
        self.strikes: dict[int, int] = {}

    def count(self, handle: int, stream: str, received: int, now: float) -> float:
        """Note a counter (bytes received of one stream and layer); the handle's whole rate in bits a second."""
        before = self.last.get((handle, stream))
        self.last[handle, stream] = (now, received)
        if before and now > before[0] and received >= before[1]:
            rate = (received - before[1]) * 8 / (now - before[0])
            self.rates.setdefault(handle, {})[stream] = (now, rate)
        return sum(rate for at, rate in self.rates.get(handle, {}).values() if now - at < 5)

    def forget(self, handle: int) -> None:
        self.rates.pop(handle, None)
        self.strikes.pop(handle, None)
        for key in [key for key in self.last if key[0] == handle]:
            del self.last[key]


async def listen(house: House) -> None:
    """Until cancelled."""
    meter = Meter()

    async def heard(web: ServerConnection) -> None:
        try:
            async for text in web:
                told = json.loads(text)
                for event in told if isinstance(told, list) else [told]:
                    if event.get("type") == MEDIA:
                        _media(house, meter, event)
        except (WebSocketException, ValueError):
            return

    port = int(config.value("MUSUBU_ENGINE_EVENTS") or 0)
    if not port:
        return
    async with serve(heard, "127.0.0.1", port, subprotocols=[Subprotocol("janus-event-handlers")], compression=None):
        await asyncio.Future()


def _media(house: House, meter: Meter, event: dict[str, Any]) -> None:
    data = event.get("event", {})
    handle = int(event.get("handle_id", 0))
    if "bytes-received" not in data:
        return
    rate = meter.count(handle, f"{data.get('mid')}/{data.get('media')}", int(data["bytes-received"]), time.monotonic())
    found = _sender(house, handle)
    if found is None:
        meter.forget(handle)
        return
    room, who = found
    if rate <= room.allowed_bitrate() * TIMES:
        meter.strikes.pop(handle, None)
        return
    meter.strikes[handle] = meter.strikes.get(handle, 0) + 1
    if meter.strikes[handle] >= STRIKES * max(1, len(who.streams)):
        log.warning("%s sends %.0f kbit/s and is let go", who.id, rate / 1000)
        who.tell({"t": "removed", "barred": False, "text": say("rate", who.language)})
        if who.connection:
            who.connection.close(REFUSED, "rate")
        room.leave(who, "removed")
        meter.forget(handle)


def _sender(house: House, handle: int) -> Any:
    for room in house.by_meeting.values():
        for who in room.people.values():
            if who.media and who.media.publisher and who.media.publisher.handle.number == handle:
                return room, who
    return None
