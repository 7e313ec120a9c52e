"""A contractor's own logo and colour: checked so that a logo carries nothing but a picture and a colour can be read."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from musubu import config
from musubu.contracts.models import Contract
from musubu.meetings.models import Space
from musubu.refusals import NotPossible

LARGEST = 256 * 1024
MOST_PIXELS = 2_000
LEAST_CONTRAST = 4.5  # of white letters on the colour (WCAG 2.2, 1.4.3)
PNG = b"\x89PNG\r\n\x1a\n"
KEPT_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA")
SVG = "http://www.w3.org/2000/svg"
SVG_ELEMENTS = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "title", "desc",
    "linearGradient", "radialGradient", "stop", "clipPath", "text", "tspan",
}  # fmt: skip
SVG_ATTRIBUTES = {
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "id",
    "fill", "fill-rule", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-opacity", "stroke-dasharray", "stroke-miterlimit", "opacity", "transform", "offset", "stop-color",
    "stop-opacity", "gradientUnits", "gradientTransform", "clip-path", "clip-rule", "clipPathUnits", "font-family",
    "font-size", "font-weight", "text-anchor", "letter-spacing", "preserveAspectRatio",
}  # fmt: skip
TYPES = {"png": "image/png", "svg": "image/svg+xml"}


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


def logo(content: bytes) -> tuple[str, bytes]:
    """(kind, what is kept of the file): only the picture itself. Raises NotPossible."""
    if len(content) > LARGEST:
        raise NotPossible(_("The file is larger than 256 kB. Make the picture smaller."))
    if content.startswith(PNG):
        return "png", _plain_png(content)
    if b"<svg" in content[:2_000]:
        return "svg", _plain_svg(content)
    raise NotPossible(_("Choose a PNG or SVG file."))


def _plain_png(content: bytes) -> bytes:
    """Without texts, places and times that a PNG may carry beside its picture."""
    damaged = NotPossible(_("This PNG file is damaged. Save it once more and try again."))
    kept, at, ended = [PNG], len(PNG), False
    while at + 12 <= len(content) and not ended:
        length = struct.unpack(">I", content[at : at + 4])[0]
        chunk = content[at : at + 12 + length]
        name, data = chunk[4:8], chunk[8:-4]
        if len(chunk) != 12 + length or zlib.crc32(name + data) != struct.unpack(">I", chunk[-4:])[0]:
            raise damaged
        if name == b"IHDR" and max(struct.unpack(">II", data[:8])) > MOST_PIXELS:
            raise NotPossible(_("The picture is wider or higher than 2,000 pixels. Make it smaller."))
        if name in KEPT_CHUNKS:
            kept.append(chunk)
        ended, at = name == b"IEND", at + 12 + length
    if not ended or kept[1][4:8] != b"IHDR":
        raise damaged
    return b"".join(kept)


def _plain_svg(content: bytes) -> bytes:
    """Only shapes and their looks: no scripts, no links, no styles, nothing from elsewhere."""
    damaged = NotPossible(_("This SVG file cannot be read. Save it as plain SVG and try again."))
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise damaged
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - no entities, refused above
    except ElementTree.ParseError:
        raise damaged from None
    if root.tag != f"{{{SVG}}}svg":
        raise damaged
    _strip(root)
    ElementTree.register_namespace("", SVG)
    return bytes(ElementTree.tostring(root, encoding="utf-8"))


def _strip(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        inward = "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value.strip())
        if name not in SVG_ATTRIBUTES or not inward:
            del element.attrib[name]
    for child in list(element):
        if str(child.tag).removeprefix(f"{{{SVG}}}") in SVG_ELEMENTS and str(child.tag).startswith(f"{{{SVG}}}"):
            _strip(child)
        else:
            element.remove(child)


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
