"""The stand-in as a server on loopback: API, pages, and the signed messages that it sends."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from musubu.engines.payments.standin import pages
from musubu.engines.payments.standin.api import Api, as_text
from musubu.engines.payments.standin.store import Store

PAUSE = 0.5
MOST = 100_000  # bytes of a request
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def signature(secret: str, content: str, at: int) -> str:
    """The `Stripe-Signature` of a message."""
    sealed = hmac.new(secret.encode(), f"{at}.{content}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={sealed}"


class StandIn:
    """`hook`: where messages go (empty: they wait in the file); `pages`: how a browser reaches the stand-in."""

    def __init__(self, file: Path, *, secret: str, port: int = 0, hook: str = "", pages: str = "") -> None:
        self.store = Store(file)
        self.secret, self.hook = secret, hook
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.api = Api(self.store, pages or self.address)
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()
        threading.Thread(target=self._send_all, daemon=True).start()

    def serve(self) -> None:
        """Answer until the process ends."""
        threading.Thread(target=self._send_all, daemon=True).start()
        self.server.serve_forever()

    def stop(self) -> None:
        self._stop.set()
        self.server.shutdown()
        self.server.server_close()

    def _send_all(self) -> None:
        while not self._stop.wait(PAUSE):
            self.send_waiting()

    def send_waiting(self) -> None:
        """Let every message leave that waits; one that is not taken comes again later."""
        if not self.hook:
            return
        with self.store.lock:
            waiting = self.store.waiting()
        for reference, body, tries in waiting:
            arrived = self._send(body)
            with self.store.lock:
                self.store.left(reference, arrived, tries + 1)

    def _send(self, body: str) -> bool:
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(self.secret, body, int(time.time())),
        }
        wanted = urllib.request.Request(self.hook, body.encode(), headers)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(wanted, timeout=10) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except (OSError, urllib.error.URLError):
            return False


def _handler(owner: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the house logs what matters."""

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            length = min(int(self.headers.get("Content-Length") or 0), MOST)
            text = self.rfile.read(length).decode() if method == "POST" else parts.query
            if parts.path.startswith("/v1/"):
                key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
                status, body = owner.api.ask(method, parts.path, text, key)
                return self._say(status, as_text(body), "application/json")
            with owner.store.lock:
                return self._page(method, parts.path, dict(parse_qsl(text)))

        def _page(self, method: str, path: str, given: dict[str, str]) -> None:
            if path == "/":
                if method == "POST":
                    pages.act(owner.store, given)
                return self._say(200, pages.desk(owner.store).encode(), "text/html; charset=utf-8")
            session = owner.store.get(path.removeprefix("/pay/"))
            if session is None or session["object"] != "checkout.session":
                return self._say(404, b"no such page", "text/plain")
            if method == "GET":
                return self._say(200, pages.card_page(session).encode(), "text/html; charset=utf-8")
            shown, there = pages.step(owner.store, session, given)
            if there:
                self.send_response(303)
                self.send_header("Location", there)
                self.send_header("Content-Length", "0")
                return self.end_headers()
            return self._say(200, shown.encode(), "text/html; charset=utf-8")

        def _say(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextmanager
def running(file: Path, *, secret: str, hook: str = "") -> Iterator[StandIn]:
    """A stand-in on a free port for as long as the block lasts."""
    one = StandIn(file, secret=secret, hook=hook)
    one.start()
    try:
        yield one
    finally:
        one.stop()
