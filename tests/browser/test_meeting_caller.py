"""Callers by telephone beside real browsers: both hear each other, hosts hold the reins, and a recording has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from musubu.meetings.tests.filmed import loudness as loudness_of
from tests.browser.faces import face, hears, loudness
from tests.browser.halls import Hall, film, person, record, until, value
from tests.live.tones import dial, telephone, tell_hung_up

pytestmark = pytest.mark.browser
OPEN = {"lobby": "nobody"}
MINE, HERS = 700, 1300  # Hz: the host's and the guest's microphones
LOW, HIGH = 440, 1000  # the callers'
NUMBER = "+81312345678"


@pytest.fixture(scope="module")
def faces(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Browser]]:
    folder = tmp_path_factory.mktemp("faces")
    with face(playwright, folder, "red", MINE) as mine, face(playwright, folder, "green", HERS) as hers:
        yield mine, hers


def menu(host: Page, name: str, item: str) -> None:
    host.click(f".person-row:has-text('{name}') .menu-box > button")
    host.click(f"[role=menuitem]:has-text('{item}')")


def test_a_caller_and_two_browsers_hear_each_other(hall: Callable[..., Hall], faces: tuple[Browser, Browser]) -> None:
    room = hall(**OPEN)
    host, guest = room.host(browser=faces[0]), room.guest("Hanako", browser=faces[1])
    room.sees_and_hears(host, 1)
    with telephone(LOW) as caller:
        assert dial(room.house, caller, room.number, "000000", NUMBER)["why"] == "wrong-code"
        me = dial(room.house, caller, room.number, room.pass_code, NUMBER)["id"]
        for page in (host, guest):
            until(lambda page=page: hears(page, "phones", LOW), 20, "the caller's tone in the browser")
        for hertz in (MINE, HERS):
            until(lambda hertz=hertz: caller.hears(hertz) > 300, 20, f"the browser's {hertz} Hz in the receiver")
        assert caller.hears(LOW) < 200  # not oneself
        loud = loudness(guest, "phones")

        host.click("#people")
        assert "By telephone" in host.inner_text(f".person-row:has-text('{NUMBER}')")
        menu(host, NUMBER, "Mute")
        until(lambda: not person(guest, NUMBER)["mic"])
        until(lambda: loudness(guest, "phones") < loud / 20, why="silence when the host has muted the caller")
        menu(host, NUMBER, "Unmute")
        until(lambda: hears(guest, "phones", LOW), why="the caller again")

        menu(host, NUMBER, "Remove")
        host.click("dialog .danger")
        until(lambda: not person(guest, NUMBER), why="the caller is gone from the list")
        until(lambda: loudness(guest, "phones") < loud / 20)
        had = len(caller.received)
        guest.wait_for_timeout(1000)
        assert len(caller.received) - had < 5, "nothing is sent to who was removed"

    with telephone(HIGH) as again:
        me = dial(room.house, again, room.number, room.pass_code, NUMBER)["id"]
        until(lambda: hears(guest, "phones", HIGH), 20, "another caller")
        again.hang_up()
        until(lambda: loudness(guest, "phones") < loud / 20, why="silence after hanging up")
        tell_hung_up(room.house, room.number, me)
        until(lambda: not person(host, NUMBER))

    host.evaluate("meeting.ask({t: 'settings', locked: true})")
    until(lambda: value(guest, "facts.locked"))
    with telephone(HIGH) as late:
        assert dial(room.house, late, room.number, room.pass_code, NUMBER)["why"] == "locked"


def test_who_calls_while_a_recording_runs_is_in_the_film(
    hall: Callable[..., Hall], faces: tuple[Browser, Browser]
) -> None:
    """One after the other, so that the second finds the mixer as the first left it."""
    room = hall(**OPEN)
    host = room.host(browser=faces[0])
    record(host)
    for hertz in (LOW, HIGH):
        with telephone(hertz) as caller:
            me = dial(room.house, caller, room.number, room.pass_code, f"+81{hertz}")["id"]
            until(lambda hertz=hertz: hears(host, "phones", hertz), 20)
            host.wait_for_timeout(2500)
        tell_hung_up(room.house, room.number, me)
        until(lambda hertz=hertz: not person(host, f"+81{hertz}"))
    record(host, on=False)
    made = film(room)
    parts = Path(made).parent / "tracks"
    assert len(list(parts.glob("*-audio*"))) == 2, "the host's microphone and the callers' mix"
    for hertz in (MINE, LOW, HIGH):
        assert _heard(made, hertz), hertz
    assert not _heard(made, HERS)


def _heard(film: Path, hertz: int) -> bool:
    return loudness_of(film, hertz, 0, 60) > -45
