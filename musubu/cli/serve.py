"""`musubu serve [--port N]`: start and watch everything on this machine; Ctrl-C stops it all."""

from __future__ import annotations

import argparse
import fcntl
import os
import resource
import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from musubu import config
from musubu.cli import check, front, supervise
from musubu.engines.janus.config import is_loopback

KEPT = 4  # the supervisor closes every descriptor from 5 on
FILES = 65536
BINARIES = Path(sys.executable).parent
STANDIN = "MUSUBU_CARD_STANDIN"
PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
autorestart=true
startsecs=1
startretries=1000000
stopasgroup=true
killasgroup=true
stopwaitsecs=15
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true
"""
SUPERVISOR = """[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
loglevel=warn
pidfile={run}/supervisord.pid
{user}"""


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu serve")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(args)
    if wrong := check.problems():
        print("\n".join(wrong), file=sys.stderr)
        return 2
    if not free(options.port):
        print(f"port {options.port} is taken; choose another one with --port N", file=sys.stderr)
        return 1
    if running := _lock(config.run(), options.port):
        print(f"Musubu runs from {config.var()} already, on port {running}; stop that one first", file=sys.stderr)
        return 1
    for line in check.missing():
        print(line, file=sys.stderr)
    _many_files()
    supervise.run(_write(options.port))
    return 0


def _lock(folder: Path, port: int) -> str:
    """Hold the folder as long as the supervisor lives; else the port of the one who holds it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 10).decode() or "?"
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(port).encode())
    os.dup2(descriptor, KEPT)
    return ""


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write(port: int) -> Path:
    """The supervisor's configuration: the children of this machine, restarted when they die."""
    folder = config.run()
    commands, environment = _children(folder, port)
    user = "user=root\n" if os.getuid() == 0 else ""
    text = SUPERVISOR.format(run=folder, user=user)
    given = ",".join(f'{name}="{value}"' for name, value in environment.items())
    for name, command in commands.items():
        text += PROGRAM.format(name=name, command=command, root=config.ROOT, environment=given)
    path = folder / "supervisord.conf"
    path.write_text(text)
    return path


Children = dict[str, str]


def _children(folder: Path, port: int) -> tuple[Children, dict[str, str]]:
    """(name -> command, environment). What is not installed is not started; `musubu check` says what that costs."""
    commands: Children = {}
    environment: dict[str, str] = {}
    for add in (_cache, _cards, _pages, _media, _relay):
        add(folder, port, commands, environment)
    for name in ("worker", "worker-2"):  # while one moves a sandbox's clock the other goes on
        commands[name] = f"{BINARIES}/musubu worker"
    if shutil.which("ffmpeg"):  # films can wait, a running meeting cannot
        commands["films"] = f"nice -n 10 {BINARIES}/musubu worker --media"
    return commands, environment


def _cache(folder: Path, port: int, commands: Children, environment: dict[str, str]) -> None:
    redis = shutil.which("redis-server")
    if not redis or config.value("REDIS_URL"):
        return
    path = folder / "redis.sock"
    commands["redis"] = (
        f"{redis} --port 0 --unixsocket {path} --unixsocketperm 700 --save '' --appendonly no"
        f" --maxmemory 128mb --maxmemory-policy allkeys-lru --dir {folder} --loglevel warning"
    )
    environment["REDIS_URL"] = f"unix://{path}"


def _cards(folder: Path, port: int, commands: Children, environment: dict[str, str]) -> None:
    """A demonstration that was seeded with the stand-in for Stripe goes on with it, unless a key was given since."""
    if config.value(STANDIN) or config.value("MUSUBU_STRIPE_KEY") or not config.card_standin().exists():
        return
    commands["cards"] = f"{BINARIES}/musubu engine cards"
    environment[STANDIN] = f"http://127.0.0.1:{_any_port()}"


def _pages(folder: Path, port: int, commands: Children, environment: dict[str, str]) -> None:
    """Without nginx the web process answers by itself, and nothing is live."""
    bind = f"127.0.0.1:{port}"
    if nginx := front.executable():
        bind = f"unix:{folder}/web.sock"
        environment["MUSUBU_FRONT"] = "1"
        commands["front"] = f"{nginx} -c {front.write(folder, port, environment.get(STANDIN, ''))} -p {folder}"
        commands["live"] = f"{BINARIES}/musubu live --socket {folder}/live.sock"
    commands["web"] = (
        f"{BINARIES}/gunicorn musubu.site.wsgi --bind {bind} --preload --workers 2 --threads 4 --timeout 120 --log-level warning"
    )


def _media(folder: Path, port: int, commands: Children, environment: dict[str, str]) -> None:
    if shutil.which("janus"):
        commands["janus"] = f"{BINARIES}/musubu engine janus"
        environment["MUSUBU_ENGINE_EVENTS"] = config.value("MUSUBU_ENGINE_EVENTS") or str(_any_port())


def _relay(folder: Path, port: int, commands: Children, environment: dict[str, str]) -> None:
    """On this machine alone any port will do where the usual one is taken: another demonstration may run."""
    if config.value("MUSUBU_TURN") != "own" or not shutil.which("turnserver"):
        return
    address, chosen = config.value("MUSUBU_MEDIA_ADDRESS"), int(config.value("MUSUBU_TURN_PORT"))
    if is_loopback(address) and not free(chosen):
        chosen = _any_port()
    commands["turn"] = f"{BINARIES}/musubu engine turn"
    environment["MUSUBU_TURN_PORT"] = str(chosen)
    environment["MUSUBU_TURN"] = f"turn:{f'[{address}]' if ':' in address else address}:{chosen}"
    if config.value("MUSUBU_TURN_CERTIFICATE"):
        environment["MUSUBU_TURN"] += f",turns:{urlsplit(config.value('MUSUBU_ADDRESS')).hostname}:5349"


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _many_files() -> None:
    """Every connection of a meeting holds some descriptors in each process; the children inherit the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
