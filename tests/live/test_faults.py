"""Bad networks and those who break the rules, with real browsers: what is seen and heard while it lasts and afterwards.

Two browsers stand on each side of a relay of ours that loses, delays and cuts; three live through kills, whose times
`script/bench meetings.recovery` measures.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bench.meetings.browsers import WATCHER, browsers, join, meeting, wait_until_whole
from bench.meetings.packets import Sending, Stream, streams
from bench.meetings.people import Person, tickets
from tests.browser.halls import START, person, until, value
from tests.house import House
from tests.live.relay import THROUGH, Relay, running_relay

pytestmark = [pytest.mark.live, pytest.mark.slow]
PORTS = 18_200, 18_399
CALM: dict[str, float] = {}  # what this machine shows without a fault: it may be too busy to encode smoothly
SEEN = Path(__file__).parents[2] / "var/faults.txt"


@pytest.fixture(scope="module")
def bad_network() -> Iterator[tuple[Relay, list[Page]]]:
    """Two who hear and see each other through the relay."""
    with (
        running_relay(*PORTS) as relay,
        browsers(MUSUBU_MEDIA_PORTS=f"{PORTS[0]}-{PORTS[1]}", MUSUBU_TURN="none") as (house, chromium),
    ):
        address = meeting(house)
        pages = [join(chromium.new_context(locale="en-US"), address, name, THROUGH) for name in ("One", "Two")]
        wait_until_whole(pages)
        CALM["seen"] = min(one["seen"] for one in during(pages, 10, "no fault"))
        yield relay, pages


@pytest.fixture(autouse=True)
def mended(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "bad_network" in request.fixturenames:
        relay, pages = request.getfixturevalue("bad_network")
        relay.loss, relay.delay, relay.cut = 0.0, 0.0, False
        wait_until_whole(pages, 60)


def during(pages: list[Page], seconds: float, what: str) -> list[dict[str, float]]:
    """For each page, the parts of all seconds in which the other was heard and seen; a line for the record."""
    began = time.time()
    pages[0].wait_for_timeout(seconds * 1000)
    found = []
    for page in pages:
        notes = [note for note in page.evaluate("window.notes") if note["at"] > began]
        found.append(
            {
                "heard": _seconds(notes, "heard"),
                "seen": _seconds(notes, "seen"),
                "frozen": notes[-1]["frozen"] - notes[0]["frozen"],
                "lost": notes[-1]["lost"] - notes[0]["lost"],
            }
        )
    told = "; ".join(
        f"heard {one['heard']:.0%}, seen {one['seen']:.0%} of the time, pictures stood {one['frozen']:.1f} s, "
        f"{one['lost']:.0f} packets missing in the end"
        for one in found
    )
    with SEEN.open("a") as file:
        file.write(f"{what}, {seconds:.0f} s: {told}\n")
    return found


def _seconds(notes: list[dict[str, float]], what: str) -> float:
    every = {int(note["at"]) for note in notes}
    return len({int(note["at"]) for note in notes if note[what] > 0}) / len(every)


def phases(pages: list[Page]) -> set[str]:
    return {str(page.get_attribute("html", "data-phase")) for page in pages}


def test_five_percent_lost(bad_network: tuple[Relay, list[Page]]) -> None:
    relay, pages = bad_network
    relay.loss = 0.05
    found = during(pages, 20, "5 % loss both ways")
    assert relay.lost > 50
    # sound throughout; pictures come coarser and slower while lost packets are asked for again, but never stand for long
    assert all(one["heard"] > 0.9 and one["frozen"] < 5 and one["seen"] > 0.8 * CALM["seen"] for one in found)
    assert phases(pages) == {"in"}


def test_three_hundred_milliseconds_late(bad_network: tuple[Relay, list[Page]]) -> None:
    relay, pages = bad_network
    relay.delay = 0.3
    found = during(pages, 15, "300 ms delay each way")
    assert all(one["heard"] > 0.9 and one["seen"] > 0.5 * CALM["seen"] for one in found)
    assert phases(pages) == {"in"}


def test_three_seconds_cut(bad_network: tuple[Relay, list[Page]]) -> None:
    """Silence while it lasts; afterwards everybody is back without doing anything."""
    relay, pages = bad_network
    relay.cut = True
    pages[0].wait_for_timeout(3000)
    relay.cut = False
    mended_at = time.time()
    wait_until_whole(pages, 15)
    seconds = time.time() - mended_at
    with SEEN.open("a") as file:
        file.write(f"3 s cut: everybody hears again {seconds:.1f} s after its end\n")
    assert seconds < 10
    assert phases(pages) == {"in"}


def test_a_long_cut_is_mended_by_new_connections(bad_network: tuple[Relay, list[Page]]) -> None:
    """Long enough for the browser to give the connection up."""
    relay, pages = bad_network
    relay.cut = True
    pages[0].wait_for_timeout(25_000)
    relay.cut = False
    mended_at = time.time()
    wait_until_whole(pages, 40)
    with SEEN.open("a") as file:
        file.write(f"25 s cut: everybody hears again {time.time() - mended_at:.1f} s after its end\n")
    assert phases(pages) == {"in"}


# no way by UDP is left to the page: the engine's UDP candidates are taken from its descriptions, the relay's UDP from its
# servers; nothing blocks the port itself
STRAIGHT = """(() => {
  const Line = RTCPeerConnection;
  window.RTCPeerConnection = class extends Line {
    constructor(given = {}) { super({ ...given, iceServers: [] }); }
    setRemoteDescription(told) {
      return super.setRemoteDescription({ type: told.type, sdp: told.sdp.replace(/^a=candidate:.* udp .*\\r?\\n/gim, "") });
    }
  };
})()"""
RELAYED = """(() => {
  const Line = RTCPeerConnection;
  const byTcp = (one) => ({ ...one, urls: [one.urls].flat().filter((url) => url.endsWith("transport=tcp")) });
  window.RTCPeerConnection = class extends Line {
    constructor(given = {}) { super({ ...given, iceServers: (given.iceServers ?? []).map(byTcp), iceTransportPolicy: "relay" }); }
  };
})()"""


@pytest.fixture(scope="module")
def no_udp() -> Iterator[tuple[House, Browser]]:
    with browsers() as found:
        yield found


@pytest.mark.parametrize(("before", "path"), [(STRAIGHT, "host tcp"), (RELAYED, "relay tcp")])
def test_a_network_without_udp(no_udp: tuple[House, Browser], before: str, path: str) -> None:
    """First straight over TCP; where only the relay's port is open, through it."""
    house, chromium = no_udp
    address = meeting(house)
    contexts = [chromium.new_context(locale="en-US") for _ in range(2)]
    pages = [join(context, address, name, before) for context, name in zip(contexts, ("One", "Two"), strict=True)]
    wait_until_whole(pages)
    found = during(pages, 8, f"no UDP, by {path}")
    paths = {page.evaluate("window.notes.at(-1).path").replace("prflx", "host") for page in pages}
    assert paths == {path}
    assert all(one["heard"] > 0.8 and one["seen"] > 0.2 for one in found)
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def gathering() -> Iterator[tuple[House, list[Page]]]:
    """A host, whom a guest helps as co-host, and a guest whose hand is up; something has been written."""
    with browsers() as (house, chromium):
        slug, email, *_ = house.python(START.format(title="Gathering", settings={"lobby": "nobody"})).split()
        host = chromium.new_context(locale="en-US").new_page()
        host.add_init_script(WATCHER)
        house.sign_in(host, email)
        host.goto(f"{house.address}/m/{slug}/")
        host.click(".before-go button[type=submit]")
        host.wait_for_selector("html[data-phase=in]", timeout=30_000)
        guests = [join(chromium.new_context(locale="en-US"), host.url, name) for name in ("Two", "Three")]
        pages = [host, *guests]
        wait_until_whole(pages)
        host.evaluate("who => meeting.ask({t: 'role', who, role: 'co-host'})", person(host, "Two")["id"])
        guests[1].evaluate("meeting.ask({t: 'hand', up: true})")
        host.evaluate("meeting.ask({t: 'chat', text: 'before the fall'})")
        until(lambda: all(_remembered(page) for page in pages))
        time.sleep(1.5)  # hands are written down within a second
        yield house, pages


