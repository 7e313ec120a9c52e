"""Whiteboards as pictures, drawn by ourselves from what is kept: SVG, and by it PNG and PDF.

Plain shapes in the places, sizes and colours of the board, without the hand-drawn tremble of the browser's drawing. What
people's browsers wrote is believed in nothing: every value is a number or a colour within bounds, or left out."""

from __future__ import annotations

import base64
import math
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from musubu.engines.office import fence
from musubu.meetings.models import Board
from musubu.meetings.together import boards

EDGE = 20.0  # empty pixels around the drawing
FARTHEST = 100_000.0  # a place beyond it is no place
MOST_ELEMENTS, MOST_POINTS = 10_000, 20_000
LARGEST_PICTURE = 4_000  # pixels of a PNG's longer side
LIMITS = fence.Limits(seconds=60, memory=6 * 1024**3)
FONTS = {3: "Noto Sans Mono CJK JP, monospace", 8: "Noto Sans Mono CJK JP, monospace"}
FONT = "Noto Sans CJK JP, Noto Sans JP, Noto Sans SC, sans-serif"
DASHES = {"dashed": (8.0, 8.0), "dotted": (1.5, 6.0)}
PEN = 2.2  # a pen's line is so much wider than its number says
HEADS = {
    "arrow",
    "triangle",
    "triangle_outline",
    "dot",
    "circle",
    "circle_outline",
    "bar",
    "diamond",
    "diamond_outline",
}
SHEET = '#set page(width: {w}pt, height: {h}pt, margin: 0pt)\n#image("board.svg", width: 100%)'
PROGRAM = 'import typst; typst.compile("board.typ", output="board.{kind}", root=".", ppi={ppi})'
Point = tuple[float, float]


class NotDrawn(Exception):
    """The picture could not be made."""


def as_svg(row: Board) -> str:
    return _svg(boards.drawing(row))[0]


def as_file(row: Board, kind: str) -> bytes:
    """PNG or PDF. In a fence: pictures on the board came from strangers. Raises NotDrawn."""
    svg, width, height = _svg(boards.drawing(row))
    ppi = min(144, LARGEST_PICTURE * 72 // max(width, height, 1))
    with tempfile.TemporaryDirectory(prefix="board-") as name:
        folder = Path(name)
        (folder / "board.svg").write_text(svg)
        (folder / "board.typ").write_text(SHEET.format(w=width, h=height))
        program = PROGRAM.format(kind=kind, ppi=max(1, int(ppi)))
        try:
            done = fence.run([sys.executable, "-c", program], folder, LIMITS, readable=(sys.prefix, sys.base_prefix))
        except fence.OutOfTime as error:
            raise NotDrawn("slow") from error
        made = folder / f"board.{kind}"
        if not made.exists():
            raise NotDrawn(done.out[-300:])
        return made.read_bytes()


def _svg(drawing: Mapping[str, Any]) -> tuple[str, float, float]:
    """(the picture, its width and height)."""
    shapes: list[str] = []
    corners: list[Point] = []
    for told in drawing["elements"][:MOST_ELEMENTS]:
        try:
            one = _Element(told, drawing["files"])
            shapes.append(one.drawn())
            corners += one.corners()
        except (KeyError, TypeError, ValueError, IndexError, OverflowError):
            continue  # no element as it should be
    left, top = (min((one[n] for one in corners), default=0.0) - EDGE for n in (0, 1))
    right, bottom = (max((one[n] for one in corners), default=400.0 - n * 200) + EDGE for n in (0, 1))
    width, height = max(1.0, right - left), max(1.0, bottom - top)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(left)} {_n(top)} {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}">'
    )
    ground = f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>'
    return f"{head}{ground}{''.join(shapes)}</svg>", width, height


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _number(value: Any, least: float = -FARTHEST, most: float = FARTHEST) -> float:
    found = float(value)
    if not math.isfinite(found) or not -FARTHEST <= found <= FARTHEST:
        raise ValueError("no place")
    return max(least, min(most, found))


def _colour(value: Any, default: str = "none") -> str:
    text = str(value)
    return text if re.fullmatch(r"#[0-9a-fA-F]{3,8}|[a-z]{3,20}", text) and text != "transparent" else default


