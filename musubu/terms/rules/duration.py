"""When a term begins and ends, and its renewal."""

from __future__ import annotations

from datetime import date, datetime

from musubu.terms.calendar import (
    DAY,
    at_midnight,
    days_in_month,
    month_first,
    month_last,
    months_after,
    next_month_first,
    period_end,
)
from musubu.terms.life import TURN, Life
from musubu.terms.outcomes import Step
from musubu.terms.rules import charging


def prepaid_end(first: date, months: int) -> date:
    """VG-10.3: each month has as many days as the month holds in which it starts."""
    for _ in range(months):
        first += DAY * days_in_month(first)
    return first - DAY


def term_start(life: Life, day: date) -> date:
    """The first counted day of the first term."""
    family = life.need("term").family
    if family == "term.calendar-month":
        return next_month_first(day)
    if family == "term.minimum-year":  # EX-6.1
        return day if day.day == 1 else next_month_first(day)
    return day


def term_end(life: Life, first: date, count: int) -> date:
    """Last day of the term that begins on `first`; `count` terms came before it."""
    rule, agreed = life.need("term"), life.particulars
    match rule.family:
        case "term.licence-months":
            if agreed.form == "spot" and agreed.last_day:
                return agreed.last_day
            months = agreed.months if agreed.form == "multi-month" else 1
            extra = int(rule["extra_months"]) if count == 0 else 0
            return month_last(months_after(month_first(first), months + extra - 1))
        case "term.calendar-month":
            return month_last(months_after(month_first(first), int(rule["months"]) - 1))
        case "term.minimum-year":
            months = int(rule["first_months"] if count == 0 else rule["months"])
            return month_last(months_after(month_first(first), months - 1))
        case "term.days-of-month":
            return prepaid_end(first, agreed.months)
        case _:
            assert life.started is not None
            return period_end(life.started, agreed.months * (count + 1))


def concluded(life: Life, at: datetime) -> None:
    """The contract is concluded: its first term is counted from here."""
    life.started = at.date()
    life.now = at_midnight(at.date())  # terms and fees are counted in days
    rule = life.need("term")
    first = term_start(life, at.date())
    _enter_term(life, first)
    data = {"from": first.isoformat(), "to": life.term_to.isoformat()}
    why = Step(rule.family, {"started": at.date().isoformat(), **data})
    life.emit("term.begins", rule.clause, data, why)
    charging.begin(life)
    if life.particulars.form == "spot" and rule.family == "term.licence-months":
        life.end_on(life.term_to, "expired", rule.clause)


def _enter_term(life: Life, first: date) -> None:
    life.term_from = first
    life.term_to = term_end(life, first, life.terms_count)
    life.terms_count += 1
    life.schedule(at_midnight(life.term_to) + DAY, TURN, "renew", life.term_to)


def renew(life: Life, term_to: date) -> None:
    """The day after a term: it renews, unless the contract ends with it or was moved by an extension."""
    if not life.running or life.free or term_to != life.term_to or not life.served_on(term_to + DAY):
        return
    rule = life.need("renewal")
    _enter_term(life, term_to + DAY)
    data = {"from": life.term_from.isoformat(), "to": life.term_to.isoformat()}
    life.emit("term.renews", rule.clause, data, Step(rule.family, data))
    charging.renewed(life)


def extend(life: Life, days: int) -> None:
    """An extension moves the running term's last day."""
    life.term_to += DAY * days
    life.schedule(at_midnight(life.term_to) + DAY, TURN, "renew", life.term_to)
