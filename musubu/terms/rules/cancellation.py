"""A customer's cancellation: the last day that counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from musubu.terms.calendar import (
    DAY,
    business_day_on_or_before,
    month_first,
    month_last,
    months_after,
    months_before,
    next_month_first,
)
from musubu.terms.life import Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import charging
from musubu.terms.rules.duration import term_end


def cancel(life: Life, data: dict[str, Any]) -> None:
    """The cancellation arrives; with a wish or without."""
    if not life.running or (life.last_day is not None and life.end_reason != "expired"):
        return
    rule = life.need("cancellation")
    wish: date | None = data.get("wish")
    last, more = FAMILIES[rule.family](life, life.today, wish)
    why = Step(
        rule.family,
        {
            "arrived": life.today.isoformat(),
            "wish": wish.isoformat() if wish else "",
            "ends": last.isoformat(),
            **more,
        },
    )
    told = {"ends": last.isoformat(), **({"day": more["day"]} if "day" in more else {})}
    life.emit("cancellation.accepted", rule.clause, told, why)
    life.end_on(last, "cancelled", rule.clause)
    charging.rest_of_term(life)


Found = tuple[date, dict[str, str]]


def before_expiry(life: Life, arrived: date, wish: date | None) -> Found:
    """LO-17.1: the first expiry, not before the wish, whose notice day has not passed."""
    months = int(life.need("cancellation")["notice_months"])
    if life.particulars.form == "spot":
        return life.term_to, {"latest": months_before(life.term_to, months).isoformat()}
    expiry, count = life.term_to, life.terms_count
    while months_before(expiry, months) < arrived or (wish and expiry < wish):
        expiry = term_end(life, expiry + DAY, count)
        count += 1
    return expiry, {"latest": months_before(expiry, months).isoformat()}


def closing_day(life: Life, arrived: date, wish: date | None) -> Found:
    """SC-23: the end of the wished month, or of the first one whose closing day has not passed."""
    month = max(month_first(wish or arrived), life.term_from if life.terms_count == 1 else date.min)
    while (closing := business_day_on_or_before(month - DAY, life.particulars.closed_days)) < arrived:
        month = next_month_first(month)
    return month_last(month), {"closing": closing.isoformat()}


def day_of_month(life: Life, arrived: date, wish: date | None) -> Found:
    """VG-38.2: by the 20th, the end of the next month; later, the end of the month after it."""
    months = 1 if arrived.day <= life.need("cancellation")["notice_day"] else 2
    earliest = month_last(months_after(month_first(arrived), months))
    return max(earliest, month_last(wish)) if wish else earliest, {}


def month_after_notice(life: Life, arrived: date, wish: date | None) -> Found:
    """LN-15.1: the wished day, or a month after arrival."""
    earliest = months_after(arrived, life.need("cancellation")["notice_months"])
    return max(earliest, wish) if wish else earliest, {"earliest": earliest.isoformat()}


def month_from_day_after(life: Life, arrived: date, wish: date | None) -> Found:
    """EX-18.1: with less than a month, counted from the day after arrival; the term is counted by EX-6.2."""
    months = life.need("cancellation")["notice_months"]
    day = wish if wish and wish >= months_after(arrived, months) else months_after(arrived + DAY, months)
    if life.rule("counted-to") is None:
        return day, {"day": day.isoformat()}
    return (day - DAY if day.day == 1 else month_last(day)), {"day": day.isoformat()}


FAMILIES = {
    "cancellation.before-expiry": before_expiry,
    "cancellation.closing-day": closing_day,
    "cancellation.day-of-month": day_of_month,
    "cancellation.month-after-notice": month_after_notice,
    "cancellation.month-from-day-after": month_from_day_after,
}


def stop_renewal(life: Life, _: dict[str, Any]) -> None:
    """VG-10.2, LN-20: the running term is the last, or the next one where its notice day has passed."""
    if not life.running or life.last_day is not None:
        return
    rule = life.rule("stop-renewal")
    if rule is None:
        cancel(life, {})
        return
    last = life.term_to
    months = int(rule["stop_notice_months"]) if rule.family == "stop-renewal.months-before" else 0
    count = life.terms_count
    while months and months_before(last, months) < life.today:
        last = term_end(life, last + DAY, count)
        count += 1
    why = Step(rule.family, {"arrived": life.today.isoformat(), "ends": last.isoformat()})
    life.emit("cancellation.accepted", rule.clause, {"ends": last.isoformat()}, why)
    life.end_on(last, "expired", rule.clause)
