"""The whole product as `musubu serve` runs it, with a fresh demonstration: for browser tests and measurements."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.engines import free_port

MUSUBU = [sys.executable, "-c", "import sys; from musubu.cli import main; sys.exit(main())"]
# a camera and a microphone that need nobody's consent, and media over loopback
MEDIA_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
]  # fmt: skip


@dataclass
class House:
    address: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def var(self) -> Path:
        return Path(self.environment["MUSUBU_VAR"])

    def musubu(self, *command: str) -> str:
        """Run a command of the product on this house's data; what it printed."""
        done = subprocess.run([*MUSUBU, *command], env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout

    def python(self, code: str) -> str:
        """Run code with Django set up, on this house's data."""
        setup = "import musubu.cli; musubu.cli.django()\n"
        command = [sys.executable, "-c", setup + code]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def accounts(self) -> dict[str, dict[str, str]]:
        return {one["email"]: one for one in json.loads(self.musubu("demo", "accounts", "--format", "json"))}

    def sign_in(self, page: Page, email: str) -> None:
        accounts = self.accounts()
        page.goto(self.address + "/sign-in/")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", accounts[email]["password"])
        page.click("main button")
        if page.url.endswith("/code/"):
            page.fill("input[name=code]", self.accounts()[email]["code"])
            page.click("main button")
        assert page.url.endswith("/home/")

    def pids(self, word: str) -> list[int]:
        """The supervisor's children whose command line holds the word, such as "janus", "musubu live" or "gunicorn"."""
        found = []
        for pid in _descendants(self.process.pid):
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                if word in command:
                    found.append(pid)
        return found

    @property
    def live(self) -> int:
        """The process that serves rooms, the child of the one that keeps it."""
        return self.pids("musubu live")[-1]

    def kill(self, word: str) -> None:
        """`kill -9` of one child with all that it started."""
        for pid in self.pids(word):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """A test run that is killed leaves no product behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


@contextlib.contextmanager
def running_house(folder: Path, **settings: str) -> Iterator[House]:
    """Migrate, seed, serve on a free port; `settings` are configuration values, such as MUSUBU_TURN="none"."""
    port = free_port()
    address = f"http://localhost:{port}"
    environment = {
        **os.environ, "MUSUBU_VAR": str(folder), "DATABASE_URL": "", "MUSUBU_ADDRESS": address, **settings,
    }  # fmt: skip
    for command in (["migrate"], ["demo", "seed"]):
        subprocess.run([*MUSUBU, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = folder / "serve.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*MUSUBU, "serve", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        _wait_until_ready(address, log)
        yield House(address, environment, process, log)
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(address: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            for path in ("/health/ready", "/live/health/"):
                urllib.request.urlopen(address + path, timeout=5)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("the product did not start:\n" + log.read_text()[-3000:])
