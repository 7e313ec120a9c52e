"""Structured log lines: one JSON object a line, with the id of the request or job it belongs to."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar

trace: ContextVar[str] = ContextVar("trace", default="")


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
