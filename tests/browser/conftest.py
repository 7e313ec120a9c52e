"""What browser tests share: one running product and one browser with a camera, for the whole session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.halls import START, Hall
from tests.house import MEDIA_FLAGS, House, running_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole product with its engines; tests make their own meetings in it and leave its clock alone."""
    with running_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def media_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose camera shows a moving picture and whose microphone beeps."""
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=MEDIA_FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def hall(house: House, media_browser: Browser) -> Iterator[Callable[..., Hall]]:
    made: list[Hall] = []

    def make(title: str = "週次レビュー", **settings: Any) -> Hall:
        told = house.python(START.format(title=title, settings=settings)).split()
        made.append(Hall(house, media_browser, *told))
        return made[-1]

    yield make
    for one in made:
        for context in one.contexts:
            context.close()
        assert one.problems == []
