"""The front server's configuration: one address; static and protected files from here, the rest to its process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from musubu import config

FRONT = """
{user}
worker_processes 1;
pid {run}/nginx.pid;
error_log stderr warn;
daemon off;
events {{ worker_connections 4096; }}
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
  upstream live {{ server unix:{run}/live.sock; }}
  server {{
    listen 127.0.0.1:{port};
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 120s;
    location /static/portal/ {{
      alias {static}/;
      add_header Cache-Control "public, max-age=300";
      add_header X-Content-Type-Options nosniff;
    }}
    location /live/ {{
      proxy_pass http://live;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_buffering off;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
    }}
    location ~ ^/meetings/(files|material)/ {{
      client_max_body_size 200m;
      proxy_pass http://web;
    }}
{standin}    location /protected/ {{
      internal;
      alias {files}/;
      add_header X-Content-Type-Options nosniff;
      add_header Content-Security-Policy sandbox;
    }}
    location / {{
      proxy_pass http://web;
    }}
  }}
}}
"""


# the pages of the stand-in for Stripe, where a demonstration has one; its API is for our own processes alone
STANDIN = """    location /card-stand-in/v1/ {{ return 404; }}
    location /card-stand-in/ {{
      proxy_pass {address}/;
    }}
"""


def executable() -> str | None:
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


def write(folder: Path, port: int, standin: str = "") -> Path:
    """`/protected/` answers only where a page has allowed it (X-Accel-Redirect); the path is below var/files."""
    path = folder / "nginx.conf"
    files = config.var() / "files"
    files.mkdir(mode=0o700, exist_ok=True)
    user = "user root;" if os.getuid() == 0 else ""
    static = config.ROOT / "musubu/portal/static/portal"
    more = STANDIN.format(address=standin) if standin else ""
    path.write_text(FRONT.format(user=user, run=folder, port=port, static=static, files=files, standin=more))
    return path
