"""Mails of meetings in the contractor's look: its name, colour and logo over the same text, readable on a phone."""

from __future__ import annotations

import io
from functools import lru_cache

import typst
from django.template.loader import render_to_string
from django.utils.translation import get_language
from PIL import Image

from musubu.contracts.models import Contract
from musubu.meetings import branding, queries
from musubu.meetings.wording import Letter
from musubu.notices.attachments import HTML, INLINE, Attachment

COLOUR = "#1d4f7c"  # the product's own, where the contractor has chosen none
LOGO = (360, 96)  # pixels at most: shown half as large, sharp on fine screens
SHEET = '#set page(width: auto, height: auto, margin: 0pt, fill: none)\n#image("logo.svg", height: 48pt)'


def dressed(letter: Letter, contract: Contract) -> list[Attachment]:
    """The letter as HTML, with the logo that stands in it; in the language that is active."""
    space = queries.space_of(contract)
    look = branding.of(contract, space)
    found = branding.file_of(contract, space)
    logo = _small(*found) if found else None
    context = {
        "letter": letter, "who": contract.organisation.name, "colour": look["colour"] or COLOUR, "logo": bool(logo),
        "language": get_language(),
    }  # fmt: skip
    html = Attachment("", HTML, render_to_string("meetings/mail.html", context).encode())
    return [html, Attachment("", INLINE.format("logo"), logo)] if logo else [html]


@lru_cache(maxsize=32)
def _small(content: bytes, kind: str) -> bytes | None:
    """As a small PNG, which every mail program shows; nothing where it cannot be drawn."""
    try:
        if kind == "image/svg+xml":
            content = _drawn(content)
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            picture.thumbnail(LOGO)
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG", optimize=True)
            return out.getvalue()
    except (OSError, ValueError, RuntimeError):
        return None


def _drawn(svg: bytes) -> bytes:
    made = typst.compile({"main": SHEET.encode(), "logo.svg": svg}, format="png", ppi=144)  # type: ignore[call-overload]
    return bytes(made if isinstance(made, bytes) else made[0])
