"""A visitor applies and staff screen, in a real browser; pages fit a phone."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MUSUBU = [sys.executable, "-c", "import sys; from musubu.cli import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    environment = {**os.environ, "MUSUBU_VAR": str(tmp_path_factory.mktemp("var")), "DATABASE_URL": ""}
    for command in (["migrate"], ["demo", "seed"]):
        subprocess.run([*MUSUBU, *command], env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    server = subprocess.Popen(
        [gunicorn, "musubu.site.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"], env=environment
    )
    address = f"http://localhost:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(address + "/health/ready")
            break
        except OSError:
            time.sleep(0.2)

    def accounts() -> dict[str, dict[str, str]]:
        shown = subprocess.run(
            [*MUSUBU, "demo", "accounts", "--format", "json"], env=environment, check=True, capture_output=True
        )
        return {one["email"]: one for one in json.loads(shown.stdout)}

    yield address, accounts
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


def sign_in(page: Page, site: Any, email: str) -> None:
    address, accounts = site
    account = accounts()[email]
    page.goto(address + "/sign-in/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", account["password"])
    page.click("main button")
    if page.url.endswith("/code/"):
        page.fill("input[name=code]", accounts()[email]["code"])
        page.click("main button")
    assert page.url.endswith("/home/")


def test_a_visitor_applies_and_staff_accept(site: Any, browser: Browser) -> None:
    address, _ = site
    page = browser.new_context(locale="ja-JP").new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(address + "/services/videog/")
    page.click("main .card button")
    for name, value in {
        "company": "株式会社ためし", "address": "東京都港区", "telephone": "03", "name": "試 太郎",
        "email": "taro@tameshi.example", "password": "hoshi-7-kumo-tsuki",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("main form[novalidate] button")
    page.fill("[name=publisher]", "公式")
    page.click("main form[novalidate] button")
    for name in ("terms", "anti_social_forces", "privacy"):
        page.check(f"[name={name}]")
    page.click("main form[novalidate] button")
    assert "審査" in page.inner_text("main")

    staff = browser.new_context(locale="ja-JP").new_page()
    sign_in(staff, site, "sales@demo.example")
    staff.goto(address + "/applications/?state=submitted")
    staff.click("text=株式会社ためし")
    staff.click("button[value=accept]")
    assert re.search(r"VG-\d{6}", staff.inner_text("h1"))
    assert "月額" in staff.inner_text("main")
    assert problems == []


@pytest.mark.parametrize("language", ["ja", "en", "zh-hans"])
def test_pages_fit_a_phone_and_speak(site: Any, browser: Browser, language: str) -> None:
    address, _ = site
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, site, "owner@sakura.example")
    page.click(f"button[value={language}]")
    for path in (
        "/",
        "/services/",
        "/services/exaas/",
        "/services/exaas/terms/",
        "/home/",
        "/contracts/",
        "/mailbox/",
        "/status/",
    ):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.get_attribute("html", "lang") == language
    page.goto(address + "/contracts/")
    page.click("tbody a, table a")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("svg.lifeline circle").count() > 3
