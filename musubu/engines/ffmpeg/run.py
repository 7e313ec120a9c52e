"""One run of ffmpeg: its progress is heard, what hangs is ended, and it dies with its parent."""

from __future__ import annotations

import contextlib
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

GIB = 1 << 30
KEPT_LINES = 12


class EngineFailed(RuntimeError):
    """ffmpeg gave up or was ended; the text is the last it said."""


@dataclass(frozen=True)
class Limits:
    """What one run may take. `silence`: seconds without progress after which it counts as hung."""

    memory: int = 6 * GIB
    silence: float = 60.0
    niceness: int = 10  # meetings that run now come first


def run(
    arguments: Sequence[str],
    folder: Path,
    on_progress: Callable[[int], None] = lambda _: None,
    limits: Limits = Limits(),
) -> None:
    """Run ffmpeg within a folder; `on_progress` hears the milliseconds written so far and may raise to end it.
    Raises EngineFailed."""
    command = [*_fence(limits), "ffmpeg", "-hide_banner", "-nostdin", "-y", "-v", "warning", "-progress", "pipe:1"]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(  # noqa: S603
            [*command, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=said
        )
        assert child.stdout is not None
        try:
            for line in _lines(child.stdout, limits.silence):
                name, _, value = line.partition("=")
                if name == "out_time_us" and value.isdigit():
                    on_progress(int(value) // 1000)
            if child.wait(limits.silence):
                raise EngineFailed(_last(said))
        finally:
            _end(child)


def _fence(limits: Limits) -> list[str]:
    return [
        "setpriv", "--pdeathsig", "KILL", "nice", "-n", str(limits.niceness), "prlimit", f"--as={limits.memory}",
    ]  # fmt: skip


def _lines(stream: IO[bytes], silence: float) -> Iterator[str]:
    """Lines as they come; raises EngineFailed when none comes for too long."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        heard = time.monotonic()
        while True:
            if not selector.select(timeout=1.0):
                if time.monotonic() - heard > silence:
                    raise EngineFailed(f"no progress for {silence:.0f} s")
                continue
            heard = time.monotonic()
            chunk = stream.read1(65536)  # type: ignore[attr-defined]
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace").strip() for line in whole)


def _last(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read()[-20_000:].decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-KEPT_LINES:]) or "ffmpeg ended without a word"


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(10)
    if child.stdout:
        child.stdout.close()
