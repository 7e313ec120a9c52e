"""Small charts as SVG, drawn on the server: bars side by side, and stacked bars with a line. Each page shows the same
figures in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 210
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 12, 26
LINES = 4  # of the grid


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    look: str  # class in the style sheet
    said: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bars: list[Bar]
    grid: list[Label]  # one at each line of the grid
    names: list[Label]  # below the bars
    line: str = ""  # points of a polyline


def _step(most: float) -> int:
    """A round distance between the lines of the grid."""
    raw = max(1, most / LINES)
    size = int(10 ** (len(str(int(raw))) - 1))
    return next(step for step in (size, 2 * size, 5 * size, 10 * size) if step >= raw)


def short(amount: float) -> str:
    """Yen in few characters: 1.2M, 340k."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.1f}".removesuffix(".0") + letter
    return str(int(amount))


@dataclass(frozen=True)
class _Scale:
    least: float
    most: float

    def y(self, amount: float) -> float:
        span = (self.most - self.least) or 1
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.most - amount) / span


def _scale(least: float, most: float) -> tuple[_Scale, list[Label]]:
    step = _step(max(most, -least, 1))
    low, high = -(-int(-least) // step) * -step if least < 0 else 0, -(-int(max(most, 1)) // step) * step
    scale = _Scale(low, high)
    return scale, [Label(LEFT - 6, scale.y(mark), short(mark)) for mark in range(low, high + 1, step)]


def _slot(count: int, place: int) -> tuple[float, float]:
    """Left edge and width of one name's room."""
    width = (WIDTH - LEFT - RIGHT) / max(1, count)
    return LEFT + width * place, width


def side_by_side(names: Sequence[str], series: Sequence[tuple[str, str, Sequence[int]]]) -> Chart:
    """For each name a bar of each series (label, look, amounts)."""
    scale, grid = _scale(0, max((max(amounts, default=0) for _l, _k, amounts in series), default=0))
    bars, labels = [], []
    for place, name in enumerate(names):
        left, room = _slot(len(names), place)
        own = room * 0.8 / len(series)
        labels.append(Label(left + room / 2, HEIGHT - 8, name))
        for n, (label, look, amounts) in enumerate(series):
            top = scale.y(amounts[place])
            said = f"{name} {label}: {amounts[place]:,}"
            bars.append(Bar(left + room * 0.1 + own * n, top, own - 1, scale.y(0) - top, look, said))
    return Chart(WIDTH, HEIGHT, bars, grid, labels)


def stacked(
    names: Sequence[str], up: Sequence[tuple[str, str, Sequence[int]]], down: Sequence[tuple[str, str, Sequence[int]]]
) -> Chart:
    """For each name what adds stands on the zero line, what takes away hangs from it."""
    highs = [sum(amounts[place] for _l, _k, amounts in up) for place in range(len(names))]
    lows = [sum(amounts[place] for _l, _k, amounts in down) for place in range(len(names))]
    scale, grid = _scale(-max(lows, default=0), max(highs, default=0))
    bars, labels = [], []
    for place, name in enumerate(names):
        left, room = _slot(len(names), place)
        labels.append(Label(left + room / 2, HEIGHT - 8, name))
        for sign, parts in ((1, up), (-1, down)):
            at = 0
            for label, look, amounts in parts:
                amount = amounts[place]
                top, bottom = sorted((scale.y(sign * at), scale.y(sign * (at + amount))))
                said = f"{name} {label}: {sign * amount:+,}"
                bars.append(Bar(left + room * 0.2, top, room * 0.6, bottom - top, look, said))
                at += amount
    return Chart(WIDTH, HEIGHT, [bar for bar in bars if bar.height > 0], grid, labels)


def line(names: Sequence[str], amounts: Sequence[int]) -> Chart:
    """Amounts as a line with a dot at each name."""
    scale, grid = _scale(0, max(amounts, default=0))
    points, bars, labels = [], [], []
    for place, (name, amount) in enumerate(zip(names, amounts, strict=True)):
        left, room = _slot(len(names), place)
        x, y = left + room / 2, scale.y(amount)
        points.append(f"{x:.1f},{y:.1f}")
        bars.append(Bar(x - 4, y - 4, 8, 8, "dot", f"{name}: {amount:,}"))
        labels.append(Label(x, HEIGHT - 8, name))
    return Chart(WIDTH, HEIGHT, bars, grid, labels, " ".join(points))
