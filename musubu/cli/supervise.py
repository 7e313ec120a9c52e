"""The supervisor, awake often enough that a killed engine is back before those in a meeting leave it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from supervisor import poller, supervisord

AWAKE = 0.05  # seconds; a dead child is started again at the second look, of its own it looks once a second


class Wakeful(poller.Poller):  # type: ignore[misc]
    def poll(self, timeout: float) -> Any:
        return super().poll(min(timeout, AWAKE))


def run(path: Path) -> None:
    poller.Poller = Wakeful
    supervisord.main(["-n", "-c", str(path)])
