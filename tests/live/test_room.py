"""A running room by its protocol: doors, roles, talk, and what happens to those who misbehave."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.house import House
from tests.live.visitors import Visitor, plan

pytestmark = pytest.mark.live
OPEN = {"lobby": "nobody", "before_host": True}


def run(story: Coroutine[Any, Any, None]) -> None:
    """A story of at most a minute; whoever is still in a room leaves at its end, as a closed browser would."""

    async def told() -> None:
        try:
            await asyncio.wait_for(story, 60)
        finally:
            await Visitor.everybody_goes()

    asyncio.run(told())


async def come(house: House, ticket: str, **more: Any) -> tuple[Visitor, dict[str, Any]]:
    visitor = await Visitor(house).dial()
    return visitor, await visitor.hello(ticket, **more)


def test_everybody_learns_of_everybody(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        host, welcome = await come(house, found["host"][0])
        assert welcome["room"]["title"] == "週次会議"
        began = datetime.fromisoformat(welcome["started_at"])  # by the wall, wherever the provider's clock stands
        assert abs(datetime.now(UTC) - began) < timedelta(minutes=2)
        assert welcome["rights"] == {"host": True, "record": True, "share": True, "draw": True, "chat": True}
        guest, second = await come(house, found["guests"][0])
        assert {one["name"] for one in second["people"]} >= {"Guest 0"} and len(second["people"]) == 2
        assert second["rights"]["host"] is False and second["rights"]["record"] is False
        assert (await host.until("joined"))["person"]["name"] == "Guest 0"
        await guest.ask("hand", up=True)
        assert (await host.until(lambda one: one.get("hand")))["id"] == second["me"]
        await guest.ask("chat", text="こんにちは https://example.jp/")
        assert (await host.until("chat"))["text"] == "こんにちは https://example.jp/"
        await guest.say("leave")
        assert (await host.until("left"))["reason"] == "left"
        assert (await guest.until_closed()) == 1000

    run(story())


def test_guests_wait_in_the_lobby_until_a_host_lets_them_in(house: House) -> None:
    found = plan(house, guests=3)

    async def story() -> None:
        early, told = await come(house, found["guests"][0])
        assert told["t"] == "waiting"
        host, welcome = await come(house, found["host"][0])
        assert [one["name"] for one in welcome["lobby"]] == ["Guest 0"]
        refused = await early.ask("chat", text="let me in")
        assert refused["t"] == "refused"
        await host.ask("admit", who=welcome["lobby"][0]["id"])
        assert (await early.until("welcome"))["people"]
        second, told = await come(house, found["guests"][1])
        assert told["t"] == "waiting"
        waiting = await host.until(
            lambda one: one["t"] == "lobby" and [w for w in one["people"] if w["name"] == "Guest 1"]
        )
        assert (await early.ask("admit", who=waiting["people"][0]["id"]))["why"] == "not-host"
        await host.ask("turn-away", who=waiting["people"][0]["id"])
        assert (await second.until("refused"))["why"] == "turned-away"
        assert await second.until_closed() == 4403

    run(story())


def test_private_chat_stays_between_two(house: House) -> None:
    found = plan(house, guests=3, **OPEN)

    async def story() -> None:
        one, _ = await come(house, found["guests"][0])
        two, second = await come(house, found["guests"][1])
        three, _ = await come(house, found["guests"][2])
        await one.ask("chat", text="only for you", to=second["me"])
        assert (await two.until("chat"))["text"] == "only for you"
        await one.ask("chat", text="for all")
        assert (await three.until("chat"))["text"] == "for all"
        _host, welcome = await come(house, found["host"][0])
        assert [line["text"] for line in welcome["chat"]] == ["for all"]

    run(story())


def test_the_host_hands_over_mutes_and_removes(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        host, _mine = await come(house, found["host"][0])
        one, first = await come(house, found["guests"][0])
        two, second = await come(house, found["guests"][1])
        assert (await one.ask("mute", who=second["me"]))["why"] == "not-host"
        await two.ask("devices", mic=True)
        await host.ask("mute")
        assert (await two.until("muted"))["source"] == "mic"
        await host.ask("settings", unmute_self=False)
        assert (await two.ask("devices", mic=True))["why"] == "not-allowed"
        await host.ask("ask-unmute", who=second["me"])
        await two.until("asked-unmute")
        assert (await two.ask("devices", mic=True))["t"] == "done"
        await host.ask("role", who=first["me"], role="host")
        await one.until(lambda told: told["t"] == "rights" and told["rights"]["host"])
        assert (await host.ask("remove", who=first["me"]))["why"] == "not-allowed"
        await one.ask("remove", who=second["me"], bar=True)
        assert (await two.until("removed"))["barred"] is True
        assert await two.until_closed() == 4403
        _back, told = await come(house, found["guests"][1])
        assert told["why"] == "barred"
        await one.say("end")
        assert (await host.until("ended"))["reason"] == "host"

    run(story())


def test_a_locked_and_a_full_room_say_so(house: House) -> None:
    found = plan(house, guests=3, capacity=2, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        await host.ask("settings", locked=True)
        _, told = await come(house, found["guests"][0])
        assert told["why"] == "locked" and told["text"]
        await host.ask("settings", locked=False)
        await come(house, found["guests"][1])
        _, told = await come(house, found["guests"][2])
        assert told["why"] == "full"

    run(story())


def test_nobody_is_let_in_beyond_what_the_room_holds(house: House) -> None:
    found = plan(house, guests=3, lobby="everybody", before_host=True, capacity=3)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        waiting = [await come(house, ticket) for ticket in found["guests"]]
        assert {told["t"] for _, told in waiting} == {"waiting"}
        assert (await host.ask("admit"))["why"] == "full-inside"  # two of them are in
        assert len((await host.until(lambda told: told["t"] == "lobby" and len(told["people"]) == 1))["people"]) == 1
        await waiting[0][0].say("leave")
        await host.until("left")
        assert (await host.ask("admit"))["t"] == "done" and await waiting[2][0].until("welcome")

    run(story())


def test_the_role_of_a_host_who_is_gone_passes_on_and_comes_back(house: House) -> None:
    """After half a minute. Where no host has come yet, a guest who has the link does not get it."""
    left, empty = plan(house, host=2, guests=2, **OPEN), plan(house, guests=1, **OPEN)

    async def story() -> None:
        alone, _ = await come(house, empty["guests"][0])
        host, _ = await come(house, left["host"][0])
        first, _ = await come(house, left["guests"][0])
        second, _ = await come(house, left["guests"][1])
        await host.say("leave")
        assert (await first.until("rights", 40))["rights"]["host"] is True
        assert not [one for one in second.heard + alone.heard if one["t"] == "rights"]
        await come(house, left["host"][1])
        assert (await first.until("rights"))["rights"]["host"] is False
        await asyncio.sleep(2)
        assert not [one for one in alone.heard if one["t"] == "rights"]

    run(story())


def test_a_licence_admits_one_terminal_at_a_time(house: House) -> None:
    """LO-11: the second is asked, and the first is told."""
    found = plan(house, host=2, **OPEN)

    async def story() -> None:
        first, _ = await come(house, found["host"][0])
        second, question = await come(house, found["host"][1])
        assert question["t"] == "question" and question["terminal"]["browser"] == "Visitor"
        assert (await second.hello(found["host"][1], take_over=True))["t"] == "welcome"
        assert (await first.until("taken-over"))["text"]
        assert await first.until_closed() == 4409

    run(story())


def test_a_cut_line_comes_back_to_its_chair(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        guest, welcome = await come(house, found["guests"][0])
        guest.web.transport.abort()
        assert (await host.until(lambda one: one.get("network") == 0))["id"] == welcome["me"]
        again = await Visitor(house).dial()
        back = await again.hello(resume=welcome["resume"])
        assert back["me"] == welcome["me"] and len(back["people"]) == 2
        assert not [one for one in host.heard if one["t"] == "left"]

    run(story())


def test_a_killed_live_process_gives_everybody_their_chair_back(house: House) -> None:
    found = plan(house, guests=1)

    async def story() -> None:
        host, mine = await come(house, found["host"][0])
        guest, _told = await come(house, found["guests"][0])
        await host.ask("admit")
        welcome = await guest.until("welcome")
        await host.ask("settings", locked=True, share="hosts")
        await guest.ask("hand", up=True)
        await asyncio.sleep(1.5)  # hands are written down within a second
        began = time.monotonic()
        os.kill(house.live, signal.SIGKILL)
        again = await until_it_answers(house, welcome["resume"])
        back = await again.until("welcome")
        assert time.monotonic() - began < 5.0
        assert back["me"] == welcome["me"] and back["sitting"] == welcome["sitting"]
        assert back["room"]["locked"] is True and back["room"]["settings"]["share"] == "hosts"
        assert [one["hand"] for one in back["people"] if one["id"] == back["me"]] != [None]
        chief = await until_it_answers(house, mine["resume"])
        assert (await chief.until("welcome"))["rights"]["host"] is True

    run(story())


async def until_it_answers(house: House, token: str) -> Visitor:
    while True:
        visitor = Visitor(house)
        try:
            await visitor.dial()
            await visitor.say("hello", resume=token)
            return visitor
        except Exception:
            await asyncio.sleep(0.1)


HOSTILE: list[Any] = [
    "", "x", "[]", "null", '{"t":"nothing"}', '{"t":"publish"}', '{"t":"chat","text":5}', '{"t":"hand","up":true,"more":1}',
    '{"t":"view","wants":[{"feed":"a","source":"camera","height":-1}]}', "[" * 5000, '{"t":"network","loss_up":1e999}',
    json.dumps({"t": "publish", "sdp": "v=0\r\n" + "a=x\r\n" * 100, "streams": [{"mid": "0", "source": "mic"}]}),
]  # fmt: skip


def test_malformed_and_hostile_messages_hurt_nobody_else(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        good, _ = await come(house, found["guests"][0])
        bad, _ = await come(house, found["guests"][1])
        for text in HOSTILE:
            if bad.closed is not None:
                break
            await bad.web.send(text)
            await asyncio.sleep(0.02)
        assert await bad.until_closed() == 4400
        assert (await good.ask("chat", text="still here"))["t"] == "done"

    run(story())


def test_who_waits_for_an_answer_to_a_malformed_message_gets_one(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        one, _ = await come(house, found["guests"][0])
        answer = await one.ask("settings", capacity=2)
        assert (answer["t"], answer["why"]) == ("refused", "malformed") and answer["text"]

    run(story())


def test_a_wrong_line_or_word_is_answered_and_the_rooms_clock_goes_on(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        one, _ = await come(house, found["guests"][0])
        line = {"loss_up": 0, "loss_down": 0, "rtt": 1}
        assert (await one.ask("network", **line, kbps_up=10**400))["why"] == "malformed"
        assert (await one.ask("chat", text="x", file="no file"))["why"] == "gone-thing"
        assert (await one.ask("chat", text="y" * 300_000))["why"] == "malformed"
        assert (await one.ask("rename", name="客\u0000\nBcc"))["t"] == "done"
        assert (await host.until(lambda told: told["t"] == "person" and "name" in told))["name"] == "客 Bcc"
        await one.ask("chat", text="a\u0000b")
        assert (await host.until("chat"))["text"] == "ab"
        await one.say("leave")
        await host.say("leave")
        assert await host.until_closed() == 1000
        ended = (
            f"from musubu.meetings.models import Sitting; print(Sitting.objects.get(meeting={found['id']}).end_reason)"
        )
        for _ in range(15):  # nobody is there: a tick of the clock ends it
            if (reason := house.python(ended).strip()) or await asyncio.sleep(0.5):
                break
        assert reason == "empty"

    run(story())


def test_whoever_does_not_say_hello_first_is_closed(house: House) -> None:
    async def story() -> None:
        for text in ('{"t":"chat","text":"hi"}', "nonsense", '{"t":"hello","ticket":"forged"}'):
            visitor = await Visitor(house).dial()
            await visitor.web.send(text)
            told = await visitor.until("refused")
            assert told["text"] and await visitor.until_closed() in (4400, 4403)

    run(story())


def test_a_ticket_of_another_room_opens_only_that_room(house: House) -> None:
    mine, other = plan(house, guests=1, **OPEN), plan(house, guests=1, **OPEN)

    async def story() -> None:
        _, first = await come(house, mine["guests"][0])
        _, second = await come(house, other["guests"][0])
        assert first["sitting"] != second["sitting"]
        _stranger, third = await come(house, other["guests"][0][:-3] + "abc")
        assert third["why"] == "ticket"

    run(story())


def test_a_flood_of_chat_is_slowed_and_a_flood_of_anything_closed(house: House) -> None:
    found = plan(house, guests=2, **OPEN)

    async def story() -> None:
        quiet, _ = await come(house, found["guests"][0])
        loud, _ = await come(house, found["guests"][1])
        answers = [await loud.ask("chat", text=f"{n}") for n in range(30)]
        assert [one["t"] for one in answers].count("done") <= 16
        assert {one.get("why") for one in answers} == {None, "slow-down"}
        for _n in range(600):
            if loud.closed is not None:
                break
            await loud.web.send('{"t":"view","wants":[]}')
        assert await loud.until_closed() == 4429
        assert (await quiet.ask("chat", text="still here"))["t"] == "done"

    run(story())


def test_an_ended_contract_closes_its_running_rooms_with_the_reason(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        guest, _ = await come(house, found["guests"][0])
        await asyncio.to_thread(
            house.python,
            "from musubu.meetings.models import Command\nfrom musubu.parties import wall\n"
            f"Command.objects.create(meeting_id={found['id']}, kind='end', asked_at=wall.now(), "
            "data={'reason': 'contract', 'detail': {'clause': 'LO-18.1', 'why': ['because']}})",
        )
        told = await guest.until("ended")
        assert (told["reason"], told["clause"], told["why"]) == ("contract", "LO-18.1", ["because"]) and told["text"]
        assert await guest.until_closed() == 4403

    run(story())


def test_who_was_there_stands_in_the_database(house: House) -> None:
    found = plan(house, guests=1, **OPEN)

    async def story() -> None:
        host, _ = await come(house, found["host"][0])
        guest, _ = await come(house, found["guests"][0])
        await guest.say("leave")
        await host.say("end")
        await host.until_closed()
        await asyncio.sleep(0.5)

    run(story())
    kept = json.loads(
        house.python(
            "import json\nfrom musubu.meetings.models import Sitting\n"
            f"one = Sitting.objects.get(meeting={found['id']})\n"
            "print(json.dumps([one.end_reason, one.peak, [[a.name, a.role, a.kind, a.left_reason] for a in "
            "one.attendances.order_by('pk')]]))"
        )
    )
    assert kept[:2] == ["host", 2]
    assert kept[2][1] == ["Guest 0", "attendee", "guest", "left"] and kept[2][0][1] == "host"
