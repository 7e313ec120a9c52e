"""One participant's media in the engine: what they send, and what is sent to them, changed one step at a time.

The engine takes one change of a receiver at a time and makes offers of its own when a sender goes. So one task per
receiver compares what should be received with what is, and does one step after the other.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from musubu.engines.janus.client import EngineError, EngineGone, Handle
from musubu.engines.janus.videoroom import NO_SUCH_FEED, Publisher, Subscriber
from musubu.meetings.live import layers, loops

if TYPE_CHECKING:
    from musubu.meetings.live.participant import Participant
    from musubu.meetings.live.room import Room

log = logging.getLogger("meetings")
Stream = tuple[str, str]  # feed, source
PICTURES = ("camera", "screen")
ANSWER_PATIENCE = 15.0  # seconds that a browser may take to answer an offer
SETTLED = 2.0  # seconds after which layers are asked for again if the engine did not confirm them


class Media:
    def __init__(self, room: Room, who: Participant) -> None:
        self.room, self.who = room, who
        self.loop = loops.choose(room.house, room)
        self.publisher: Publisher | None = None
        self.subscriber: Subscriber | None = None
        self.have: dict[Stream, str] = {}  # -> mid of the receiving connection
        self.layer: dict[Stream, int] = {}  # as asked for last
        self.up = False  # the engine receives: only then may others subscribe
        self.round = 0
        self._offers: list[dict[str, Any]] = []
        self._answered = asyncio.Event()
        self._dirty = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()
        self._sending = asyncio.Lock()

    async def start(self) -> None:
        """Come into the engine's room; receiving begins by itself."""
        engine = self.room.house.engine
        await self.room.engine_ready()
        handle = await engine.attach("videoroom", self._heard_sending, self.loop)
        publisher = Publisher(handle)
        await _join_when_free(publisher, self.room.id, self.who.id, self.who.name)
        self.publisher = publisher
        self._joined.set()
        self._task = asyncio.create_task(self._follow())
        self.look_again()

    def look_again(self) -> None:
        """Something changed: who sends, what is wanted, or how the line is."""
        self._dirty.set()

    async def publish(self, sdp: str, streams: list[dict[str, str]]) -> str:
        """Send; the engine's answer. Raises EngineError, EngineGone."""
        await asyncio.wait_for(self._joined.wait(), ANSWER_PATIENCE)
        async with self._sending:
            assert self.publisher is not None
            described = [{"mid": one["mid"], "description": one["source"]} for one in streams]
            answer = await self.publisher.publish(sdp, described, self.room.allowed_bitrate())
            await self.publisher.handle.candidates_complete()
            return answer

    async def send_again(self) -> None:
        """The browser's sending connection was lost: begin anew under the same name."""
        async with self._sending:
            if self.publisher:
                await self.publisher.handle.detach()
            self.publisher, self.up = None, False
            handle = await self.room.house.engine.attach("videoroom", self._heard_sending, self.loop)
            publisher = Publisher(handle)
            await _join_when_free(publisher, self.room.id, self.who.id, self.who.name)
            self.publisher = publisher

    async def receive_again(self) -> None:
        """The browser's receiving connection was lost: the next step offers everything anew."""
        if self.subscriber:
            await self.subscriber.handle.detach()
        self._forget_receiving()
        self.look_again()

    def _forget_receiving(self) -> None:
        self.subscriber = None
        self.have.clear()
        self.layer.clear()
        self._offers.clear()
        self._answered.set()

    async def answer(self, round_: int, sdp: str) -> None:
        if self.subscriber is None or round_ != self.round:
            return
        await self.subscriber.start(sdp)
        await self.subscriber.handle.candidates_complete()
        self._answered.set()

    async def stop(self) -> None:
        """Leave the engine; it tells the other receivers by itself."""
        if self._task:
            self._task.cancel()
        for side in (self.publisher, self.subscriber):
            if side:
                await side.handle.detach()

    # what the engine says by itself

    def _heard_sending(self, message: dict[str, Any]) -> None:
        data = message.get("plugindata", {}).get("data", {})
        if data.get("videoroom") in ("talking", "stopped-talking") and data.get("id") == self.who.id:
            self.room.talking(self.who, data["videoroom"] == "talking")
        if message.get("janus") == "webrtcup":
            self.up = True
            self.room.look_again()
        if message.get("janus") == "hangup":
            self.up = False
            self.who.tell({"t": "sending", "state": "lost"})

    def _heard_receiving(self, message: dict[str, Any]) -> None:
        data = message.get("plugindata", {}).get("data", {})
        if message.get("jsep"):
            self._offers.append({"jsep": message["jsep"], "streams": data.get("streams")})
            self._dirty.set()
        if message.get("janus") == "hangup" and self.subscriber:
            self.who.tell({"t": "receiving", "state": "lost"})

    # the one task

    async def _follow(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._step()
            except EngineGone:
                return
            except EngineError as error:
                await self._recover(error)
            except Exception:
                log.exception("%s: receiving could not be changed", self.who.id)
                await asyncio.sleep(0.5)
                self._dirty.set()

    async def _recover(self, error: EngineError) -> None:
        """A sender left between our look and the request, or the handle was never configured: look again."""
        if error.code != NO_SUCH_FEED:
            log.warning("%s: %s", self.who.id, error)
        if self.subscriber and not self.have:
            await self.subscriber.handle.detach()
            self._forget_receiving()
        await asyncio.sleep(0.1)
        self._dirty.set()

    async def _step(self) -> None:
        while self._offers:
            offer = self._offers.pop(0)
            await self._offer(offer["jsep"]["sdp"], offer["streams"])
        wanted = self._wanted()
        add = [one for one in wanted if one not in self.have]
        drop = [one for one in self.have if one not in wanted]
        if add or drop:
            await self._change(wanted, add, drop)
        await self._layers()

    def _wanted(self) -> dict[Stream, str]:
        """(feed, source) -> the sender's mid: every sound, and the pictures that are on the screen."""
        looked_at = {(wish.feed, wish.source) for wish in self.who.wishes if wish.height > 0}
        return {
            (feed, source): mid
            for feed, source, mid in self.room.all_streams()
            if feed != self.who.id and (source not in PICTURES or (feed, source) in looked_at)
        }

    async def _change(self, wanted: dict[Stream, str], add: list[Stream], drop: list[Stream]) -> None:
        if self.subscriber is None:
            if not add:
                return
            engine = self.room.house.engine
            self.subscriber = Subscriber(await engine.attach("videoroom", self._heard_receiving, self.loop))
        assert self.publisher is not None
        gone = [{"sub_mid": self.have[one]} for one in drop]
        fresh = [{"feed": feed, "mid": wanted[feed, source]} for feed, source in add]
        for one in drop:
            self.have.pop(one, None)
            self.layer.pop(one, None)
        reply = await self.subscriber.change(self.room.id, self.publisher.private_id, fresh, gone)
        if reply.jsep:
            await self._offer(reply.jsep["sdp"], reply.data.get("streams"))

    async def _offer(self, sdp: str, streams: list[dict[str, Any]] | None) -> None:
        """Hand an offer to the browser and wait for its answer."""
        if streams is not None:
            self._take(streams)
        self.round += 1
        self._answered.clear()
        told = [{"mid": mid, "feed": feed, "source": source} for (feed, source), mid in self.have.items()]
        self.who.tell({"t": "offer", "round": self.round, "sdp": sdp, "streams": told})
        try:
            await asyncio.wait_for(self._answered.wait(), ANSWER_PATIENCE)
        except TimeoutError:  # the browser is away; it asks for everything anew when it is back
            if self.subscriber:
                await self.subscriber.handle.detach()
            self._forget_receiving()

    def _take(self, streams: list[dict[str, Any]]) -> None:
        """Which stream is on which mid now, as the engine says."""
        found: dict[Stream, str] = {}
        for one in streams:
            if one.get("active") and one.get("feed_id"):
                source = one.get("feed_description") or ("mic" if one["type"] == "audio" else "camera")
                found[str(one["feed_id"]), source] = str(one["mid"])
        self.have = found
        self.layer = {key: layer for key, layer in self.layer.items() if key in found}

    async def _layers(self) -> None:
        if self.subscriber is None:
            return
        chosen = layers.choose(self.who.wishes, self.who.line)
        changed = {key: layer for key, layer in chosen.items() if key in self.have and self.layer.get(key, -2) != layer}
        if not changed:
            return
        asked = [self._layer_request(self.have[key], layer, self.layer.get(key, -2)) for key, layer in changed.items()]
        await self.subscriber.layers(asked)
        self.layer.update(changed)
        told = [{"feed": feed, "source": source, "layer": layer} for (feed, source), layer in changed.items()]
        self.who.tell({"t": "layers", "chosen": told})

    @staticmethod
    def _layer_request(mid: str, layer: int, before: int) -> dict[str, Any]:
        if layer < 0:
            return {"mid": mid, "send": False}
        request: dict[str, Any] = {"mid": mid, "substream": layer, "temporal": 2}
        return request | ({"send": True} if before == -1 else {})


async def _join_when_free(publisher: Publisher, room: str, feed: str, name: str) -> None:
    """The former handle of the same name needs a moment to go."""
    for wait in (0.0, 0.05, 0.1, 0.2, 0.4):
        await asyncio.sleep(wait)
        try:
            await publisher.join(room, feed, name)
        except EngineError as error:
            if error.code != 436:  # id in use
                raise
        else:
            return
    raise EngineError(436, "the former connection is still there")


def ignore(message: dict[str, Any]) -> None:
    """For control handles: nothing is told to them that we use."""


__all__ = ["Handle", "Media", "ignore"]
