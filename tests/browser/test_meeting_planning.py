"""A contractor plans, invites, moves and ends meetings in a real browser, and shows a room in a page of their own."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from tests.house import House

pytestmark = pytest.mark.browser
OWNER = "owner@sakura.example"


@pytest.fixture
def page(house: House, media_browser: Browser) -> Iterator[Page]:
    context = media_browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    house.sign_in(page, OWNER)
    context.add_cookies([{"name": "musubu_language", "value": "en", "url": house.address}])
    page.goto(house.address + "/meetings/")
    yield page
    assert problems == []
    context.close()


def answered(page: Page, question: str) -> None:
    """Somebody is asked first, and agrees."""
    expect(page.locator("dialog.ask")).to_contain_text(question)
    page.click("dialog.ask button[value=yes]")


def test_a_series_is_planned_moved_cancelled_and_brought_back(house: House, page: Page) -> None:
    page.click("text=Plan a meeting")
    page.fill("[name=title]", "Quarterly review")
    assert not page.is_visible("[name=days]")
    page.select_option("[name=repeat]", "weekly")
    assert page.is_visible("[name=days]") and not page.is_visible("[name=count]")
    page.select_option("[name=ends]", "count")
    page.fill("[name=count]", "3")
    page.fill("[name=attendees]", "Lee <lee@partner.example>\nwrong")
    page.click("text=Plan and invite")
    expect(page.locator("[role=alert]")).to_contain_text("wrong is not a mail address")
    page.fill("[name=attendees]", "Lee <lee@partner.example>")
    page.click("text=Plan and invite")
    expect(page.locator("h1")).to_have_text("Quarterly review")
    expect(page.locator(".agenda li")).to_have_count(3)
    page.click(".agenda li:nth-child(2) >> text=Change this date")
    page.fill("[name=at]", "16:30")
    page.click("text=Move and tell everybody")
    expect(page.locator(".agenda li:nth-child(2)")).to_contain_text("16:30")
    page.click("text=Cancel the whole series")
    answered(page, "all dates")
    page.click("button:text-is('Bring it back')")
    expect(page.locator(".agenda li")).to_have_count(3)
    mails = json.loads(house.python(MAILS))
    assert [one["kind"] for one in mails] == [
        "meeting.invited", "meeting.date-moved", "meeting.cancelled", "meeting.changed",
    ]  # fmt: skip
    entries = [Calendar.from_ical(one["entry"]) for one in mails]
    assert [entry["METHOD"] for entry in entries] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert len({entry.walk("VEVENT")[0]["UID"] for entry in entries}) == 1


MAILS = """
import base64, json
from musubu.notices.models import Notice
rows = Notice.objects.filter(to_email="lee@partner.example").order_by("pk")
print(json.dumps([{"kind": one.kind, "entry": base64.b64decode(one.attachments[0]["base64"]).decode()} for one in rows]))
"""


def test_what_runs_appears_by_itself_and_is_ended(house: House, page: Page) -> None:
    page.click("nav.service-tabs >> text=Running now")
    own = page.locator("#running li", has_text="Kimura's guest")  # others of the house may still run
    expect(own).to_have_count(0)
    house.python(RUNS)
    expect(own).to_be_visible(timeout=10_000)
    own.get_by_text("End for everybody").click()
    answered(page, "for everybody?")
    expect(page.locator("[role=status]").first).to_contain_text("ended")
    house.python("from musubu.meetings.models import Sitting; Sitting.objects.filter(state__made='here').delete()")


RUNS = """
from musubu import clock
from musubu.meetings.models import Attendance, Meeting, Sitting
meeting = Meeting.objects.filter(contract__organisation__name__contains="さくら", kind="repeated").first()
sitting = Sitting.objects.create(meeting=meeting, started_at=clock.now(), state={"made": "here"})
Attendance.objects.create(sitting=sitting, kind="guest", name="Kimura's guest", role="attendee", joined_at=clock.now())
"""


def test_a_guest_joins_by_number_in_the_companys_look(house: House, page: Page, media_browser: Browser) -> None:
    room = page.locator("#room-text").text_content() or ""
    number = re.search(r"Meeting number: ([\d ]+)", room)
    code = re.search(r"Pass code: (\d+)", room)
    assert number and code
    page.click("text=Room settings")
    address = page.get_attribute("text=See the page where guests join", "href")
    guest = media_browser.new_context(locale="en-US").new_page()
    guest.goto(house.address + str(address))
    assert guest.locator("img.brand-logo").evaluate("one => one.complete && one.naturalWidth > 0")
    look = guest.locator("main button").evaluate("one => getComputedStyle(one).backgroundColor")
    assert look == "rgb(160, 42, 85)"
    guest.fill("[name=number]", number[1])
    guest.fill("[name=pass_code]", "000000")
    guest.fill("[name=name]", "Guest A")
    guest.click("main button")
    expect(guest.locator("[role=alert]")).to_contain_text("not right")
    guest.fill("[name=pass_code]", code[1])
    guest.click("main button")
    guest.wait_for_url("**/m/**")
    guest.context.close()


class Outside(BaseHTTPRequestHandler):
    """Somebody's own page."""

    html = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.html.encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def outside(html: str) -> Iterator[str]:
    Outside.html = html
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_only_pages_that_were_named_show_a_room(house: House, page: Page, media_browser: Browser) -> None:
    page.click("text=Room settings")
    code = page.locator("#embed").text_content() or ""
    with outside(f"<!doctype html><title>Outside</title>{code}") as origin:
        for allowed in (False, True):
            if allowed:
                page.fill("[name=origins]", origin)
                page.click("button[value=origins]")
            visitor = media_browser.new_context(locale="en-US").new_page()
            visitor.goto(origin)
            frame = visitor.wait_for_selector("iframe")
            content = frame.content_frame() if frame else None
            assert content is not None
            content.wait_for_load_state()
            assert ("/m/" in content.url) == allowed, content.url
            visitor.context.close()
