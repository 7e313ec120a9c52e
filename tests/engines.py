"""A private Janus for a test: on loopback, with its own folder and secrets, ended by its id."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from musubu import config
from musubu.engines.janus import config as janus

PATIENCE = 10.0


@dataclass
class Running:
    """`instance` has the secrets; the sockets are `janus.sock` and `admin.sock` in its folder."""

    instance: janus.Instance
    process: subprocess.Popen[bytes]

    @property
    def socket(self) -> Path:
        return self.instance.folder / "janus.sock"

    @property
    def admin_socket(self) -> Path:
        return self.instance.folder / "admin.sock"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        command = janus.command(janus.write(self.instance))
        more = janus.environment(self.instance, config.LOOPBACK)
        log = (self.instance.folder / "janus.log").open("ab")
        self.process = subprocess.Popen(command, env=os.environ | more, stdout=log, stderr=log)
        log.close()
        wait_for_socket(self.socket)
        wait_for_socket(self.admin_socket)


@contextlib.contextmanager
def running_janus(events_port: int = 0, loops: int = 2) -> Iterator[Running]:
    """`events_port`: where a WebSocket server of the test hears the engine's events."""
    folder = Path(tempfile.mkdtemp(prefix="janus-"))  # short: a socket's path may have 107 characters
    words = [secrets.token_urlsafe(16) for _ in range(3)]
    instance = janus.Instance(
        folder, *words, address="127.0.0.1", ports=(20000, 29999), events_port=events_port, loops=loops
    )
    running = Running(instance, None)  # type: ignore[arg-type]
    try:
        running.start()
        yield running
    finally:
        if running.process and running.process.poll() is None:
            running.process.terminate()
            try:
                running.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                running.kill()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_socket(path: Path) -> None:
    """Until somebody listens there. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listens at {path}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
