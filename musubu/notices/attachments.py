"""Files that a message carries: kept with its row, small, and put into the mail as mail programs expect them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives

LARGEST = 512 * 1024  # bytes of one


@dataclass(frozen=True)
class Attachment:
    name: str
    type: str  # with its parameters, e.g. text/calendar; method=REQUEST
    content: bytes

    def stored(self) -> dict[str, str]:
        """As it stands in the message's row."""
        if len(self.content) > LARGEST:
            raise ValueError(f"{self.name} is larger than {LARGEST} bytes")
        return {"name": self.name, "type": self.type, "base64": base64.b64encode(self.content).decode()}

    @property
    def media_type(self) -> str:
        return self.type.partition(";")[0].strip()


def read(stored: dict[str, Any]) -> Attachment:
    return Attachment(stored["name"], stored["type"], base64.b64decode(stored["base64"]))


def mail(subject: str, body: str, sender: str, receiver: str, files: list[Attachment]) -> EmailMultiAlternatives:
    """A calendar entry also stands beside the text: only there do mail programs offer to accept it."""
    found = EmailMultiAlternatives(subject, body, sender, [receiver])
    for one in files:
        if one.media_type == "text/calendar":
            found.attach_alternative(one.content.decode(), one.type)
        found.attach(one.name, one.content, one.media_type)
    return found
