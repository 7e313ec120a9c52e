"""Pictures that somebody uploads to stand on pages and documents: kept so that they carry nothing but the picture."""

from __future__ import annotations

import re
import struct
import zlib
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from musubu.refusals import NotPossible

LARGEST = 256 * 1024
MOST_PIXELS = 2_000
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


def checked(content: bytes) -> tuple[str, bytes]:
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
