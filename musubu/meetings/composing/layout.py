"""Where each picture stands: a grid of everybody, or a large screen with people in a column."""

from __future__ import annotations

from dataclasses import dataclass

from musubu.meetings.composing.timeline import Clip, Person, Scene

WIDTH, HEIGHT = 1280, 720
MARGIN, LABEL = 8, 26  # between pictures; the strip for a name under each
MOST, MOST_IN_COLUMN = 16, 4
COLUMN = 240


@dataclass(frozen=True)
class Tile:
    """A picture's place with the name under it. `clip` none: the name stands in the picture's stead."""

    x: int
    y: int
    width: int
    height: int
    name: str
    clip: Clip | None


def tiles(scene: Scene) -> list[Tile]:
    """All places of a scene on a canvas of 1280×720; who finds none is counted in the last one."""
    if scene.screens:
        left = WIDTH - COLUMN - 3 * MARGIN if scene.people else WIDTH - 2 * MARGIN
        shown = scene.screens[-2:]
        found = _column([(clip.name, clip) for clip in shown], MARGIN, left, HEIGHT // len(shown))
        people = _fitting(scene.people, MOST_IN_COLUMN)
        return found + _column(people, left + 2 * MARGIN, COLUMN, HEIGHT // MOST_IN_COLUMN)
    return _grid(_fitting(scene.people, MOST))


def _fitting(people: tuple[Person, ...], most: int) -> list[tuple[str, Clip | None]]:
    cells: list[tuple[str, Clip | None]] = [(one.name, one.camera) for one in people[:most]]
    if len(people) > most:
        cells[-1] = (f"+{len(people) - most + 1}", None)
    return cells


def _column(cells: list[tuple[str, Clip]] | list[tuple[str, Clip | None]], x: int, width: int, row: int) -> list[Tile]:
    """Cells under each other, as large as a row's height allows."""
    height = _even(min(row - LABEL - MARGIN, width * 9 // 16))
    wide = _even(width)
    lead = (HEIGHT - row * len(cells)) // 2 if row * len(cells) < HEIGHT else 0
    return [
        Tile(x, _even(lead + n * row + (row - height - LABEL) // 2), wide, height, name, clip)
        for n, (name, clip) in enumerate(cells)
    ]


def _grid(cells: list[tuple[str, Clip | None]]) -> list[Tile]:
    if not cells:
        return []
    columns = max(range(1, len(cells) + 1), key=lambda some: _picture(some, len(cells))[0])
    width, height = _picture(columns, len(cells))
    rows = -(-len(cells) // columns)
    top = (HEIGHT - rows * (height + LABEL + MARGIN) + MARGIN) // 2
    found = []
    for row in range(rows):
        line = cells[row * columns : (row + 1) * columns]
        left = (WIDTH - len(line) * (width + MARGIN) + MARGIN) // 2
        y = _even(top + row * (height + LABEL + MARGIN))
        found += [Tile(_even(left + n * (width + MARGIN)), y, width, height, *cell) for n, cell in enumerate(line)]
    return found


def _picture(columns: int, count: int) -> tuple[int, int]:
    """How large a 16:9 picture is with so many columns."""
    rows = -(-count // columns)
    wide = (WIDTH - MARGIN) // columns - MARGIN
    high = (HEIGHT - MARGIN) // rows - MARGIN - LABEL
    width = min(wide, high * 16 // 9)
    return _even(width), _even(width * 9 // 16)


def _even(value: int) -> int:
    """The encoder's colours come in pairs of dots."""
    return value - value % 2
