"""Boards, documents, polls and files in the room, by real browsers on the real page. The host reads Japanese."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.halls import dark, show, stroke, until

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
PICTURES = os.environ.get("PICTURES", "")  # a folder for screenshots, where they are wanted
OPEN = {"lobby": "nobody"}


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def test_a_board_is_drawn_on_by_all_and_nothing_comes_from_outside(hall: Any) -> None:
    room = hall(**OPEN)
    room.language = "ja"
    host = room.host()
    outside: list[str] = []
    host.on(
        "request",
        lambda one: None if one.url.startswith((room.house.address, "data:", "blob:")) else outside.append(one.url),
    )
    guest = room.guest("Hanako", **PHONE)
    fetched: list[str] = []
    guest.on("request", lambda one: fetched.append(one.url) if "excalidraw" in one.url else None)
    assert fetched == []
    show(host, stage="board")
    host.wait_for_selector(".excalidraw canvas.static")
    host.click(".together-acts .btn-primary")
    guest.wait_for_selector(".excalidraw canvas.static")
    assert fetched and dark(guest) == 0
    host.click('[data-testid="toolbar-freedraw"]', force=True)
    stroke(host, ".together-canvas", [(300, 200), (420, 300), (500, 220), (620, 320)])
    until(lambda: dark(guest) > 50, why="the stroke on the other screen")
    guest.evaluate("document.activeElement?.blur()")
    look(host, "board")
    look(guest, "board-phone")
    host.evaluate("window.meeting.ask({t: 'settings', draw: 'hosts'})")
    guest.wait_for_selector(".excalidraw--view-mode")
    assert "look" in guest.inner_text(".together-acts")
    assert outside == []


def test_a_document_is_turned_by_one_and_written_on(hall: Any, tmp_path: Path) -> None:
    source = tmp_path / "会議資料.txt"
    source.write_text("\n".join(f"第{n}項 会議の議題について説明します。" for n in range(160)))
    room = hall(**OPEN)
    room.language = "ja"
    host, guest = room.host(), room.guest("Hanako", **PHONE)
    show(host, stage="documents")
    look(host, "documents-empty")
    host.set_input_files(".together-shelf .together-file", source)
    host.click(".together-list .btn-primary", timeout=40_000)
    guest.wait_for_selector('canvas[data-page="1"]')
    host.click('[aria-label="次のページ"]')
    guest.wait_for_selector('canvas[data-page="2"]')
    host.click('[aria-label="ペン"]')
    stroke(host, ".together-ink", [(60, 60), (160, 120), (220, 70)])
    until(lambda: guest.locator(".together-ink polyline").count() == 1)
    host.click('[aria-label="テキスト"]')
    host.locator(".together-ink").click(position={"x": 80, "y": 200})
    host.wait_for_selector(".together-text:focus")
    host.keyboard.type("確認済み")
    host.keyboard.press("Enter")
    until(lambda: "確認済み" in guest.locator(".together-ink").text_content())
    host.click('[aria-label="元に戻す"]')
    until(lambda: guest.locator(".together-ink text").count() == 0)
    host.click('[aria-label="レーザーポインター"]')
    host.locator(".together-ink").hover(position={"x": 120, "y": 90})
    guest.wait_for_selector(".together-dot")
    look(host, "document")
    look(guest, "document-phone")
    guest.click('[aria-label="Previous page"]')
    guest.wait_for_selector('canvas[data-page="1"]')
    guest.click(".together-acts .btn-primary")
    guest.wait_for_selector('canvas[data-page="2"]')
    with guest.expect_download() as got:
        guest.click("summary:has-text('Download')")
        guest.click("text=PDF with what was written")
    assert got.value.path().read_bytes()[:5] == b"%PDF-"


def test_a_poll_and_a_file(hall: Any, tmp_path: Path) -> None:
    Image.effect_mandelbrot((900, 600), (-2, -1.5, 1, 1.5), 60).convert("RGB").save(tmp_path / "図面.png")
    room = hall(**OPEN)
    room.language = "ja"
    host, guest = room.host(), room.guest("Hanako", **PHONE)
    show(host, panel="polls")
    host.click("text=新しい投票")
    host.fill(".together-card textarea", "次回はいつがよいですか")
    for n, answer in enumerate(("月曜日", "=水曜日")):
        host.locator(".together-card fieldset input").nth(n).fill(answer)
    look(host, "poll-new")
    host.click("text=今すぐ質問する")
    guest.check(".together-card input[value='1']")  # it has opened by itself
    look(guest, "poll-vote-phone")
    guest.click(".together-card button:has-text('Vote')")
    host.wait_for_selector("text=1人が回答")
    look(host, "poll-result")
    with host.expect_download() as got:
        host.click(".together-card button:has-text('CSV')")
    assert got.value.path().read_text(encoding="utf-8-sig").splitlines() == ["氏名,月曜日,'=水曜日", "Hanako,,1"]
    show(host, panel="attendance")
    host.wait_for_selector(".together-attendance td:has-text('Hanako')")
    look(host, "attendance")
    show(host, panel="chat")
    show(guest, panel="chat")
    guest.set_input_files(".chat-tools .together-file", tmp_path / "図面.png")
    host.wait_for_selector(".together-picture img")
    look(host, "file")
    look(guest, "file-phone")
    with host.expect_download() as got:
        host.click(".together-chatfile button >> nth=0")
    assert got.value.path().read_bytes() == (tmp_path / "図面.png").read_bytes()
    host.click(".together-chatfile button:has-text('削除')")
    guest.wait_for_selector("text=was removed")
