"""Meetings in real browsers, as tests walk through them: coming in, seeing and hearing, drawing, looking closer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.house import House

START = """
from musubu import clock
from musubu.meetings.models import Licence
from musubu.meetings.actions import planning
licence = Licence.objects.select_related("contract__provider", "holder").filter(contract__meeting_groups__isnull=False).order_by("pk").first()
with clock.standing_at(licence.contract.provider.sandbox_now):
    meeting = planning.start_now(contract=licence.contract, person=licence.holder, title={title!r})
    meeting.settings = {settings!r}
    meeting.save()
print(meeting.slug, licence.holder.email, meeting.number, meeting.pass_code)
"""
MEDIA = """async () => {
  const found = {frames: 0, energy: 0, heights: [], videos: 0};
  for (const one of (await window.meeting.receiving.connection.getStats()).values()) {
    if (one.type !== "inbound-rtp") continue;
    if (one.kind === "video" && one.framesDecoded) { found.videos += 1; found.frames += one.framesDecoded; found.heights.push(one.frameHeight); }
    else found.energy += one.totalAudioEnergy ?? 0;
  }
  return found;
}"""

STATE = """() => {
  const { layers, stage, panel, look, phase } = window.meeting.value;
  return JSON.stringify({ phase, stage, panel, look, layers: [...layers], wants: window.meeting.wants.list() });
}"""


def until(holds: Callable[[], Any], seconds: float = 10, why: str = "") -> Any:
    end = time.monotonic() + seconds
    while True:
        if found := holds():
            return found
        assert time.monotonic() < end, why or "it did not happen in time"
        time.sleep(0.1)


@dataclass
class Hall:
    """One meeting and those who come to it; all leave at the end of the test."""

    language = "en"

    house: House
    browser: Browser
    slug: str
    host_email: str
    number: str
    pass_code: str
    contexts: list[BrowserContext] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def page(self, browser: Browser | None = None, **more: Any) -> Page:
        context = (browser or self.browser).new_context(**{"locale": "en-US", **more})
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console", lambda said: self.problems.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    def sign_in(self, page: Page) -> None:
        """The host, reading `language`: signing in brings the person's own."""
        self.house.sign_in(page, self.host_email)
        page.context.add_cookies([{"name": "musubu_language", "value": self.language, "url": self.house.address}])

    def host(self, **more: Any) -> Page:
        page = self.page(**more)
        self.sign_in(page)
        page.goto(f"{self.house.address}/m/{self.slug}/")
        self.join(page)
        return page

    def guest(self, name: str, **more: Any) -> Page:
        page = self.page(**more)
        page.goto(f"{self.house.address}/m/{self.slug}/")
        page.fill("#name", name)
        self.join(page)
        return page

    @staticmethod
    def join(page: Page) -> None:
        until(lambda: page.evaluate("Boolean(window.meeting) && !window.meeting.local.value.asking"))
        page.click("button[type=submit]")
        page.wait_for_selector(".room, .alone-card:not(:has(.wait-dots)), .alone-card .row-center")

    def sees_and_hears(self, page: Page, videos: int) -> None:
        before = page.evaluate(MEDIA)

        def flows() -> bool:
            now = page.evaluate(MEDIA)
            return now["videos"] >= videos and now["frames"] > before["frames"] + 5 and now["energy"] > 0

        try:
            until(flows, 20)
        except AssertionError:
            raise AssertionError(
                f"{videos} pictures and sound: {page.evaluate(MEDIA)}, {page.evaluate(STATE)}"
            ) from None


def value(page: Page, expression: str) -> Any:
    return page.evaluate(f"window.meeting.value.{expression}")


def person(page: Page, name: str) -> Any:
    return page.evaluate("name => [...window.meeting.value.people.values()].find((one) => one.name === name)", name)


def show(page: Page, **what: str) -> None:
    page.evaluate("what => window.meeting.set(what)", what)


def stroke(page: Page, sheet: str, points: list[tuple[float, float]]) -> None:
    box = page.locator(sheet).bounding_box()
    assert box
    page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def dark(page: Page) -> int:
    """Pixels of the board's canvas that are drawn on."""
    return int(
        page.evaluate(
            """() => { const c = document.querySelector(".excalidraw canvas.static");
            const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 100 && d[i] < 90) n += 1; return n; }"""
        )
    )


def record(host: Page, on: bool = True) -> None:
    """By the host's menu, asked first."""
    host.click(".more-wrap .menu-box > button")
    host.click(f"[role=menuitem]:has-text('{'Record…' if on else 'Stop recording'}')")
    if on:
        host.click("dialog button.primary")
    until(lambda: bool(value(host, "facts.record")) is on)


RECORDINGS = """
import json
from musubu.meetings.models import Recording
rows = Recording.objects.filter(sitting__meeting__slug={slug!r}).order_by("pk")
print(json.dumps([[str(one.public_id), one.state, one.progress, str(one.film), one.reason + one.detail] for one in rows]))
"""


def film(room: Hall, seconds: float = 60) -> Path:
    """The newest recording's film, when the worker has made it."""

    def ready() -> Path | None:
        _, state, _, path, why = json.loads(room.house.python(RECORDINGS.format(slug=room.slug)))[-1]
        assert state != "failed", why
        return Path(path) if state == "ready" else None

    return until(ready, seconds, "the film is made")  # type: ignore[no-any-return]
