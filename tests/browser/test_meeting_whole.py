"""One meeting from its plan to its film: invited by mail, met by three in browsers of their own, recorded, looked back at."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Error, Page, Playwright, expect

from musubu.meetings.tests.filmed import loudness
from tests.browser.faces import face, hears
from tests.browser.halls import Hall, dark, person, record, show, stroke, until, value
from tests.house import House, running_house
from tests.post import Post, running_post

pytestmark = pytest.mark.browser
HOST, COLLEAGUE, GUEST = "owner@sakura.example", "member@sakura.example", "lee@partner.example"
# name -> (the camera's colour, the microphone's tone)
FACES = {"host": ("red", 700), "guest": ("lime", 1300), "colleague": ("blue", 1000)}
NOBODY = 1700  # Hz
COLOURS = {"red": (254, 0, 0), "lime": (0, 255, 1), "blue": (0, 0, 254)}


@dataclass
class Walk:
    """The house with its mail server, three browsers, and what the walk has come to."""

    house: House
    post: Post
    browsers: dict[str, Browser]
    hall: Hall | None = None

    def __getitem__(self, who: str) -> Page:
        return self.pages[who]

    def __post_init__(self) -> None:
        self.pages: dict[str, Page] = {}

    def everybody(self) -> Iterator[tuple[str, Page]]:
        yield from self.pages.items()


@pytest.fixture
def walk(playwright: Playwright, tmp_path: Path) -> Iterator[Walk]:
    """A house of its own: mail leaves for a real server."""
    with contextlib.ExitStack() as stack:
        post = stack.enter_context(running_post())
        (tmp_path / "house").mkdir()
        house = stack.enter_context(running_house(tmp_path / "house", MUSUBU_MAIL=post.address))
        browsers = {who: stack.enter_context(face(playwright, tmp_path, *told)) for who, told in FACES.items()}
        yield Walk(house, post, browsers)


def test_a_meeting_from_its_plan_to_its_film(walk: Walk, tmp_path: Path) -> None:
    plan_and_invite(walk)
    come_in(walk)
    see_and_hear(walk)
    share_a_screen(walk)
    write_on_a_document(walk, tmp_path)
    draw_on_a_board(walk)
    vote(walk)
    chat_with_a_file(walk, tmp_path)
    film = record_and_leave(walk)
    holds_everybody(film)
    look_back(walk)
    assert walk.hall and walk.hall.problems == []


def plan_and_invite(walk: Walk) -> None:
    walk.hall = Hall(walk.house, walk.browsers["host"], "", HOST, "", "")
    page = walk.pages["host"] = walk.hall.page(viewport={"width": 1280, "height": 800})
    walk.hall.sign_in(page)
    page.goto(walk.house.address + "/meetings/")
    page.click("text=Plan a meeting")
    page.fill("[name=title]", "Spring plan")
    page.fill("[name=attendees]", f"Lee <{GUEST}>\n{COLLEAGUE}")
    page.select_option("select[name=language]", "en")
    page.click("text=Plan and invite")
    expect(page.locator("h1")).to_have_text("Spring plan")
    letter = until(lambda: walk.post.to(GUEST), 30, "the invitation leaves")[0]
    text = letter.get_body(("plain",)).get_content()
    entry = next(one for one in letter.walk() if one.get_content_type() == "text/calendar").get_payload(decode=True)
    found = re.search(r"(http\S+)/m/(\S+)/", text)
    assert found and "Spring plan" in str(letter["Subject"])
    event = Calendar.from_ical(entry).walk("VEVENT")[0]
    assert event["URL"] == found[0] and f"mailto:{GUEST}" in str(event["ATTENDEE"])
    walk.hall.slug = found[2]


def come_in(walk: Walk) -> None:
    """The host, a colleague who is signed in, and the guest by the letter's link through the lobby."""
    hall, host = walk.hall, walk["host"]
    assert hall
    host.goto(f"{walk.house.address}/m/{hall.slug}/")
    hall.join(host)
    colleague = walk.pages["colleague"] = hall.page(browser=walk.browsers["colleague"])
    walk.house.sign_in(colleague, COLLEAGUE)
    colleague.context.add_cookies([{"name": "musubu_language", "value": "en", "url": walk.house.address}])
    colleague.goto(f"{walk.house.address}/m/{hall.slug}/")
    hall.join(colleague)
    guest = walk.pages["guest"] = hall.guest("Lee", browser=walk.browsers["guest"])
    assert "let you in" in guest.inner_text(".alone-card")
    host.click(".toast button:has-text('Let in')")
    guest.wait_for_selector(".room")


def see_and_hear(walk: Walk) -> None:
    """Everybody decodes pictures of both others and hears the tone of each."""
    assert walk.hall
    for who, page in walk.everybody():
        walk.hall.sees_and_hears(page, 2)
        for other, (_, hertz) in FACES.items():
            if other != who:
                feed = value(walk[other], "me")
                until(lambda page=page, feed=feed, hertz=hertz: hears(page, feed, hertz), 20, f"{who} hears {other}")


def share_a_screen(walk: Walk) -> None:
    colleague = walk["colleague"]
    colleague.click("#share")
    for who in ("host", "guest"):
        walk[who].wait_for_selector(".screen video")
        until(lambda who=who: walk[who].evaluate("document.querySelector('.screen video').videoWidth > 600"), 20)
    colleague.click(".screen button:has-text('Stop sharing')")
    until(lambda: walk["guest"].locator(".screen").count() == 0)


