"""A contractor's own logo and colour: checked so that a logo carries nothing but a picture and a colour can be read."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import gettext as _

from musubu import config
from musubu.contracts.models import Contract
from musubu.meetings.models import Space
from musubu.parties.pictures import TYPES
from musubu.refusals import NotPossible

LEAST_CONTRAST = 4.5  # of white letters on the colour (WCAG 2.2, 1.4.3)


def colour(typed: str) -> str:
    """A colour as #rrggbb on which white letters can be read. Raises NotPossible."""
    text = typed.strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise NotPossible(_("Write a colour as # and six letters or digits, such as #1d4f7c."))
    ratio = contrast(text)
    if ratio < LEAST_CONTRAST:
        raise NotPossible(
            _(
                "White letters on %(colour)s cannot be read well (contrast %(ratio)s, needed 4.5). Choose a darker colour."
            )
            % {"colour": text, "ratio": f"{ratio:.1f}"}
        )
    return text


def contrast(colour: str) -> float:
    """Of white on a colour, by WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def folder(contract: Contract) -> Path:
    """Where files of a contract's meetings lie."""
    return config.var() / "files" / "meetings" / str(contract.public_id)


def of(contract: Contract, space: Space | None) -> dict[str, str]:
    """{"logo": address or "", "colour": #rrggbb or ""}, for the room and other pages."""
    kept = space.settings if space else {}
    mark = kept.get("logo")
    address = f"/meetings/{contract.public_id}/logo/?{kept.get('logo_version', '')}" if mark else ""
    return {"logo": address, "colour": kept.get("colour", "")}


def file_of(contract: Contract, space: Space | None) -> tuple[bytes, str] | None:
    """The logo's bytes and their media type."""
    kind = (space.settings if space else {}).get("logo")
    path = folder(contract) / f"logo.{kind}"
    return (path.read_bytes(), TYPES[kind]) if kind in TYPES and path.is_file() else None
