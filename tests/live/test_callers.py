"""Callers by telephone, as plain RTP streams: they hear each other and not themselves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.house import House
from tests.live.test_room import OPEN, come, run, until_it_answers
from tests.live.tones import CALL, Caller
from tests.live.visitors import plan

pytestmark = pytest.mark.live


async def until(holds: Callable[[], bool], why: str, seconds: float = 10) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < end, why
        await asyncio.sleep(0.1)


async def call(house: House, found: dict[str, Any], caller: Caller, name: str, pin: str = "4711") -> dict[str, Any]:
    told = await asyncio.to_thread(
        house.python, CALL.format(number=found["number"], pin=pin, name=name, port=caller.port)
    )
    answer: dict[str, Any] = json.loads(told)
    if "port" in answer:
        caller.talk(answer["host"], answer["port"])
    return answer


def test_callers_hear_each_other_and_stand_in_the_list(house: House) -> None:
    found = plan(house, guests=1, pass_code="4711", **OPEN)
    low, high = Caller(440), Caller(1000)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        assert (await call(house, found, low, "+81312345678", pin="0000"))["why"] == "wrong-code"
        first = await call(house, found, low, "+81312345678")
        assert "port" in first, first
        second = await call(house, found, high, "+81398765432")
        assert (await host.until("joined"))["person"]["kind"] == "phone"
        await until(lambda: low.hears(1000) > 1000 and high.hears(440) > 1000, "each hears the other")
        assert low.hears(440) < 200 and high.hears(1000) < 200
        for silent, again in ({"who": second["id"]}, {"who": second["id"]}), ({}, {"who": second["id"]}):
            await host.ask("mute", **silent)
            await until(lambda: low.hears(1000) < 200, "silence when muted alone and with everybody")
            await host.ask("ask-unmute", **again)
            await until(lambda: low.hears(1000) > 1000, "the caller again")
        await host.ask("remove", who=second["id"])
        assert (await host.until("left"))["id"] == second["id"]
        await host.ask("settings", locked=True)
        assert (await call(house, found, high, "+81398765432"))["why"] == "locked"

    try:
        run(story())
    finally:
        low.hang_up()
        high.hang_up()


def test_callers_come_into_a_room_whose_process_died(house: House) -> None:
    """Its mixer and feed stand in the engine still."""
    found = plan(house, guests=1, pass_code="4711", **OPEN)
    first, second = Caller(440), Caller(440)

    async def story() -> None:
        _, mine = await come(house, found["host"][0])
        assert "port" in await call(house, found, first, "+81312345678")
        os.kill(house.live, signal.SIGKILL)
        host = await until_it_answers(house, mine["resume"])
        assert (await host.until("welcome"))["me"] == mine["me"]
        assert "port" in await call(house, found, second, "+81398765432")

    try:
        run(story())
    finally:
        first.hang_up()
        second.hang_up()


def test_nobody_calls_into_a_meeting_that_has_not_begun(house: House) -> None:
    found = plan(house, guests=1, pass_code="4711", **OPEN)
    caller = Caller(440)

    async def story() -> None:
        assert (await call(house, found, caller, "+81311112222"))["why"] == "not-running"

    try:
        run(story())
    finally:
        caller.hang_up()