def write_on_a_document(walk: Walk, folder: Path) -> None:
    source = folder / "figures.txt"
    source.write_text("\n".join(f"Item {n}: what we plan for spring." for n in range(80)))
    host, guest = walk["host"], walk["guest"]
    show(host, stage="documents")
    host.set_input_files(".together-shelf .together-file", source)
    host.click(".together-list .btn-primary", timeout=40_000)
    for page in (host, guest):
        page.wait_for_selector('canvas[data-page="1"]')
    host.click('[aria-label="Pen"]')
    stroke(host, ".together-ink", [(60, 60), (160, 120), (220, 70)])
    until(lambda: guest.locator(".together-ink polyline").count() == 1, why="the stroke at the guest's")
    show(host, stage="")


def draw_on_a_board(walk: Walk) -> None:
    host, guest = walk["host"], walk["guest"]
    show(host, stage="board")
    host.wait_for_selector(".excalidraw canvas.static")
    host.click(".together-acts .btn-primary")
    guest.wait_for_selector(".excalidraw canvas.static")
    host.click('[data-testid="toolbar-freedraw"]', force=True)
    stroke(host, ".together-canvas", [(300, 200), (420, 300), (500, 220), (620, 320)])
    until(lambda: dark(guest) > 50, 20, "the stroke on the guest's board")
    host.click(".together-acts button:has-text('Stop showing')")
    for _, page in walk.everybody():
        show(page, stage="")


def vote(walk: Walk) -> None:
    host = walk["host"]
    show(host, panel="polls")
    host.click("text=New poll")
    host.fill(".together-card textarea", "Which month?")
    for n, answer in enumerate(("April", "May")):
        host.locator(".together-card fieldset input").nth(n).fill(answer)
    host.click("text=Ask now")
    for who, choice in (("guest", 1), ("colleague", 1)):
        walk[who].check(f".together-card input[value='{choice}']")
        walk[who].click(".together-card button:has-text('Vote')")
    host.wait_for_selector("text=2 have voted")


def chat_with_a_file(walk: Walk, folder: Path) -> None:
    file = folder / "prices.csv"
    file.write_text("spring,1200\n")
    guest, colleague = walk["guest"], walk["colleague"]
    for page in (guest, colleague):
        show(page, panel="chat")
    guest.fill(".composer textarea", "here are the prices")
    guest.keyboard.press("Enter")
    guest.set_input_files(".chat-tools .together-file", file)
    colleague.wait_for_selector(".together-chatfile")
    colleague.wait_for_selector("text=here are the prices")
    with colleague.expect_download() as got:
        colleague.click(".together-chatfile button >> nth=0")
    assert got.value.path().read_bytes() == file.read_bytes()


def record_and_leave(walk: Walk) -> Path:
    """All three see it asked and marked; it is made by the worker while the host looks on."""
    hall, host = walk.hall, walk["host"]
    assert hall
    record(host)
    for _, page in walk.everybody():
        page.wait_for_selector(".chip.rec")
        assert "By staying you agree" in page.inner_text(".toasts")
    see_and_hear(walk)
    host.wait_for_timeout(4000)
    for who in ("guest", "colleague"):
        walk[who].click("#leave")
        walk[who].click("#leave-now")
        until(lambda who=who: person(host, {"guest": "Lee", "colleague": "一般 吉田"}[who]) is None)
    host.click("#leave")
    host.click("dialog button:has-text('End for everybody')")
    host.wait_for_selector(".alone-card")
    return made(walk)


def made(walk: Walk) -> Path:
    """The film's page follows its making by itself, then plays it."""
    host = walk["host"]
    host.goto(walk.house.address + "/meetings/")
    host.click("nav.service-tabs >> text=Recordings")
    host.click("tbody tr:has-text('Spring plan') a")
    percents: list[int] = []

    def ready() -> bool:
        with contextlib.suppress(Error):  # the page may just be loaded anew
            percents.append(host.evaluate("document.querySelector('[data-progress] progress')?.value ?? 100"))
        return bool(host.locator("[data-player] video").count())

    until(ready, 60, "the film is made")
    assert percents == sorted(percents)
    video = host.locator("[data-player] video")
    video.evaluate("one => { one.muted = true; return one.play(); }")
    until(lambda: video.evaluate("one => one.currentTime > 1"), why="the film plays in its page")
    films = (walk.house.var / "files/meetings").glob("*/*/meeting.mp4")  # the demonstration has one too
    return max(films, key=lambda film: film.stat().st_mtime)


def holds_everybody(film: Path) -> None:
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name:format=duration", "-of", "csv=p=0", str(film)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "h264" in found and "aac" in found
    seconds = float(found.split()[-1])
    assert seconds > 4
    for colour in COLOURS:
        assert seen(film, seconds / 2, colour) > 0.04, colour
    for _, hertz in FACES.values():
        assert loudness(film, hertz, 0, seconds) > loudness(film, NOBODY, 0, seconds) + 15, hertz


def seen(film: Path, second: float, colour: str) -> float:
    """Which part of a frame has this colour."""
    command = ["ffmpeg", "-v", "error", "-ss", str(second), "-i", str(film), "-frames:v", "1", "-vf", "scale=64:36",
               "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]  # fmt: skip
    dots = subprocess.run(command, capture_output=True, check=True).stdout
    wanted = COLOURS[colour]
    near = [
        all(abs(dots[at + n] - wanted[n]) < 60 for n in range(3)) for at in range(0, len(dots), 3)
    ]  # fmt: skip
    return sum(near) / len(near)


def look_back(walk: Walk) -> None:
    host = walk["host"]
    host.click("text=The meeting")
    told: Any = host.inner_text("main")
    for word in (
        "Lee", "代表 木村", "一般 吉田", "here are the prices", "prices.csv", "figures.txt", "with notes", "board",
        "Which month?", "2 votes", "Recordings", "The host ended it for everybody",
    ):  # fmt: skip
        assert word.lower() in told.lower(), word
