"""The room in real browsers, with the real engine: coming in, seeing and hearing, moderation, faults, keyboard, axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.halls import MEDIA, person, until, value
from tests.browser.test_pages import grave
from tests.house import House

pytestmark = pytest.mark.browser


def test_three_meet_through_the_lobby_see_hear_share_and_write(hall: Any) -> None:
    room = hall()
    host = room.host()
    first = room.guest("Hanako")
    assert "let you in" in first.inner_text(".alone-card")
    host.click(".toast button:has-text('Let in')")
    first.wait_for_selector(".room")
    second = room.guest("Jiro")
    host.click(".toast button:has-text('Let in')")
    second.wait_for_selector(".room")
    for page in (host, first, second):
        room.sees_and_hears(page, 2)
    assert int(first.evaluate("document.documentElement.dataset.arrived")) < 4_000

    first.click("#share")
    host.wait_for_selector(".screen video")
    until(lambda: 720 in host.evaluate(MEDIA)["heights"], why="a sharp screen")
    second.click("#share")
    until(lambda: host.locator(".screen").count() == 2, why="two screens at once")
    first.click(".screen button:has-text('Stop sharing')")
    until(lambda: host.locator(".screen").count() == 1)
    host.evaluate(
        "meeting.ask({t: 'mute', who: [...meeting.value.people.values()].find(p => p.name === 'Jiro').id, source: 'screen'})"
    )
    until(lambda: not value(second, "sharing"))

    first.keyboard.press("c")
    first.fill(".composer textarea", "see https://example.jp/<b>x</b>")
    first.keyboard.press("Enter")
    until(lambda: value(host, "unread") == 1)
    host.click("#chat")
    assert host.get_attribute(".said-text a", "href") == "https://example.jp/"
    assert host.locator(".said-text b").count() == 0
    host.select_option(".composer select", label="Jiro alone")
    host.fill(".composer textarea", "only you")
    host.keyboard.press("Enter")
    until(lambda: value(second, "chat.length") == 2)
    assert value(first, "chat.length") == 1


def test_hosts_mute_give_roles_remove_and_end(hall: Any) -> None:
    room = hall(lobby="nobody")
    host, guest, other = room.host(), room.guest("Hanako"), room.guest("Jiro")
    guest.click("#hand")
    other.click("#hand")
    until(lambda: host.locator(".tile .hand-mark").count() == 2)
    assert host.inner_text(f".tile[data-person='{person(host, 'Jiro')['id']}'] .hand-mark").endswith("2")

    host.click("#people")
    host.click(".person-row:has-text('Hanako') .menu-box > button")
    assert guest.locator("[role=menuitem]:has-text('Remove')").count() == 0
    host.click("[role=menuitem]:has(span:text-is('Mute'))")
    until(lambda: not guest.evaluate("meeting.local.value.micOn"), why="muted on her own side")
    guest.click(".toast button:has-text('Unmute')")
    until(lambda: person(host, "Hanako")["mic"])

    host.evaluate("meeting.ask({t: 'settings', unmute_self: false, share: 'hosts', chat: 'hosts'})")
    until(lambda: not value(guest, "rights.share"))
    guest.click("#mic")
    until(lambda: not person(host, "Hanako")["mic"])
    guest.click("#mic")
    assert "one by one" in guest.inner_text(".toasts")
    host.evaluate(
        "meeting.ask({t: 'ask-unmute', who: [...meeting.value.people.values()].find(p => p.name === 'Hanako').id})"
    )
    guest.click(".toast button:has-text('Unmute')")
    until(lambda: person(host, "Hanako")["mic"])

    host.evaluate(
        "meeting.ask({t: 'role', who: [...meeting.value.people.values()].find(p => p.name === 'Hanako').id, role: 'co-host'})"
    )
    until(lambda: value(guest, "rights.host"))
    host.click(".person-row:has-text('Jiro') .menu-box > button")
    host.click("[role=menuitem]:has-text('Remove')")
    host.check("dialog input[type=checkbox]")
    host.click("dialog .danger")
    other.wait_for_selector(".alone-card")
    assert "You were removed" in other.inner_text("h1")
    other.goto(other.url)
    other.fill("#name", "Jiro")
    other.click("button[type=submit]")
    assert "closed this meeting" in until(lambda: other.locator("#refusal, .alone-card p").first.inner_text())

    host.click("#leave")
    host.click("dialog button:has-text('End for everybody')")
    guest.wait_for_selector(".alone-card")
    assert "ended" in guest.inner_text("h1")


def test_a_camera_that_a_host_switched_off_is_seen_again_when_its_owner_switches_it_on(hall: Any) -> None:
    room = hall(lobby="nobody")
    host, guest = room.host(), room.guest("Hanako")
    room.sees_and_hears(host, 1)
    who = person(host, "Hanako")["id"]
    host.evaluate("who => meeting.ask({t: 'mute', who, source: 'camera'})", who)
    until(lambda: not person(host, "Hanako")["camera"] and not guest.evaluate("meeting.local.value.cameraOn"))
    guest.click("#camera")
    until(lambda: person(host, "Hanako")["camera"])
    room.sees_and_hears(host, 1)


def test_a_second_terminal_asks_and_takes_over(hall: Any) -> None:
    room = hall(lobby="nobody")
    first = room.host()
    second = room.page()
    room.sign_in(second)
    second.goto(f"{room.house.address}/m/{room.slug}/?direct=1")
    second.wait_for_selector("h1:has-text('elsewhere')")
    assert "Chrome" in second.inner_text(".alone-card")
    second.click("button:has-text('Go on here')")
    second.wait_for_selector(".room")
    first.wait_for_selector("h1:has-text('another terminal')")


def test_everybody_is_back_after_cuts_and_a_killed_engine(hall: Any) -> None:
    room = hall(lobby="nobody")
    host, guest = room.host(), room.guest("Hanako")
    room.sees_and_hears(host, 1)
    host.click("#chat")
    host.fill(".composer textarea", "half a sentence")
    host.evaluate("meeting.line.again()")
    until(lambda: not value(host, "cut") and host.evaluate("meeting.line.open"), why="the line comes back by itself")
    assert host.input_value(".composer textarea") == "half a sentence"
    room.sees_and_hears(host, 1)

    host.evaluate("meeting.receiving.connection.close()")
    host.evaluate("meeting.hear({t: 'receiving', state: 'lost'})")
    room.sees_and_hears(host, 1)

    room.house.kill("janus")
    for page in (host, guest):
        until(
            lambda page=page: page.evaluate(
                "!meeting.value.engineGone && meeting.receiving.connection.connectionState === 'connected'"
            ),
            20,
        )
        room.sees_and_hears(page, 1)


def test_a_page_loaded_anew_comes_back_to_its_place(hall: Any) -> None:
    room = hall()
    host = room.host()
    guest = room.guest("Hanako")
    guest.reload()
    guest.wait_for_selector(".alone-card .row-center")
    assert [one["name"] for one in value(host, "lobby")] == ["Hanako"]
    host.click(".toast button:has-text('Let in')")
    guest.wait_for_selector(".room")
    guest.click("#mic")
    guest.click("#hand")
    me = value(guest, "me")
    until(lambda: not person(host, "Hanako")["mic"] and person(host, "Hanako")["hand"])
    guest.reload()
    guest.wait_for_selector(".room")
    assert value(guest, "me") == me and not guest.evaluate("meeting.local.value.micOn")
    assert person(host, "Hanako")["hand"]
    host.reload()
    host.wait_for_selector(".room")
    assert value(host, "rights.host")
    guest.click("#mic")
    for page in (host, guest):
        room.sees_and_hears(page, 1)
    host.click("#people")
    host.click(".person-row:has-text('Hanako') .menu-box > button")
    host.click("[role=menuitem]:has-text('Remove')")
    host.click("dialog .danger")
    guest.wait_for_selector(".alone-card")
    guest.reload()
    guest.wait_for_selector("#name")


def test_devices_are_changed_lost_and_refused_in_place(hall: Any) -> None:
    room = hall(lobby="nobody")
    host, guest = room.host(), room.guest("Hanako")
    room.sees_and_hears(guest, 1)
    other = host.evaluate("meeting.local.value.devices.mic.at(-1).id")
    host.evaluate("id => meeting.local.use('mic', id)", other)
    assert host.evaluate("meeting.sending.connection.getSenders()[0].track.readyState") == "live"
    room.sees_and_hears(guest, 1)

    host.evaluate("meeting.local.value.mic.dispatchEvent(new Event('ended'))")
    until(lambda: "disconnected" in host.inner_text(".toasts"), why="told that the microphone went")
    until(lambda: host.evaluate("meeting.local.value.mic?.readyState") == "live", why="the next one by itself")

    host.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("x", "NotReadableError")); }"""
    )
    host.click("#camera")
    until(
        lambda: (
            not person(guest, "Hanako")
            or not person(guest, host.evaluate("meeting.value.people.get(meeting.value.me).name"))["camera"]
        )
    )
    host.click("#camera")
    host.wait_for_selector("dialog .note.warn")
    assert "Another program is using the camera" in host.inner_text("dialog")


