"""Whether the engine answers, asked over its admin socket."""

from __future__ import annotations

import json
from pathlib import Path

from websockets.exceptions import WebSocketException
from websockets.sync.client import unix_connect
from websockets.typing import Subprotocol

PATIENCE = 1.0


def answers(folder: Path) -> bool:
    """`folder` holds admin.sock; a ping needs no secret."""
    try:
        with unix_connect(
            str(folder / "admin.sock"),
            "ws://janus/",
            subprotocols=[Subprotocol("janus-admin-protocol")],
            compression=None,
            open_timeout=PATIENCE,
            close_timeout=PATIENCE,
        ) as web:
            web.send(json.dumps({"janus": "ping", "transaction": "ping"}))
            return bool(json.loads(web.recv(PATIENCE))["janus"] == "pong")
    except (OSError, WebSocketException, ValueError, KeyError):
        return False
