"""A mail server for tests: it takes every letter and keeps it."""

from __future__ import annotations

import contextlib
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser

READ = BytesParser(policy=email.policy.default)  # type: ignore[arg-type]


class _Talk(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a sender without secrets speaks."""

    server: Post

    def handle(self) -> None:
        self._say("220 post")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self.server.letters.append(READ.parsebytes(self._letter()))  # type: ignore[arg-type]
            if verb == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _letter(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class Post(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[EmailMessage] = []

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def to(self, who: str) -> list[EmailMessage]:
        return [one for one in self.letters if who in str(one["To"])]


@contextlib.contextmanager
def running_post() -> Iterator[Post]:
    with Post() as post:
        threading.Thread(target=post.serve_forever, daemon=True).start()
        yield post
        post.shutdown()
