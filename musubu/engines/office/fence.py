"""A fence around programs that read what strangers bring: no network, no files but their own, limits, a deadline.

The fence is bubblewrap where the machine allows it. Where it does not (some containers), limits and deadline stay, and
so does the programs' own restraint (see `libreoffice.PROFILE`)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

READABLE = ("/usr", "/etc/fonts", "/etc/libreoffice", "/var/cache/fontconfig")
LINKED = ("lib", "lib64", "lib32", "bin", "sbin")  # links into /usr on a merged system
INSIDE = "/fenced"  # where a program sees its folder
GENTLE = 10  # niceness: sound and pictures of running rooms come first


class OutOfTime(Exception):
    """The program had not ended by its deadline and was killed with all that it started."""


@dataclass(frozen=True)
class Limits:
    seconds: float
    memory: int = 3 * 1024**3  # bytes of address space
    file: int = 400 * 1024**2  # bytes of any file that is written


@dataclass(frozen=True)
class Done:
    code: int
    out: str


def run(command: list[str], folder: Path, limits: Limits, readable: tuple[str, ...] = ()) -> Done:
    """Run a command that sees its folder as `INSIDE` (`{work}` in its arguments), and what else it may read. Raises
    OutOfTime."""
    fenced = available()
    work = INSIDE if fenced else str(folder)
    words = [word.replace("{work}", work) for word in command]
    whole = [*_limited(limits), *(_bubble(folder, readable) if fenced else []), *words]
    environment = {"PATH": "/usr/bin:/bin", "HOME": work, "LANG": "C.UTF-8", "TMPDIR": work}
    process = subprocess.Popen(  # noqa: S603 - our own words; what strangers brought is only a file
        whole, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        out, _ = process.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise OutOfTime(command[0]) from error
    finally:
        _kill(process)
    return Done(process.returncode, out.decode(errors="replace")[-20_000:])


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The whole group, also what the program left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout:
        process.stdout.close()
    process.wait()


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether bubblewrap is installed and this machine lets it build a fence."""
    try:
        probe = [*_bubble(Path("/tmp")), "/usr/bin/true"]  # noqa: S108 - nothing is written there
        return subprocess.run(probe, capture_output=True, timeout=10).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def _limited(limits: Limits) -> list[str]:
    return [
        "nice", "-n", str(GENTLE), "prlimit", f"--as={limits.memory}", f"--fsize={limits.file}",
        f"--cpu={int(limits.seconds * 2) + 1}", "--nofile=1024", "--core=0", "--",
    ]  # fmt: skip


def _bubble(folder: Path, readable: tuple[str, ...] = ()) -> list[str]:
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    words += ["--tmpfs", "/tmp", "--dir", "/var"]  # noqa: S108 - a tmp of its own
    for path in (*READABLE, *readable):
        words += ["--ro-bind-try", path, path]
    for name in LINKED:
        top = Path("/") / name
        if top.is_symlink():
            words += ["--symlink", f"usr/{name}", str(top)]
        elif top.exists():
            words += ["--ro-bind", str(top), str(top)]
    return [*words, "--bind", str(folder), INSIDE, "--chdir", INSIDE]
