"""Structured log lines: one JSON object a line, with the id of the request or job it belongs to."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

trace: ContextVar[str] = ContextVar("trace", default="")
HEADER = "X-Request-ID"
requests = logging.getLogger("requests")


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "room": record.name,
            "id": trace.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@contextmanager
def traced(name: str) -> Iterator[str]:
    """Give every line of the block one id, such as `job-1f0c…`."""
    token = trace.set(f"{name}-{uuid.uuid4().hex[:16]}")
    try:
        yield trace.get()
    finally:
        trace.reset(token)


class TraceMiddleware:
    """One id for all lines of a request; the answer carries it, so that support can find them. The path is logged
    without its query, and links that open something without their secret part."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with traced("request") as name:
            began = time.perf_counter()
            response = self.get_response(request)
            response[HEADER] = name
            if not request.path.startswith(("/health/", "/static/")):
                spent = round((time.perf_counter() - began) * 1000)
                requests.info("%s %s %s %d ms", request.method, _plain(request.path), response.status_code, spent)
            return response


def _plain(path: str) -> str:
    for opening in ("/invitation/", "/password/new/"):
        if path.startswith(opening):
            return opening + "…"
    return path
