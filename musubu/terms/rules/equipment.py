"""Equipment that is bought (SC-10.4), and replaced equipment that must come back (SC-21)."""

from __future__ import annotations

from typing import Any

from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.errors import EventError
from musubu.terms.life import CHARGE, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import invoicing


def order(life: Life, data: dict[str, Any]) -> None:
    """Equipment is ordered: invoiced at once, since it leaves only when paid."""
    name, amount, rule = str(data["order"]), data["amount"], life.need("sale")
    if name in life.orders:
        raise EventError("order", "order-taken", order=name)
    if not life.running:
        raise EventError("order", "not-running")
    if amount <= 0:
        raise EventError("amount", "no-amount")
    life.charge(rule.clause, "equipment", life.today, life.today, amount, Step(rule.family, dict(data)))
    invoicing.issue(life, life.today)
    life.orders[name] = life.invoices[-1]


def cancel_order(life: Life, data: dict[str, Any]) -> None:
    """An order that did not leave is called off: its invoice is void, what was paid of it is kept as balance."""
    name, rule = str(data["order"]), life.need("sale")
    invoice = life.orders.get(name)
    if invoice is None or invoice.void:
        raise EventError("order", "no-open-order", order=name)
    life.balance += invoice.paid
    gone = {"invoice": invoice.number, "amount": invoice.total, "tax": invoice.tax, "paid": invoice.paid}
    invoice.void = True
    life.emit("invoice.void", rule.clause, gone, Step("order-cancelled", {"order": name, **gone}))


def ship(life: Life, data: dict[str, Any]) -> None:
    """A replacement was sent; the faulty unit is expected back, counted from the day it was received."""
    unit, rule = str(data["unit"]), life.need("equipment")
    life.units[unit] = data["price"]
    life.schedule(
        max(life.now, at_midnight(data["received"]) + DAY * (rule["return_days"] + 1)),
        CHARGE,
        "unit-overdue",
        (unit, data["received"]),
    )


def give_back(life: Life, data: dict[str, Any]) -> None:
    """The faulty unit is back. `returned`: the day on which it came, where it is noted later; within the days for it, a
    penalty that was charged meanwhile is withdrawn. Back later, the penalty stays."""
    unit = str(data["unit"])
    if life.units.pop(unit, None) is not None:
        return
    if unit not in life.late_units:
        raise EventError("unit", "no-replacement", unit=unit)
    last, penalty = life.late_units[unit]
    day = min(life.today, data.get("returned", life.today))
    if day > last:  # the penalty stays
        return
    del life.late_units[unit]
    step = Step("unit-was-back", {"unit": unit, "returned": day.isoformat(), "last": last.isoformat()})
    invoicing.withdraw(life, penalty, life.need("equipment").clause, step)


def overdue(life: Life, shipment: tuple[str, Any]) -> None:
    """Not back in time: a penalty of the sale price, plus consumption tax."""
    unit, received = shipment
    if unit not in life.units:
        return
    rule = life.need("equipment")
    step = Step(rule.family, {"unit": unit, "received": received.isoformat(), "days": rule["return_days"]})
    penalty = life.charge(rule.clause, "penalty", life.today, life.today, life.units.pop(unit), step)
    if penalty:
        life.late_units[unit] = received + DAY * rule["return_days"], penalty
