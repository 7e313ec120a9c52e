"""A page that is loaded anew comes back to its chair or its place in the lobby; whoever was sent away stays out."""

from __future__ import annotations

import asyncio

import pytest

from tests.house import House
from tests.live.test_room import OPEN, come, run
from tests.live.visitors import Visitor, plan

pytestmark = pytest.mark.live


async def reload(house: House, visitor: Visitor, token: str) -> tuple[Visitor, dict[str, object]]:
    await visitor.say("away")
    await visitor.web.close()
    await asyncio.sleep(0.3)
    fresh = await Visitor(house).dial()
    return fresh, await fresh.hello(resume=token, fresh=True)


def test_the_chair_is_kept_with_hand_and_role(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        guest, first = await come(house, found["guests"][0])
        await host.ask("role", who=first["me"], role="co-host")
        token = (await guest.until("resume"))["token"]
        await guest.ask("hand", up=True)
        _, again = await reload(house, guest, token)
        own = next(one for one in again["people"] if one["id"] == again["me"])
        assert again["me"] == first["me"] and again["media"] == "new" and own["role"] == "co-host" and own["hand"]
        assert not [one for one in host.heard if one["t"] in ("left", "joined") and one.get("id") == first["me"]]

    run(story())


def test_a_place_in_the_lobby_is_kept(house: House) -> None:
    found = plan(house, guests=2)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        one, told = await come(house, found["guests"][0])
        _two, _ = await come(house, found["guests"][1])
        one, again = await reload(house, one, told["resume"])
        assert again["t"] == "waiting"
        lobby = [told["people"] for told in host.heard if told["t"] == "lobby"]
        assert [who["name"] for who in lobby[-1]] == ["Guest 0", "Guest 1"]
        await host.ask("admit")
        assert (await one.until("welcome"))["media"] == "new"

    run(story())


def test_somebody_let_in_while_the_page_loads_is_in(house: House) -> None:
    found = plan(house, guests=1)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        guest, told = await come(house, found["guests"][0])
        await guest.say("away")
        await guest.web.close()
        await host.ask("admit")
        back = await Visitor(house).dial()
        assert (await back.hello(resume=told["resume"], fresh=True))["t"] == "welcome"

    run(story())


def test_a_page_that_does_not_come_back_has_left(house: House) -> None:
    found = plan(house, guests=2)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        guest, _ = await come(house, found["guests"][0])
        await host.ask("admit")
        await guest.until("welcome")
        waits, _ = await come(house, found["guests"][1])
        for one in (guest, waits):
            await one.say("away")
            await one.web.close()
        assert (await host.until("left", 14))["reason"] == "left"
        assert (await host.until(lambda told: told["t"] == "lobby" and not told["people"], 14))["people"] == []

    run(story())


def test_whoever_was_removed_or_turned_away_does_not_come_back_so(house: House) -> None:
    found = plan(house, guests=2)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        one, told = await come(house, found["guests"][0])
        lobby = await host.until(lambda heard: heard["t"] == "lobby" and heard["people"])
        await host.ask("turn-away", who=lobby["people"][0]["id"])
        await one.until("refused")
        back = await Visitor(house).dial()
        assert (await back.hello(resume=told["resume"], fresh=True))["t"] == "refused"
        two, _ = await come(house, found["guests"][1])
        await host.ask("admit")
        inside = await two.until("welcome")
        await host.ask("remove", who=inside["me"], bar=True)
        back = await Visitor(house).dial()
        assert (await back.hello(resume=inside["resume"], fresh=True))["why"] == "barred"

    run(story())


def test_the_same_ticket_twice_is_one_chair(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        other, _ = await come(house, found["guests"][1])
        first, welcome = await come(house, found["guests"][0])
        second, again = await come(house, found["guests"][0])
        assert await first.until_closed() == 1000 and again["me"] == welcome["me"]
        assert len(again["people"]) == 2 and again["media"] == "new"
        await asyncio.sleep(0.5)
        assert [told for told in other.heard if told["t"] == "person" and told.get("network") == 0] == []
        assert (await second.ask("hand", up=True))["t"] == "done"
        assert (await other.until(lambda told: told.get("hand")))["id"] == welcome["me"]

    run(story())
