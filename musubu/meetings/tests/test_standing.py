"""What goes on in the live process whatever one participant sends or one room does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from musubu.meetings.live import commands, house, protocol, quality


def test_a_fault_in_one_room_stops_neither_the_others_time_nor_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "SECOND", 0.01)
    ticks: list[str] = []

    async def fails() -> None:
        ticks.append("ill")
        raise OverflowError

    async def goes_on() -> None:
        ticks.append("well")

    def samples() -> None:
        ticks.append("samples")
        raise OverflowError

    rooms = {1: SimpleNamespace(id="1", tick=fails), 2: SimpleNamespace(id="2", tick=goes_on)}
    one: Any = SimpleNamespace(by_meeting=rooms, samples=SimpleNamespace(tick=samples))

    async def story() -> None:
        task = asyncio.create_task(house._standing(lambda: house.House._every_second(one)))
        await asyncio.sleep(0.2)
        task.cancel()

    asyncio.run(story())
    assert min(ticks.count(name) for name in ("ill", "well", "samples")) >= 2


def test_a_command_that_fails_is_answered_so_that_the_next_comes_to_its_turn() -> None:
    class Ill:
        @property
        def by_meeting(self) -> Any:
            raise RuntimeError

    told: Any = SimpleNamespace(pk=1, kind="prepared", data={}, meeting_id=1, contract_id=None)
    ill: Any = Ill()
    assert asyncio.run(commands._answered(ill, told)) == {"error": "KeyError"}


def test_a_minute_that_cannot_be_counted_is_dropped_once() -> None:
    none: Any = SimpleNamespace(database=SimpleNamespace(later=lambda *_told: None))
    samples = quality.Samples(none)
    samples.began -= quality.MINUTE
    samples.told = {"who": []}  # an average of nothing
    with pytest.raises(Exception):  # noqa: B017
        samples.tick()
    samples.tick()
    assert samples.told == {}


@pytest.mark.parametrize(
    "wrong", [{"kbps_up": 10**400}, {"kbps_down": 10**8}, {"freezes": 10**9}, {"freeze_seconds": 1e300}]
)
def test_a_line_that_cannot_be_is_not_counted(wrong: dict[str, Any]) -> None:
    told = {"t": "network", "loss_up": 0, "loss_down": 0, "rtt": 1}
    assert protocol.decode(protocol.encode(told))
    text = str(told | wrong).replace("'", '"')
    with pytest.raises(protocol.Malformed):
        protocol.decode(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [(r"a\u0000b", "ab"), (r"a\\u0000b", r"a\u0000b"), (r"a\\\u0000b", "a\\b"), (r"\u0000\u0000x", "x")],
)
def test_what_a_database_cannot_keep_is_left_out(written: str, kept: str) -> None:
    told = protocol.decode('{"t":"chat","text":"' + written + '"}')
    assert isinstance(told, protocol.Chat) and told.text == kept
