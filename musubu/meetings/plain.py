"""Text that people or programs hand in, as it may be kept: control characters break mails, calendars and databases,
and marks that turn the direction of writing make a name look like another."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

_TURNING = "\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_TURNING}]+")
_IN_BLOCK = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_TURNING}]+")


def line(text: str) -> str:
    """One line, such as a title or a name."""
    return _CONTROL.sub(" ", text).strip()


def block(text: str) -> str:
    """Text of several lines."""
    return _IN_BLOCK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sent(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that a script sent. Raises ValueError where it is none, nested without end or too large."""
    try:
        found = json.loads(request.body)
    except (RecursionError, RequestDataTooBig) as error:
        raise ValueError(str(error)) from error
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
