"""Pages found as people find them, by their links; one page of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Page

NO_PAGE = re.compile(r"[?&](format|lang)=")
LINKS = "[...document.querySelectorAll('main a[href], nav a[href]')].map((one) => one.getAttribute('href'))"


def kind(path: str) -> str:
    """Ids and numbers do not make another kind of page, nor what a list is asked for."""
    return re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}/|/\d+/", "/*/", path.partition("?")[0].partition("#")[0])


def walk(page: Page, address: str, first: str, inside: str) -> Iterator[str]:
    """Opens the first page and from there each kind of page whose path begins as `inside` says; gives its path."""
    waiting, seen = [first], {kind(first)}
    while waiting:
        path = waiting.pop(0)
        if not page.context.request.head(address + path).headers.get("content-type", "").startswith("text/html"):
            continue  # a file to be saved or watched
        page.goto(address + path)
        yield path
        for link in page.evaluate(LINKS):
            if re.match(inside, link) and not NO_PAGE.search(link) and kind(link) not in seen:
                seen.add(kind(link))
                waiting.append(link)
