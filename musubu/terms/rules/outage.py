"""Outages, claims, and credits by each service's formula, limit and deadline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from musubu.terms import money
from musubu.terms.calendar import month_first, month_last, months_after
from musubu.terms.errors import EventError
from musubu.terms.life import AFTER_EVENTS, Life, Outage
from musubu.terms.load import Rule
from musubu.terms.outcomes import Step
from musubu.terms.rules import duration

HOUR = timedelta(hours=1)


def begin(life: Life, data: dict[str, Any]) -> None:
    """An outage is recorded: as it starts (its end known), or afterwards with `began`."""
    at = data.get("began", life.now)
    known = data.get("known", at)
    if at > life.now:
        raise EventError("began", "begins-later")
    if data["ends"] < at:
        raise EventError("ends", "before-start")
    if known < at:
        raise EventError("known", "before-start")
    life.outages.append(Outage(at, known, data["ends"], data["cause"], data.get("carrier_paid", 0)))
    if life.rule("stopped-time") and data["cause"] in ("maintenance", "force-majeure"):
        life.schedule(max(life.now, data["ends"]), AFTER_EVENTS, "not-charged", len(life.outages))


def hours_of(outage: Outage) -> int:
    """Whole hours from when the provider knew."""
    return max(timedelta(), outage.ends - outage.known) // HOUR


def not_charged(life: Life, number: int) -> None:
    """EX-20.3: time in which the service was stopped or restricted costs nothing."""
    rule, outage = life.need("stopped-time"), life.outages[number - 1]
    hours = (outage.ends - outage.at) // HOUR
    amount = _by_hour(life, hours, rule["day_part"])
    if amount and life.running:
        _credit(
            life,
            rule,
            number,
            amount,
            "set-off",
            Step(rule.family, {"hours": hours, "cause": outage.cause}),
            hours=hours,
        )


def _by_hour(life: Life, hours: int, day_part: int) -> int:
    """The fee by the day, a month being 30, and then by the hour."""
    return money.part(life.fee_on(life.today), hours, day_part * 24)


def claim(life: Life, data: dict[str, Any]) -> None:
    """The customer claims in writing, on the day `made` where it is recorded later. `carrier_share`: the claimant's part of
    what a carrier paid for all of them (VG-45.2, EX-33.3)."""
    number, told_on = data["outage"], min(life.today, data.get("made", life.today))
    if not 1 <= number <= len(life.outages):
        raise EventError("outage", "no-outage", outage=number)
    outage, rule = life.outages[number - 1], life.need("compensation")
    if number in life.claimed:
        return _refuse(life, rule.clause, number, "claimed-before")
    if rule.family == "compensation.none":
        return _refuse(life, rule.clause, number, "no-compensation")
    if outage.cause in ("force-majeure", "maintenance"):
        return _refuse(life, rule.clause, number, "not-attributable")
    if hours_of(outage) < rule.figures.get("least_hours", 0):
        return _refuse(life, rule.clause, number, "too-short", hours=hours_of(outage), least=rule["least_hours"])
    latest = claim_by(life, outage, rule)
    if latest and told_on > latest:
        return _refuse(life, life.need("claim-deadline").clause, number, "too-late", latest=latest.isoformat())
    life.claimed.add(number)
    _compensate(life, number, outage, rule, data.get("carrier_share", outage.carrier_paid))


def claim_by(life: Life, outage: Outage, rule: Rule) -> date | None:
    """The last day of a claim, where the terms set one (LN-40.2, EX-33.1)."""
    deadline = life.rule("claim-deadline")
    if deadline is None:
        return None
    if deadline.family == "claim-deadline.month-end":  # LN-40.2
        return month_last(months_after(month_first(outage.at.date()), deadline["claim_months"]))
    could = outage.known + HOUR * rule.figures.get("least_hours", 0)  # EX-33.1
    return months_after(could.date(), deadline["claim_months"])


def _compensate(life: Life, number: int, outage: Outage, rule: Rule, carrier_share: int) -> None:
    fee, hours = life.fee_on(life.today), hours_of(outage)
    match rule.family:
        case "compensation.by-day":
            amount = money.part(fee, hours // 24, rule["day_part"])
        case "compensation.by-hour":
            amount = _by_hour(life, hours, rule["day_part"])
        case _:
            amount = fee
    if life.rule("compensation-cap"):
        amount = min(amount, fee)
    pool = life.rule("carrier")
    if outage.cause == "carrier" and pool:
        amount, rule_used = min(amount, carrier_share), pool
        if not amount:
            return _refuse(life, pool.clause, number, "carrier-paid-nothing")
    else:
        rule_used = rule
    way = rule["compensation_as"]
    if way == "extension-below":
        way = "extension" if amount < rule["extension_below"] else "set-off"
    why = Step(
        rule.family,
        {"fee": fee, "hours": hours, "days": hours // 24, "amount": amount, "carrier": carrier_share},
    )
    _credit(life, rule_used, number, amount, way, why, hours=hours, taxed=bool(rule.figures.get("credit_taxed")))


def _credit(
    life: Life, rule: Rule, number: int, amount: int, way: str, why: Step, *, hours: int, taxed: bool = False
) -> None:
    tax = money.tax(amount, money.tax_rate(life.today), life.need("tax")["tax_rounding"]) if taxed else 0
    days = hours // 24
    data: dict[str, Any] = {"outage": number, "amount": amount, "tax": tax, "as": way}
    if way == "extension":
        data |= {"days": days, "hours": hours}
        duration.extend(life, days)
    else:
        life.balance += amount + tax
    life.emit("credit", rule.clause, data, why)


def _refuse(life: Life, clause: str, number: int, reason: str, **values: Any) -> None:
    life.emit("claim.refused", clause, {"outage": number, "reason": reason}, Step("refused." + reason, values))
