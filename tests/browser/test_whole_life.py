"""Five companies apply online for the five services; staff screen; fourteen months pass; one cancels and its data goes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_pages import browser, sign_in, site

__all__ = ["browser", "site"]
pytestmark = pytest.mark.browser
PLANS = {"liveon": 0, "simpleconnect": 0, "videog": 0, "learno": 0, "exaas": 0}
FILLED = {
    "delivery_email": "it@x.example", "use": "代表電話", "publisher": "公式", "responsible_person": "佐藤",
    "administrator": "情シス", "virus_protection": "ESET",
}  # fmt: skip
PREFIX = {"liveon": "LO", "simpleconnect": "SC", "videog": "VG", "learno": "LN", "exaas": "EX"}
ACCOUNT = {"address": "東京都港区", "telephone": "03-0000-0000", "name": "試 太郎", "password": "hoshi-7-kumo-tsuki"}


def apply(browser: Browser, address: str, service: str) -> Page:
    page = browser.new_context(locale="ja-JP").new_page()
    page.goto(f"{address}/services/{service}/")
    page.click(f"main .card button >> nth={PLANS[service]}")
    for name, value in {"company": f"株式会社一生{service}", "email": f"owner@{service}.test", **ACCOUNT}.items():
        page.fill(f"[name={name}]", value)
    page.click("main form[novalidate] button")
    for name, value in FILLED.items():
        if page.locator(f"main [name={name}]").count():
            page.fill(f"main [name={name}]", value)
    page.click("main form[novalidate] button")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.click("main form[novalidate] button")
    assert page.url.startswith(address + "/applications/")
    return page


def screen(staff: Page, address: str, service: str) -> None:
    staff.goto(f"{address}/applications/?state=submitted&service={service}&q=一生")
    staff.click("main tbody a")
    staff.click("button[value=accept]")
    staff.click("dialog.ask button[value=yes]")
    staff.wait_for_url("**/contracts/**")
    if service == "exaas":
        staff.fill("[name=tracking_number]", "100-20-30405-6")
        staff.click("button[value=posted]")
        staff.click("button[value=delivered]")
        staff.click("dialog.ask button[value=yes]")
        staff.wait_for_selector("button[value=delivered]", state="detached")
    assert re.search(rf"{PREFIX[service]}-\d{{6}}", staff.inner_text("h1"))


def advance(staff: Page, address: str, step: str) -> None:
    staff.goto(address + "/staff/clock/")
    staff.click(f"button[value={step}]")
    staff.wait_for_selector("button[value=day]", timeout=120_000)


def my_contract(page: Page, address: str) -> None:
    page.goto(address + "/contracts/")
    page.click("main tbody a")


def test_from_application_to_end(site: Any, browser: Browser) -> None:
    address, _ = site
    customers = {service: apply(browser, address, service) for service in PLANS}
    staff = browser.new_context(locale="ja-JP").new_page()
    sign_in(staff, site, "owner@demo.example")
    for service in ("liveon", "videog", "learno", "exaas"):
        screen(staff, address, service)
    advance(staff, address, "day")
    for page in customers.values():
        my_contract(page, address)
        assert page.locator("h1 .tag.active").count() == 1

    leaving = customers["simpleconnect"]
    my_contract(leaving, address)
    leaving.click("main dd a >> text=クラウド電話")
    leaving.fill("[name=note]", "消えるはずのメモ")
    leaving.click("main form button")
    my_contract(leaving, address)
    leaving.click("button[value=cancel]")
    shown = leaving.inner_text("main")
    last_day = re.search(r"最終日\s+(\d{4}年\d+月\d+日)", shown)
    assert last_day and "円" in shown
    leaving.click("button[name=confirmed]")
    assert last_day[1] in leaving.inner_text("main")

    advance(staff, address, "year")
    assert "SC-" not in staff.inner_text("h1")
    counted = staff.inner_text("main table")
    for word in ("料金", "契約の更新", "請求書", "契約の終了", "データの削除"):
        assert word in counted, word
    my_contract(leaving, address)
    assert leaving.locator("h1 .tag.ended").count() == 1
    told = leaving.inner_text("main")
    assert "SC-23" in told and "データの削除" in told and last_day[1] in told
    leaving.click("main dd a >> text=クラウド電話")
    assert "消えるはずのメモ" not in leaving.inner_text("main")
    assert "SC-23" in leaving.inner_text("main")

    for service in ("liveon", "learno", "exaas"):
        my_contract(customers[service], address)
        told = customers[service].inner_text("main")
        assert "更新" in told and re.search(rf"{PREFIX[service]}-\d+", told), service
    my_contract(customers["videog"], address)
    assert "VG-11.4" in customers["videog"].inner_text("main")  # never paid: it fell to Free