def _remembered(page: Page) -> bool:
    """Role, hand and talk are there."""
    told = value(page, "chat.at(-1)?.text")
    two, three = person(page, "Two"), person(page, "Three")
    return bool(told == "before the fall" and two and two["role"] == "co-host" and three and three["hand"])


KILLS: dict[str, tuple[Callable[[House], object], str, float]] = {
    "engine": (lambda house: house.kill("/usr/bin/janus"), "media", 3.0),
    "rooms": (lambda house: os.kill(house.live, signal.SIGKILL), "socket", 5.0),
    # begins with all its imports anew, which takes most of the time where the machine is busy
    "rooms and their keeper": (lambda house: house.kill("musubu live"), "socket", 12.0),
    "pages": (lambda house: house.kill("gunicorn"), "", 5.0),
}


@pytest.mark.parametrize("what", KILLS)
def test_everybody_is_back_after_a_kill(gathering: tuple[House, list[Page]], what: str) -> None:
    """Nobody touches anything. Three times the time that is allowed on a quiet machine."""
    house, pages = gathering
    kill, fresh, reach = KILLS[what]
    wait_until_whole(pages)
    began = time.time()
    kill(house)
    until(lambda: all(_whole(page, began, fresh) for page in pages), 3 * reach, f"everybody is back after {what} died")
    seconds = time.time() - began
    with SEEN.open("a") as file:
        file.write(f"{what} killed: everybody hears and sees everybody after {seconds:.1f} s\n")
    assert all(_remembered(page) for page in pages)
    assert value(pages[0], "rights.host") and value(pages[1], "rights.host") and not value(pages[2], "rights.host")
    until(lambda: _answers(house), 3 * reach, "pages are served")


