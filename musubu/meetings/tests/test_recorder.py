"""A recording whose engine fails: nothing is recorded without its mark, and no mark stays without a recording."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from musubu.engines.janus.client import EngineError, EngineGone
from musubu.meetings import tickets
from musubu.meetings.live import handlers, protocol
from musubu.meetings.live.features import Refused
from musubu.meetings.live.recording import Recorder
from musubu.meetings.live.room import Room


class Stage:
    """A room around a recorder, its engine as the test wants it; `done` says what was asked of the database."""

    def __init__(self, engine: Callable[[bool], None]) -> None:
        self.done: list[str] = []
        self.told: list[Any] = []
        self.facts = SimpleNamespace(sitting=1, now=lambda: datetime(2026, 4, 1, tzinfo=UTC))
        self.id, self.secret = "room", "secret"

        async def record(_room: str, _secret: str, on: bool) -> None:
            engine(on)

        async def run(call: Callable[..., Any], *_given: Any) -> str:
            self.done.append(call.__name__)
            await asyncio.sleep(0)
            return "key"

        database = SimpleNamespace(run=run, settled=self.nothing)
        self.house = SimpleNamespace(database=database, rooms=SimpleNamespace(record=record), rooms_reachable=True)
        self.phones = SimpleNamespace(prepare=self.nothing, idle=self.nothing)
        self.engine_ready = self.nothing
        self.broadcast = self.told.append

    async def nothing(self) -> None:
        await asyncio.sleep(0)

    def keep_state(self) -> None:
        pass


WHO: Any = SimpleNamespace(id="a", name="木村")


def fails(error: Exception, when: bool) -> Callable[[bool], None]:
    def engine(on: bool) -> None:
        if on is when:
            raise error

    return engine


@pytest.mark.parametrize("error", [EngineError(1, "no"), EngineGone()])
def test_what_the_engine_did_not_begin_does_not_begin_later_unseen(error: Exception) -> None:
    stage: Any = Stage(fails(error, when=True))
    recorder = Recorder(stage, None)
    with pytest.raises(type(error)):
        asyncio.run(recorder.start(WHO))
    assert recorder.now is None and stage.told == []
    assert stage.done == ["begin_recording", "discard_recording"]


def test_the_mark_stays_while_the_engine_goes_on() -> None:
    stage: Any = Stage(fails(EngineError(1, "no"), when=False))
    recorder = Recorder(stage, {"id": "key", "by": "木村", "since": ""})
    with pytest.raises(EngineError):
        asyncio.run(recorder.stop())
    assert recorder.shown() and stage.told == [] and stage.done == []


def test_a_dead_engine_has_stopped() -> None:
    stage: Any = Stage(fails(EngineGone(), when=False))
    recorder = Recorder(stage, {"id": "key", "by": "木村", "since": ""})
    asyncio.run(recorder.stop())
    assert stage.done == ["stop_recording"] and stage.told == [{"t": "record", "record": None}]


def test_two_hosts_at_once_begin_it_once() -> None:
    stage: Any = Stage(lambda _on: None)
    recorder = Recorder(stage, None)

    async def both() -> None:
        await asyncio.gather(recorder.start(WHO), recorder.start(WHO))

    asyncio.run(both())
    assert stage.done == ["begin_recording"] and len(stage.told) == 1


def test_a_sitting_ends_though_its_recording_cannot_be_stopped() -> None:
    later: list[str] = []

    async def cannot() -> None:
        raise EngineError(1, "no")

    async def closed() -> None:
        return None

    database = SimpleNamespace(later=lambda call, *_given: later.append(call.__name__))
    house = SimpleNamespace(database=database, rooms_reachable=False, forget=lambda _room: later.append("forgotten"))
    facts = SimpleNamespace(sitting=1, now=lambda: None, meeting=1)
    room: Any = SimpleNamespace(
        ended=False, people={}, lobby={}, house=house, facts=facts, id="r", peak=1, kept={},
        recorder=SimpleNamespace(stop=cannot), phones=SimpleNamespace(close=closed), tell_outside=lambda *_told: None,
    )  # fmt: skip
    room._end_of = lambda part: Room._end_of(room, part)
    asyncio.run(Room.end(room, "host"))
    assert later == ["end_sitting", "forgotten"]


def test_any_host_may_stop_what_another_began_but_not_begin() -> None:
    done: list[str] = []

    async def stop() -> None:
        done.append("stopped")

    room: Any = SimpleNamespace(rights=lambda _who: {"record": False}, recorder=SimpleNamespace(stop=stop))
    host: Any = SimpleNamespace(is_host=True)
    asyncio.run(handlers.record(room, host, protocol.Record(on=False)))
    for who, on in ((host, True), (SimpleNamespace(is_host=False), False)):
        with pytest.raises(Refused):
            asyncio.run(handlers.record(room, who, protocol.Record(on=on)))  # type: ignore[arg-type]
    assert done == ["stopped"]


def test_guests_whose_browsers_keep_nothing_are_not_one() -> None:
    one, other = (
        tickets.Ticket(meeting=1, attendance=key, name="客", role="attendee", kind="guest", language="ja")
        for key in "ab"
    )
    assert one.key != other.key and replace(one, mark="m").key == replace(other, mark="m").key
