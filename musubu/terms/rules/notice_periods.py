"""The last lawful day of a notice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from musubu.terms.calendar import DAY, business_days_before, months_before
from musubu.terms.life import Life
from musubu.terms.load import Rule
from musubu.terms.outcomes import Step


def _tell(life: Life, rule: Rule, about: str, by: date, event: date) -> None:
    why = Step(rule.family, {"event": event.isoformat(), "by": by.isoformat()})
    life.emit("notice.latest", rule.clause, {"about": about, "by": by.isoformat()}, why)


def maintenance(life: Life, data: dict[str, Any]) -> None:
    rule = life.rule("maintenance-notice")
    if rule is None or not life.running:
        return
    starts = data["starts"].date() if isinstance(data["starts"], datetime) else data["starts"]
    match rule.family:
        case "maintenance-notice.business-days":
            by = business_days_before(starts, rule["maintenance_days"], life.particulars.closed_days)
        case "maintenance-notice.months":
            by = months_before(starts, rule["maintenance_months"])
        case _:
            by = starts - DAY
    _tell(life, rule, "maintenance", by, starts)


def change_of_terms(life: Life, data: dict[str, Any]) -> None:
    rule = life.rule("terms-notice")
    if rule is None or not life.running:
        return
    effective = data["effective"]
    months = rule["disadvantage_months" if data.get("disadvantageous") else "other_months"]
    by = months_before(effective, months) if months else effective - DAY * rule["other_days"]
    _tell(life, rule, "terms", by, effective)


def end_of_service(life: Life, data: dict[str, Any]) -> None:
    """The provider ends the service: told in time, and every contract ends with it."""
    if not life.running:
        return
    on: date = data["on"]
    clause = ""
    for rule in life.terms.rules.get("end-notice", ()):
        months = rule.family == "end-notice.months"
        by = months_before(on, rule["end_notice_months"]) if months else on - DAY * rule["end_notice_days"]
        _tell(life, rule, rule["about"], by, on)
        clause = rule.clause
    life.end_on(on, "service-ended", clause)
