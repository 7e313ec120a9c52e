"""`musubu serve [--port N]`: start and watch everything on this machine; Ctrl-C stops it all."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from musubu import config
from musubu.cli import check

KEPT = 4  # the supervisor closes every descriptor from 5 on
LONGEST = 90  # a socket's whole path may have 107 characters
PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
autorestart=true
startsecs=0
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
# one address: static files from here, everything else to the web processes behind their socket
FRONT = """
{user}
worker_processes 1;
pid {run}/nginx.pid;
error_log stderr warn;
daemon off;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  server_tokens off;
  sendfile on;
  gzip on;
  gzip_types text/css application/javascript application/json image/svg+xml;
  client_max_body_size 20m;
  client_body_temp_path {run}/body;
  proxy_temp_path {run}/proxy;
  fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi;
  scgi_temp_path {run}/scgi;
  upstream web {{ server unix:{run}/web.sock; }}
  server {{
    listen 127.0.0.1:{port};
    location /static/portal/ {{
      alias {static}/;
      add_header Cache-Control "public, max-age=300";
      add_header X-Content-Type-Options nosniff;
    }}
    location / {{
      proxy_pass http://web;
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 120s;
    }}
  }}
}}
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
    if running := _lock(_run_folder(), options.port):
        print(f"Musubu runs from {config.var()} already, on port {running}; stop that one first", file=sys.stderr)
        return 1
    path = _write(options.port)
    binaries = Path(sys.executable).parent
    os.execv(binaries / "supervisord", ["supervisord", "-n", "-c", str(path)])
    return 1


def _lock(folder: Path, port: int) -> str:
    """Hold the folder as long as the supervisor lives (its descriptor goes on over exec); else the port of the holder."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 10).decode() or "?"
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(port).encode())
    os.dup2(descriptor, KEPT)
    os.set_inheritable(KEPT, True)
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
    folder = _run_folder()
    commands, environment = _children(folder, port)
    user = "user=root\n" if os.getuid() == 0 else ""
    text = SUPERVISOR.format(run=folder, user=user)
    given = ",".join(f'{name}="{value}"' for name, value in environment.items())
    for name, command in commands.items():
        text += PROGRAM.format(name=name, command=command, root=config.ROOT, environment=given)
    path = folder / "supervisord.conf"
    path.write_text(text)
    return path


def _run_folder() -> Path:
    """Where sockets and configuration of the children lie; elsewhere where the path is too long for a socket."""
    folder = config.var() / "run"
    if len(str(folder)) > LONGEST:
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"musubu-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _children(folder: Path, port: int) -> tuple[dict[str, str], dict[str, str]]:
    """(name -> command, environment). Without nginx the web process answers by itself; without Redis, or where one is
    configured already, none is started."""
    binaries = Path(sys.executable).parent
    commands: dict[str, str] = {}
    environment: dict[str, str] = {}
    redis, nginx = shutil.which("redis-server"), shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if redis and not config.value("REDIS_URL"):
        socket_path = folder / "redis.sock"
        commands["redis"] = (
            f"{redis} --port 0 --unixsocket {socket_path} --unixsocketperm 700 --save '' --appendonly no"
            f" --maxmemory 128mb --maxmemory-policy allkeys-lru --dir {folder} --loglevel warning"
        )
        environment["REDIS_URL"] = f"unix://{socket_path}"
    bind = f"127.0.0.1:{port}"
    if nginx:
        bind = f"unix:{folder}/web.sock"
        environment["MUSUBU_FRONT"] = "1"
        commands["front"] = f"{nginx} -c {_front(folder, port)} -p {folder}"
    commands["web"] = (
        f"{binaries}/gunicorn musubu.site.wsgi --bind {bind} --workers 2 --threads 4 --timeout 120 --log-level warning"
    )
    for name in ("worker", "worker-2"):  # while one moves a sandbox's clock the other goes on
        commands[name] = f"{binaries}/musubu worker"
    return commands, environment


def _front(folder: Path, port: int) -> Path:
    path = folder / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""
    static = config.ROOT / "musubu/portal/static/portal"
    path.write_text(FRONT.format(user=user, run=folder, port=port, static=static))
    return path
