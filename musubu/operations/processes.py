"""The standing processes of this machine: a worker asks each whether it answers, and the desk shows who was heard."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from musubu import config
from musubu.engines.janus import health as janus
from musubu.engines.turn import health as turn
from musubu.operations.jobs import beat
from musubu.operations.models import Beat
from musubu.parties import wall

EVERY = timedelta(seconds=10)
SILENCE = timedelta(seconds=60)
PATIENCE = 1.0


@dataclass(frozen=True)
class Standing:
    """One process, when it was last heard, and whether that is recent enough."""

    name: str
    at: datetime | None
    alive: bool


def standings() -> list[Standing]:
    """Of every process that runs here, the workers first."""
    heard = dict(Beat.objects.values_list("name", "at"))
    since = wall.now() - SILENCE
    names = ["worker", *_probes()]
    return [Standing(name, heard.get(name), name in heard and heard[name] > since) for name in names]


def look() -> None:
    """Ask those of whom nothing was heard for a while."""
    since = wall.now() - EVERY
    recent = set(Beat.objects.filter(at__gt=since).values_list("name", flat=True))
    for name, answers in _probes().items():
        if name not in recent and answers():
            beat(name)


def _probes() -> dict[str, Callable[[], bool]]:
    """How to ask each process that `musubu serve` has started beside this one; it says so by the environment."""
    found: dict[str, Callable[[], bool]] = {}
    if config.value("MUSUBU_FRONT") == "1":
        found["live"] = _live
    if config.value("MUSUBU_ENGINE_EVENTS"):
        found["janus"] = lambda: janus.answers(config.run())
    relay = config.value("MUSUBU_TURN").split(",")[0]
    if relay.startswith("turn:"):
        found["turn"] = lambda: _relay(relay)
    return found


def _relay(address: str) -> bool:
    parts = urlsplit(address.replace("turn:", "turn://", 1))
    return turn.answers(parts.hostname or "", parts.port or 3478)


def _live() -> bool:
    """Any answer will do: a process whose loop hangs gives none."""
    connection = http.client.HTTPConnection("live", timeout=PATIENCE)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        try:
            line.connect(str(config.run() / "live.sock"))
            connection.sock = line
            connection.request("GET", "/live/health/", headers={"Host": "localhost"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