class _Element:
    """One element of a board, checked."""

    def __init__(self, told: Mapping[str, Any], files: Mapping[str, Any]) -> None:
        self.told, self.files = told, files
        self.kind = str(told["type"])
        self.x, self.y = _number(told["x"]), _number(told["y"])
        self.width, self.height = _number(told.get("width", 0)), _number(told.get("height", 0))
        self.angle = _number(told.get("angle", 0), -7, 7)
        self.pen = _number(told.get("strokeWidth", 2), 0.1, 50)
        self.stroke = _colour(told.get("strokeColor"), "#1e1e1e")
        self.points: list[Point] = [
            (self.x + _number(one[0]), self.y + _number(one[1])) for one in list(told.get("points") or [])[:MOST_POINTS]
        ]

    def drawn(self) -> str:
        draw: dict[str, Callable[[], str]] = {
            "rectangle": self._rectangle, "diamond": self._diamond, "ellipse": self._ellipse, "line": self._line,
            "arrow": self._line, "freedraw": self._freedraw, "text": self._text, "image": self._image,
            "frame": self._frame, "magicframe": self._frame, "embeddable": self._rectangle, "iframe": self._rectangle,
        }  # fmt: skip
        opacity = _number(self.told.get("opacity", 100), 0, 100) / 100
        turned = f' transform="rotate({_n(math.degrees(self.angle))} {_n(self._middle[0])} {_n(self._middle[1])})"'
        return f'<g opacity="{_n(opacity)}"{turned if self.angle else ""}>{draw[self.kind]()}</g>'

    @property
    def _box(self) -> tuple[float, float, float, float]:
        if not self.points:
            return self.x, self.y, self.x + self.width, self.y + self.height
        across, down = zip(*self.points, strict=True)
        return min(across), min(down), max(across), max(down)

    @property
    def _middle(self) -> Point:
        left, top, right, bottom = self._box
        return (left + right) / 2, (top + bottom) / 2

    def corners(self) -> list[Point]:
        """Of its box, turned as it is."""
        left, top, right, bottom = self._box
        (mx, my), sine, cosine = self._middle, math.sin(self.angle), math.cos(self.angle)
        found = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return [(mx + (x - mx) * cosine - (y - my) * sine, my + (x - mx) * sine + (y - my) * cosine) for x, y in found]

    def _look(self, *, filled: bool = True) -> str:
        """Stroke and fill; what is hatched on the board is a lighter plain here."""
        fill = _colour(self.told.get("backgroundColor")) if filled else "none"
        faint = ' fill-opacity="0.5"' if fill != "none" and self.told.get("fillStyle") != "solid" else ""
        dash = DASHES.get(str(self.told.get("strokeStyle")))
        dashed = f' stroke-dasharray="{" ".join(_n(one + self.pen) for one in dash)}"' if dash else ""
        return (
            f'fill="{fill}"{faint} stroke="{self.stroke}" stroke-width="{_n(self.pen)}" stroke-linecap="round" '
            f'stroke-linejoin="round"{dashed}'
        )

    def _rectangle(self) -> str:
        radius = min(32.0, abs(min(self.width, self.height)) * 0.25) if self.told.get("roundness") else 0.0
        return (
            f'<rect x="{_n(self.x)}" y="{_n(self.y)}" width="{_n(abs(self.width))}" height="{_n(abs(self.height))}" '
            f'rx="{_n(radius)}" {self._look()}/>'
        )

    def _diamond(self) -> str:
        (mx, my), (left, top, right, bottom) = self._middle, self._box
        return f'<polygon points="{_places([(mx, top), (right, my), (mx, bottom), (left, my)])}" {self._look()}/>'

    def _ellipse(self) -> str:
        mx, my = self._middle
        size = f'rx="{_n(abs(self.width) / 2)}" ry="{_n(abs(self.height) / 2)}"'
        return f'<ellipse cx="{_n(mx)}" cy="{_n(my)}" {size} {self._look()}/>'

    def _line(self) -> str:
        if len(self.points) < 2:
            return ""
        closed = self.kind == "line" and math.dist(self.points[0], self.points[-1]) < 1
        path = f'<path d="{_curve(self.points, bool(self.told.get("roundness")))}" {self._look(filled=closed)}/>'
        first = _head(str(self.told.get("startArrowhead")), self.points[1], self.points[0], self.stroke, self.pen)
        last = _head(str(self.told.get("endArrowhead")), self.points[-2], self.points[-1], self.stroke, self.pen)
        return path + first + last

    def _freedraw(self) -> str:
        points = self.points * 2 if len(self.points) == 1 else self.points
        if not points:
            return ""
        return (
            f'<path d="{_curve(points, False)}" fill="none" stroke="{self.stroke}" '
            f'stroke-width="{_n(self.pen * PEN)}" stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def _text(self) -> str:
        size = _number(self.told.get("fontSize", 20), 1, 500)
        high = size * _number(self.told.get("lineHeight", 1.25), 0.5, 4)
        align = str(self.told.get("textAlign", "left"))
        place = {"center": self.x + self.width / 2, "right": self.x + self.width}.get(align, self.x)
        anchor = {"center": "middle", "right": "end"}.get(align, "start")
        family = FONTS.get(int(self.told.get("fontFamily") or 0), FONT)
        lines = "".join(
            f'<tspan x="{_n(place)}" y="{_n(self.y + high * (n + 0.5) + size * 0.35)}">{escape(_plain(line))}</tspan>'
            for n, line in enumerate(str(self.told.get("text", ""))[:20_000].split("\n"))
        )
        look = f'font-family={quoteattr(family)} font-size="{_n(size)}" text-anchor="{anchor}" fill="{self.stroke}"'
        return f'<text xml:space="preserve" {look}>{lines}</text>'

    def _image(self) -> str:
        found = self.files.get(str(self.told.get("fileId")))
        kind, _, content = str(found["dataURL"] if found else "").partition(";base64,")
        if not re.fullmatch(r"data:image/(png|jpeg|gif|webp)", kind):
            return self._frame()
        base64.b64decode(content, validate=True)
        return (
            f'<image x="{_n(self.x)}" y="{_n(self.y)}" width="{_n(abs(self.width))}" height="{_n(abs(self.height))}" '
            f'preserveAspectRatio="none" href={quoteattr(f"{kind};base64,{content}")}/>'
        )

    def _frame(self) -> str:
        name = escape(_plain(str(self.told.get("name") or ""))[:200])
        label = (
            f'<text x="{_n(self.x)}" y="{_n(self.y - 6)}" font-family={quoteattr(FONT)} font-size="14" fill="#6b7280">'
        )
        return (
            f'<rect x="{_n(self.x)}" y="{_n(self.y)}" width="{_n(abs(self.width))}" height="{_n(abs(self.height))}" rx="8" '
            f'fill="none" stroke="#9ca3af" stroke-width="1"/>' + (f"{label}{name}</text>" if name else "")
        )


def _plain(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(
        one for one in text if one == "\t" or (one >= " " and not "\ud800" <= one <= "\udfff" and one < "\ufffe")
    )


def _places(points: list[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _curve(points: list[Point], round_: bool) -> str:
    """Through all points: straight, or by cubic curves that pass each point in the direction of its neighbours."""
    start = f"M{_n(points[0][0])} {_n(points[0][1])}"
    if not round_ or len(points) < 3:
        return start + "".join(f"L{_n(x)} {_n(y)}" for x, y in points[1:])
    all_ = [points[0], *points, points[-1]]
    parts = [start]
    for before, here, there, after in zip(all_, all_[1:], all_[2:], all_[3:], strict=False):
        first = here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6
        second = there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6
        parts.append("C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in (first, second, there)))
    return "".join(parts)


def _head(kind: str, before: Point, tip: Point, stroke: str, pen: float) -> str:
    """The head of an arrow at its tip."""
    length = math.dist(before, tip)
    if kind not in HEADS or not length:
        return ""
    size, (dx, dy) = min(24.0, length / 2), ((before[0] - tip[0]) / length, (before[1] - tip[1]) / length)
    line = f'stroke="{stroke}" stroke-width="{_n(pen)}" stroke-linecap="round" stroke-linejoin="round"'
    fill = "#ffffff" if kind.endswith("outline") else stroke

    def at(along: float, across: float) -> Point:
        return tip[0] + dx * along - dy * across, tip[1] + dy * along + dx * across

    if kind == "arrow":
        return f'<polyline points="{_places([at(size, size * 0.4), tip, at(size, -size * 0.4)])}" fill="none" {line}/>'
    if kind == "bar":
        return f'<polyline points="{_places([at(0, size * 0.4), at(0, -size * 0.4)])}" fill="none" {line}/>'
    if kind.startswith(("dot", "circle")):
        return f'<circle cx="{_n(tip[0])}" cy="{_n(tip[1])}" r="{_n(size * 0.25)}" fill="{fill}" {line}/>'
    back = [at(size, 0)] if kind.startswith("diamond") else []
    wide = size / 2 if back else size
    corners = [tip, at(wide, size * 0.35), *back, at(wide, -size * 0.35)]
    return f'<polygon points="{_places(corners)}" fill="{fill}" {line}/>'
