"""On whose pages a contract's rooms may be shown in a frame."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from musubu.contracts.models import Contract
from musubu.meetings import queries
from musubu.refusals import NotPossible

MOST = 20


def origins(typed: str) -> list[str]:
    """Addresses of pages, one a line, as origins (https://example.jp). Raises NotPossible."""
    found: list[str] = []
    for line in typed.split():
        parts = urlsplit(line if "://" in line else f"https://{line}")
        local = parts.hostname in ("localhost", "127.0.0.1")
        try:
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            port = "?"
        named = re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", parts.hostname or "")
        if not named or "?" in port or parts.scheme not in (("https", "http") if local else ("https",)):
            raise NotPossible(
                _("%(line)s is not the address of a secure page. Write it as https://example.jp.") % {"line": line}
            )
        origin = f"{parts.scheme}://{parts.hostname}{port}"
        if origin not in found:
            found.append(origin)
    if len(found) > MOST:
        raise NotPossible(_("At most %(most)s pages may show rooms.") % {"most": MOST})
    return found


def ancestors(contract: Contract) -> list[str]:
    """Origins for the room page's frame-ancestors; empty: nobody may frame it."""
    space = queries.space_of(contract)
    return list(space.settings.get("origins", [])) if space else []


def allow_framing(response: HttpResponseBase, contract: Contract) -> None:
    """Let the contract's chosen pages, and nobody else, show this answer in a frame."""
    if found := ancestors(contract):
        _replace(response, {"frame-ancestors": found})
        response.xframe_options_exempt = True  # type: ignore[attr-defined]


def allow_media(response: HttpResponseBase, host: str) -> None:
    """What a room's page needs beyond others: its socket (some browsers do not count it as the page's own), pictures
    made in the browser, and the model that blurs the background, which is WebAssembly."""
    _replace(
        response,
        {
            "script-src": ["'self'", "'wasm-unsafe-eval'"],
            "connect-src": ["'self'", f"ws://{host}", f"wss://{host}"],
            "img-src": ["'self'", "data:", "blob:"],
            "media-src": ["'self'", "blob:"],
            "worker-src": ["'self'", "blob:"],
        },
    )


def fence(response: HttpResponseBase) -> None:
    """For files that somebody uploaded: opened by themselves they can load and run nothing."""
    _replace(
        response,
        {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "script-src": ["'none'"], "sandbox": True},
    )


def _replace(response: HttpResponseBase, policy: dict[str, Any]) -> None:
    known = getattr(response, "_csp_replace", None) or {}
    response._csp_replace = known | policy  # type: ignore[attr-defined]
