"""Every panel of the room: nothing grave by axe, closed by Escape, on a phone too; and what the room says aloud."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.halls import until, value
from tests.browser.test_pages import grave

pytestmark = pytest.mark.browser
PANELS = ("chat", "people", "settings", "info", "polls")


def shown(page: Page, place: str, name: str) -> None:
    page.evaluate("([place, name]) => meeting.set({[place]: name})", [place, name])
    page.wait_for_selector(
        ".feature-box > *" if place == "stage" or name in ("polls", "attendance") else ".panel-body > *"
    )
    until(lambda: page.locator(".feature > .wait-dots").count() == 0)


def test_panels_by_axe_and_escape(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host()
    guest = room.guest("Hanako", viewport={"width": 390, "height": 844})
    for page, more in ((host, ("attendance",)), (guest, ())):
        for name in (*PANELS, *more):
            shown(page, "panel", name)
            assert grave(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert page.locator(".panel h2:focus, .composer textarea:focus").count() == 1, name
            page.keyboard.press("Escape")
            until(lambda page=page: value(page, "panel") == "")
        shown(page, "stage", "documents")
        assert grave(page) == []
        page.evaluate("meeting.set({stage: ''})")


def test_on_a_phone_nothing_behind_a_panel_is_reached(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host(viewport={"width": 390, "height": 844})
    host.keyboard.press("c")
    host.wait_for_selector(".panel")
    for _ in range(25):
        host.keyboard.press("Tab")
        assert not host.evaluate("Boolean(document.activeElement.closest('.stage'))")


def test_escape_answers_a_question_and_leaves_the_panel(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host()
    shown(host, "panel", "polls")
    host.click("button:has-text('New poll')")
    host.fill("[name=question]", "When?")
    host.fill("[aria-label='Answer 1']", "Today")
    host.fill("[aria-label='Answer 2']", "Tomorrow")
    host.click("button:has-text('Keep for later')")
    host.click(".together-card button:has-text('Delete')")
    host.wait_for_selector("dialog.ask[open]")
    assert grave(host) == []
    host.keyboard.press("Escape")
    until(lambda: host.locator("dialog.ask[open]").count() == 0)
    assert value(host, "panel") == "polls" and host.locator(".together-card").count() == 1


def test_the_room_says_who_comes_raises_a_hand_and_writes(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host()
    guest = room.guest("Hanako")
    until(lambda: "Hanako has joined" in host.inner_text("#said"))
    guest.keyboard.press("h")
    until(lambda: "Hanako raises a hand" in host.inner_text("#said"))
    guest.evaluate("meeting.ask({t: 'chat', text: 'Good morning', to: ''})")
    until(lambda: "Hanako writes: Good morning" in host.inner_text("#said"))
    host.evaluate("meeting.ask({t: 'timer', seconds: 1})")
    until(lambda: "Time is up" in guest.inner_text(".toasts"))
    host.click(".reactions button")
    host.click(".top h1")
    until(lambda: host.locator(".reactions .menu-list").count() == 0)
