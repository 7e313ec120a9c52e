"""How a contract stands: what is owed, its terms one after another, and its life line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from musubu import clock
from musubu.contracts import playing
from musubu.contracts.models import Contract, Outcome

WIDTH = 1000
MARGIN = 20
QUIET = ("charge", "data.deleted")  # too many for a drawn line
TROUBLE = ("reminder", "interest", "suspended", "short-payment", "claim.refused", "contract.ends", "data.deleted")


@dataclass(frozen=True)
class Owed:
    """An invoice that is not paid in full: whole yen with tax."""

    number: int
    due: date
    total: int
    unpaid: int
    late: bool


def owed(contract: Contract) -> list[Owed]:
    """Open invoices of the contract, the oldest first."""
    if contract.played_to is None:
        return []
    life = playing.played(contract, contract.played_to).life
    today = clock.today()
    return [Owed(one.number, one.due, one.total, one.unpaid, one.due < today) for one in life.open_invoices()]


@dataclass(frozen=True)
class Mark:
    """One point on the drawn life line."""

    x: int
    outcome: Outcome
    ahead: bool
    trouble: bool


@dataclass(frozen=True)
class Band:
    """One term on the drawn life line."""

    x: int
    width: int
    first: date
    last: date


@dataclass(frozen=True)
class Line:
    marks: list[Mark]
    bands: list[Band]
    now: int
    first: datetime
    last: datetime


def line(past: list[Outcome], coming: list[Outcome]) -> Line | None:
    """From the first outcome to the last one foreseen."""
    both = [(one, False) for one in past] + [(one, True) for one in coming]
    if not both:
        return None
    first, last = both[0][0].at, max(one.at for one, _ahead in both)
    span = max((last - first).total_seconds(), 1)

    def x(at: datetime) -> int:
        return MARGIN + round((WIDTH - 2 * MARGIN) * min(1, max(0, (at - first).total_seconds() / span)))

    def midnight(day: str) -> datetime:
        return datetime.combine(date.fromisoformat(day), datetime.min.time(), clock.TOKYO)

    bands = []
    for one, _ahead in both:
        if one.what in ("term.begins", "term.renews"):
            left, right = x(midnight(one.data["from"])), x(midnight(one.data["to"]))
            bands.append(
                Band(
                    left, max(2, right - left), date.fromisoformat(one.data["from"]), date.fromisoformat(one.data["to"])
                )
            )
    marks = [Mark(x(one.at), one, ahead, one.what in TROUBLE) for one, ahead in both if one.what not in QUIET]
    return Line(marks, bands, x(clock.now()), first, last)
