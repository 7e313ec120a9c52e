"""`musubu serve [--port N]`: start and watch everything on this machine; Ctrl-C stops it all."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from musubu import config
from musubu.cli import check

PROGRAM = """
[program:{name}]
command={command}
directory={root}
autorestart=true
startsecs=0
stopasgroup=true
killasgroup=true
stopwaitsecs=15
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true
"""


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
    path = _write(options.port)
    binaries = Path(sys.executable).parent
    os.execv(binaries / "supervisord", ["supervisord", "-n", "-c", str(path)])
    return 1


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write(port: int) -> Path:
    """The supervisor's configuration: web and worker, restarted when they die."""
    folder = config.var() / "run"
    folder.mkdir(exist_ok=True)
    binaries = Path(sys.executable).parent
    web = f"{binaries}/gunicorn musubu.site.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 4 --timeout 120 --log-level warning"
    programs = {"web": web, "worker": f"{binaries}/musubu worker"}
    text = f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={folder}/supervisord.pid\n"
    if os.getuid() == 0:
        text += "user=root\n"
    for name, command in programs.items():
        text += PROGRAM.format(name=name, command=command, root=config.ROOT)
    path = folder / "supervisord.conf"
    path.write_text(text)
    return path