def test_without_permission_one_still_comes_in(hall: Any) -> None:
    room = hall(lobby="nobody")
    page = room.page()
    page.add_init_script(
        """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("x", "NotAllowedError"));"""
    )
    page.goto(f"{room.house.address}/m/{room.slug}/")
    page.wait_for_selector(".note.warn")
    assert "not allowed for this page" in page.inner_text(".before")
    page.fill("#name", "Silent")
    room.host()
    page.click("text=Join without devices")
    page.wait_for_selector(".room")
    room.sees_and_hears(page, 1)


def test_the_room_by_keyboard_alone_and_by_axe(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host()
    guest = room.guest("Hanako", viewport={"width": 390, "height": 844})
    for page in (host, guest):
        assert grave(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    on = host.evaluate("meeting.local.value.micOn")
    host.keyboard.press("m")
    until(lambda: host.evaluate("meeting.local.value.micOn") is not on)
    assert host.get_attribute("#mic", "aria-pressed") == "false"
    host.keyboard.down(" ")
    until(lambda: host.evaluate("meeting.local.value.micOn"), why="the space bar lets speak")
    host.keyboard.up(" ")
    until(lambda: not host.evaluate("meeting.local.value.micOn"))
    host.keyboard.press("h")
    until(lambda: host.get_attribute("#hand", "aria-pressed") == "true")
    for key, panel in (("p", "people"), ("c", "chat"), ("i", "info")):
        host.keyboard.press(key)
        until(lambda panel=panel: value(host, "panel") == panel)
        assert grave(host) == []
        host.keyboard.press("Escape")
        until(lambda: value(host, "panel") == "")
    host.keyboard.press("?")
    host.wait_for_selector("dialog[open] kbd")
    assert grave(host) == []
    host.keyboard.press("Escape")
    assert "has joined" in host.inner_text("#said") or "Hanako" in host.content()
    host.keyboard.press("l")
    host.wait_for_selector("dialog[open]")
    host.keyboard.press("Escape")
    guest.click("#chat")
    assert grave(guest) == []


def test_the_check_page_tries_everything_and_reports(house: House, media_browser: Browser) -> None:
    context = media_browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(house.address + "/meetings/check/")
    page.click("#checking button")
    page.wait_for_selector("[data-done]", timeout=40_000)
    assert page.locator(".trial[data-mark=good]").count() >= 3
    assert "UDP works" in page.inner_text("#checking")
    assert grave(page) == []
    page.fill("#email", "somebody@example.jp")
    page.click("#checking form button")
    page.wait_for_selector("text=Support answers to somebody@example.jp")
    context.close()
    told = house.python(
        "from musubu.notices.models import Notice; print(Notice.objects.filter(kind='contact', body__contains='websocket').values_list('to_email', flat=True).count())"
    )
    assert told.strip() == "2"


def test_the_background_is_blurred_without_a_network(hall: Any) -> None:
    room = hall(lobby="nobody")
    host = room.host()
    host.evaluate("meeting.local.blur(true)")
    until(lambda: host.evaluate("meeting.local.value.blur") in ("on", "unsupported"), 30)
    assert host.evaluate("meeting.local.value.blur") == "on"
    guest = room.guest("Hanako")
    room.sees_and_hears(guest, 1)
