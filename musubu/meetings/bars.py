"""A row of bars drawn by the server; the same numbers always stand in a table beside it."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, SIDE = 720, 180, 24, 44


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    value: float
    named: bool  # there is room for its label


@dataclass(frozen=True)
class Bars:
    bars: list[Bar]
    most: str
    width: int = WIDTH
    height: int = HEIGHT + FOOT
    base: int = HEIGHT


def drawn(values: list[tuple[str, float]]) -> Bars | None:
    """Nothing where there is nothing to draw."""
    most = max((value for _, value in values), default=0)
    if not most:
        return None
    step = (WIDTH - SIDE) / len(values)
    every = max(1, len(values) // 8)
    found = []
    for n, (label, value) in enumerate(values):
        height = round((HEIGHT - 16) * value / most, 1)
        found.append(
            Bar(
                round(SIDE + n * step, 1),
                HEIGHT - height,
                round(max(2.0, step * 0.75), 1),
                height,
                label,
                value,
                n % every == 0,
            )
        )
    return Bars(found, f"{most:,.0f}" if most >= 10 else f"{most:.1f}")
