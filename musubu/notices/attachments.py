"""Files that a message carries: kept with its row, small, and put into the mail as mail programs expect them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from email.mime.image import MIMEImage
from typing import Any

from django.core.mail import EmailMultiAlternatives

HTML = "text/html; charset=utf-8"  # the message itself, dressed, for those who read HTML
INLINE = "image/png; cid={}"  # a picture that stands in it
LARGEST = 512 * 1024  # bytes of one


@dataclass(frozen=True)
class Attachment:
    name: str  # empty: belongs to the message itself
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
    """The same text dressed stands beside the plain one, a calendar entry too: only there do mail programs offer to
    accept it. A calendar entry comes last, as they expect."""
    found = EmailMultiAlternatives(subject, body, sender, [receiver])
    for one in sorted(files, key=lambda one: one.media_type == "text/calendar"):
        if one.type == HTML:
            found.attach_alternative(one.content.decode(), "text/html")
        elif cid := one.type.partition("cid=")[2]:
            found.mixed_subtype = "related"  # type: ignore[attr-defined]
            found.attach(_picture(one, cid))
        else:
            if one.media_type == "text/calendar":
                found.attach_alternative(one.content.decode(), one.type)
            found.attach(one.name, one.content, one.media_type)
    return found


def _picture(one: Attachment, cid: str) -> MIMEImage:
    found = MIMEImage(one.content, "png")
    found["Content-ID"] = f"<{cid}>"
    found["Content-Disposition"] = "inline"
    return found
