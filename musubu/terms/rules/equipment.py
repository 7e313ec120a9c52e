"""Replaced equipment that must come back (SC-21)."""

from __future__ import annotations

from typing import Any

from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.errors import EventError
from musubu.terms.life import CHARGE, Life
from musubu.terms.outcomes import Step


def ship(life: Life, data: dict[str, Any]) -> None:
    """A replacement was sent; the faulty unit is expected back, counted from the day it was received."""
    unit, rule = str(data["unit"]), life.need("equipment")
    life.units[unit] = data["price"]
    life.schedule(
        at_midnight(data["received"]) + DAY * (rule["return_days"] + 1),
        CHARGE,
        "unit-overdue",
        (unit, data["received"]),
    )


def give_back(life: Life, data: dict[str, Any]) -> None:
    if str(data["unit"]) not in life.units:
        raise EventError("unit", f"no replacement was shipped for unit {data['unit']!r}")
    del life.units[str(data["unit"])]


def overdue(life: Life, shipment: tuple[str, Any]) -> None:
    """Not back in time: a penalty of the sale price, plus consumption tax."""
    unit, received = shipment
    if unit not in life.units:
        return
    rule = life.need("equipment")
    step = Step(rule.family, {"unit": unit, "received": received.isoformat(), "days": rule["return_days"]})
    life.charge(rule.clause, "penalty", life.today, life.today, life.units.pop(unit), step)