# of what `bench.meetings.browsers.WATCHER` notes
WHOLE = """([since, fresh]) => {
  const late = notes.filter((one) => one.at > Math.max(since, Date.now() / 1000 - 1) && (!fresh || one[fresh] > since));
  return late.some((one) => one.heard >= 2) && late.some((one) => one.seen >= 2);
}"""


def _whole(page: Page, since: float, fresh: str) -> bool:
    """Hears and sees both others in the last second, over what was made since."""
    return bool(page.evaluate(WHOLE, [since, fresh]))


def _answers(house: House) -> bool:
    with contextlib.suppress(urllib.error.URLError, OSError):
        return bool(urllib.request.urlopen(house.address + "/health/ready", timeout=2).status == 200)
    return False


def test_who_sends_ten_times_the_allowed_rate_is_let_go_and_the_room_goes_on(house: House) -> None:
    """40 Mbit/s where 4 are allowed."""

    async def story() -> tuple[float, list[Any]]:
        (room,) = tickets(house, 1, 3)
        good, other, bad = (Person(house, ticket) for ticket in room)
        ended: list[dict[str, Any]] = []
        for one in (good, other, bad):
            one.hear = lambda told, one=one: ended.append(told) if one is bad else None  # type: ignore[misc]
            await one.come()
            await one.send(camera=True)
        assert good.sending and bad.sending
        calm = Sending(streams(good.sending, sound=True, camera=True))
        flood = Sending([Stream(bad.sending, bad.sending.ssrcs["h"], 96, 30, 140, 1180, 90_000)])
        began = time.monotonic()
        while not any(told["t"] == "removed" for told in ended) and time.monotonic() - began < 40:
            await asyncio.sleep(0.1)
        seconds = time.monotonic() - began
        await flood.close()
        assert bad.me not in good.people or await _gone(good, bad.me)
        assert (await good.ask("hand", up=True))["t"] == "done"
        await calm.close()
        for one in (good, other, bad):
            with contextlib.suppress(OSError):
                await one.leave()
        return seconds, ended

    seconds, ended = asyncio.run(story())
    with SEEN.open("a") as file:
        file.write(f"ten times the allowed rate: let go after {seconds:.1f} s\n")
    assert [told for told in ended if told["t"] == "removed"], "it was not let go"
    assert seconds < 30


async def _gone(person: Person, who: str) -> bool:
    for _ in range(50):
        if who not in person.people:
            return True
        await asyncio.sleep(0.1)
    return False
