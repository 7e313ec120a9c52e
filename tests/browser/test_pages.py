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
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.walking import walk

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
    worker = subprocess.Popen([*MUSUBU, "worker"], env=environment)
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
    for process in (worker, server):
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
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


AXE = (Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
GRAVE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ").slice(0, 300)}`)"""


def grave(page: Page) -> list[str]:
    """What axe-core finds serious or critical on a page."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(GRAVE)
    return found


def test_a_visitor_applies_and_staff_accept(site: Any, browser: Browser) -> None:
    address, _ = site
    page = browser.new_context(locale="ja-JP").new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(address + "/services/videog/")
    page.click("main .card button >> nth=0")
    for name, value in {
        "company": "株式会社ためし", "address": "東京都港区", "telephone": "03", "name": "試 太郎",
        "email": "taro@tameshi.example", "password": "hoshi-7-kumo-tsuki",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("main form[novalidate] button")
    with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.status == 204):
        page.fill("[name=publisher]", "公式")
    page.reload()
    assert page.input_value("[name=publisher]") == "公式"
    page.click("main form[novalidate] button")
    for name in ("terms", "anti_social_forces", "privacy", "backup_abroad"):
        page.check(f"[name={name}]")
    page.click("main form[novalidate] button")
    assert "審査" in page.inner_text("main")

    staff = browser.new_context(locale="ja-JP").new_page()
    sign_in(staff, site, "sales@demo.example")
    staff.goto(address + "/applications/?state=submitted")
    staff.click("text=株式会社ためし")
    staff.click("button[value=accept]")
    staff.click("dialog.ask button[value=yes]")
    staff.wait_for_url("**/contracts/**")
    assert re.search(r"VG-\d{6}", staff.inner_text("h1"))
    assert "月額" in staff.inner_text("main")
    staff.keyboard.press("/")
    staff.keyboard.type("ためし")
    staff.wait_for_selector("#palette li a")
    assert "株式会社ためし" in staff.inner_text("#palette ul")
    assert problems == []


def test_a_measure_is_asked_about_first(site: Any, browser: Browser) -> None:
    address, _ = site
    page = browser.new_context(locale="en-US").new_page()
    sign_in(page, site, "operations@demo.example")
    page.goto(address + "/contracts/?service=learno")
    page.click("main tbody a")
    where = page.url
    page.select_option("#kind", "suspend")
    page.click("form[action$='measures/'] button")
    page.click("dialog.ask button[value=no]")
    page.reload()
    assert not page.locator("h1 .tag.suspended").count()
    page.select_option("#kind", "suspend")
    page.click("form[action$='measures/'] button")
    page.click("dialog.ask button[value=yes]")
    page.wait_for_selector("h1 .tag.suspended")
    assert page.url == where


def choose_language(page: Page, language: str) -> None:
    page.click("header details.drop:has(button[name=language]) > summary")
    page.click(f"button[name=language][value={language}]")


PUBLIC = (
    "/", "/services/", "/services/exaas/", "/services/exaas/terms/", "/areas/", "/terminals/", "/notices/", "/status/",
    "/contact/", "/sign-in/", "/password/forgotten/", "/developers/",
)  # fmt: skip
OWN = (
    "/home/",
    "/contracts/",
    "/applications/",
    "/mailbox/",
    "/people/",
    "/profile/",
    "/keys/",
    "/clients/",
    "/organisation/",
)
STAFF = (
    "/home/", "/contracts/", "/applications/", "/mailbox/", "/staff/organisations/", "/staff/notices/",
    "/staff/reports/", "/staff/services/", "/staff/services/videog/", "/staff/audit/", "/staff/clock/", "/people/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en", "zh-hans"])
def test_pages_fit_a_phone_and_speak(site: Any, browser: Browser, language: str) -> None:
    address, _ = site
    page = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True).new_page()
    sign_in(page, site, "owner@sakura.example")
    choose_language(page, language)
    for path in (*PUBLIC, *OWN):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.get_attribute("html", "lang") == language
        assert grave(page) == [], path
    page.goto(address + "/contracts/")
    page.click("main tbody a")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("svg.lifeline circle").count() > 3
    assert grave(page) == []


@pytest.mark.parametrize("theme", ["musubu", "musubu-dark"])
def test_staff_pages_in_light_and_dark(site: Any, browser: Browser, theme: str) -> None:
    address, _ = site
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, locale="ja-JP")
    page = context.new_page()
    sign_in(page, site, "owner@demo.example" if theme == "musubu" else "support@demo.example")
    page.click("header details.drop:has([data-theme-choice]) > summary")
    page.click(f"[data-theme-choice={theme}]")
    for path in STAFF:
        if theme == "musubu-dark" and path == "/staff/clock/":
            continue
        page.goto(address + path)
        assert page.get_attribute("html", "data-theme") == theme
        assert grave(page) == [], path


OWN_ROOMS = (  # who, from where, and what belongs to it
    ("owner@sakura.example", "/meetings/", r"/meetings/"),
    ("owner@hibiki.example", "/billing/payments/", r"/(billing|equipment|claims)/"),
    ("owner@kitano.example", "/billing/payments/", r"/(billing|claims|statements)/"),
)
MONEY = (
    r"/staff/(money|runs|deposits|debits|mandates|cards|dunning|write-offs|books|trials|banks|agencies|equipment|claims"
    r"|payouts|payees|sales)/|/billing/"
)


@pytest.mark.parametrize(("who", "first", "inside"), OWN_ROOMS)
def test_every_page_of_a_customers_rooms_on_a_phone(
    site: Any, browser: Browser, who: str, first: str, inside: str
) -> None:
    address, _ = site
    page = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True, locale="ja-JP").new_page()
    sign_in(page, site, who)
    for path in walk(page, address, first, inside):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert grave(page) == [], path


@pytest.mark.parametrize("theme", ["musubu", "musubu-dark"])
def test_every_page_of_money_and_meetings_for_staff(site: Any, browser: Browser, theme: str) -> None:
    address, _ = site
    page = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, locale="ja-JP").new_page()
    sign_in(page, site, "billing@demo.example" if theme == "musubu" else "owner@demo.example")
    page.click("header details.drop:has([data-theme-choice]) > summary")
    page.click(f"[data-theme-choice={theme}]")
    for first, inside in (("/staff/money/", MONEY), ("/staff/meetings/", r"/staff/meetings/|/meetings/")):
        for path in walk(page, address, first, inside):
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
            assert grave(page) == [], path


def test_by_keyboard_alone(site: Any, browser: Browser) -> None:
    """Skip link, then the sign-in form, without a pointer."""
    address, accounts = site
    page = browser.new_context(locale="en-US").new_page()
    page.goto(address + "/sign-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("input[name=email]")
    page.keyboard.type("member@minato.example")
    page.keyboard.press("Tab")
    page.keyboard.type(accounts()["member@minato.example"]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/home/")
