"""Callers by telephone, as plain RTP streams: they hear each other and not themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.house import House
from tests.live.test_room import OPEN, come, run
from tests.live.tones import Caller
from tests.live.visitors import plan

pytestmark = pytest.mark.live
CALL = """
import json
from musubu.meetings import calling, entering
try:
    meeting = calling.admit(number={number!r}, pin={pin!r}, caller={name!r})
    print(json.dumps(calling.call_in(meeting=meeting, name={name!r}, codec="pcma", host="127.0.0.1", port={port})))
except entering.NotAdmitted as error:
    print(json.dumps({{"why": error.why, "text": str(error)}}))
"""


async def call(house: House, found: dict[str, Any], caller: Caller, name: str, pin: str = "4711") -> dict[str, Any]:
    code = CALL.format(number=found["number"], pin=pin, name=name, port=caller.port)
    told: dict[str, Any] = json.loads(await asyncio.to_thread(house.python, code))
    if "port" in told:
        caller.talk(told["host"], told["port"])
    return told


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
        await asyncio.sleep(3)
        assert low.hears(1000) > 1000 and high.hears(440) > 1000
        assert low.hears(440) < 200 and high.hears(1000) < 200
        await host.ask("mute", who=second["id"])
        await asyncio.sleep(2)
        assert low.hears(1000) < 200
        await host.ask("remove", who=second["id"])
        assert (await host.until("left"))["id"] == second["id"]

    try:
        run(story())
    finally:
        low.hang_up()
        high.hang_up()


def test_nobody_calls_into_a_meeting_that_has_not_begun(house: House) -> None:
    found = plan(house, guests=1, pass_code="4711", **OPEN)
    caller = Caller(440)

    async def story() -> None:
        assert (await call(house, found, caller, "+81311112222"))["why"] == "not-running"

    try:
        run(story())
    finally:
        caller.hang_up()
