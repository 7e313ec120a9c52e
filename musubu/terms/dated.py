"""Values by date: periods without a gap and without an overlap, each wrong one named by its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


class DatedError(ValueError):
    """Periods do not follow one another, or a day has no value. `place` is the row from 1 (0: none), `kind` one of
    backwards, overlap, gap, after-the-end, missing."""

    def __init__(self, kind: str, place: int, first: date, last: date | None) -> None:
        self.kind, self.place, self.first, self.last = kind, place, first, last
        until = f" to {last}" if last and last != first else ""
        super().__init__(f"row {place}: {kind} {first}{until}" if place else f"{kind} {first}{until}")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a first to a last day, both included; no last day: until further notice."""

    first: date
    last: date | None
    value: int


def checked(rows: Iterable[Dated]) -> tuple[Dated, ...]:
    """The rows, if each begins on the day after the one before ends. Raises DatedError with the place."""
    kept: list[Dated] = []
    for place, row in enumerate(rows, 1):
        if row.last is not None and row.last < row.first:
            raise DatedError("backwards", place, row.first, row.last)
        if kept:
            _follows(kept[-1], row, place)
        kept.append(row)
    return tuple(kept)


def _follows(before: Dated, row: Dated, place: int) -> None:
    if before.last is None:
        raise DatedError("after-the-end", place, row.first, row.last)
    if row.first <= before.last:
        raise DatedError("overlap", place, row.first, before.last)
    if row.first > before.last + DAY:
        raise DatedError("gap", place, before.last + DAY, row.first - DAY)


def on(rows: Sequence[Dated], day: date) -> int:
    """The value of a day. Raises DatedError that names a day without one."""
    for row in reversed(rows):
        if row.first <= day:
            if row.last is not None and day > row.last:
                break
            return row.value
    raise DatedError("missing", 0, day, None)
