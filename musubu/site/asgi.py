"""The live process: WebSockets of running rooms. Pages and API are the web process' (wsgi)."""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musubu.site.settings")
django.setup()

from musubu.meetings.live.app import serve  # noqa: E402 - Django is set up first
from musubu.meetings.live.house import House  # noqa: E402
from musubu.meetings.live.together import register  # noqa: E402

register()
MEETINGS = "/live/meetings/"
_house: list[House] = []


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket" and scope["path"] == MEETINGS and _house:
        await serve(_house[0], receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4404})
    else:
        known = scope["path"] == "/live/health/"
        await send({"type": "http.response.start", "status": 200 if known else 404, "headers": []})
        await send({"type": "http.response.body", "body": b"ok" if known else b""})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            house = House()
            await house.start()
            _house.append(house)
            await send({"type": "lifespan.startup.complete"})
        else:
            await _house.pop().stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
