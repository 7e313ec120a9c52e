"""The rule families that a terms file chooses among, and what each of their figures may be.

A clause in a terms file names its rule as `slot.family`; the loop in `play` asks for the slot.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


class WrongFigure(ValueError):
    """A figure of a terms file is not allowed; the text says what is."""


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds (inclusive)."""

    least: int
    most: int

    def allowed(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def check(self, given: Any) -> Any:
        if isinstance(given, bool) or not isinstance(given, int) or not self.least <= given <= self.most:
            raise WrongFigure(self.allowed())
        return given


@dataclass(frozen=True)
class Percent:
    """A rate as text, so that no binary fraction creeps in."""

    most: Decimal = Decimal(100)

    def allowed(self) -> str:
        return f'a rate in per cent as text, "0" to "{self.most}", e.g. "14.6"'

    def check(self, given: Any) -> Any:
        try:
            rate = Decimal(given) if isinstance(given, str) else None
        except InvalidOperation:
            rate = None
        if rate is None or not rate.is_finite() or not 0 <= rate <= self.most:
            raise WrongFigure(self.allowed())
        return given


@dataclass(frozen=True)
class Choice:
    among: tuple[str, ...]

    def allowed(self) -> str:
        return "one of " + ", ".join(f'"{choice}"' for choice in self.among)

    def check(self, given: Any) -> Any:
        if given not in self.among:
            raise WrongFigure(self.allowed())
        return given


@dataclass(frozen=True)
class Switch:
    def allowed(self) -> str:
        return "true or false"

    def check(self, given: Any) -> Any:
        if not isinstance(given, bool):
            raise WrongFigure(self.allowed())
        return given


@dataclass(frozen=True)
class Words:
    """A list of short texts: names of grounds, measures, days."""

    def allowed(self) -> str:
        return "a list of texts"

    def check(self, given: Any) -> Any:
        if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
            raise WrongFigure(self.allowed())
        return given


Kind = Whole | Percent | Choice | Switch | Words
ROUNDING = Choice(("down", "up"))
COMPENSATION = Choice(("set-off", "extension", "extension-below"))
INTEREST: dict[str, Kind] = {"late_rate": Percent(), "year_days": Whole(360, 366)}
NOTHING: dict[str, Kind] = {}

FAMILIES: dict[str, dict[str, Kind]] = {
    "term.licence-months": {"extra_months": Whole(0, 12)},
    "term.calendar-month": {"months": Whole(1, 120)},
    "term.days-of-month": NOTHING,
    "term.months-from-start": NOTHING,
    "term.minimum-year": {"first_months": Whole(1, 120), "months": Whole(1, 120)},
    "renewal.same-content": NOTHING,
    "cancellation.before-expiry": {"notice_months": Whole(0, 12)},
    "cancellation.closing-day": NOTHING,
    "cancellation.day-of-month": {"notice_day": Whole(1, 28)},
    "cancellation.month-after-notice": {"notice_months": Whole(0, 12)},
    "cancellation.month-from-day-after": {"notice_months": Whole(0, 12)},
    "stop-renewal.day-before": NOTHING,
    "stop-renewal.months-before": {"stop_notice_months": Whole(0, 12)},
    "charging.term": NOTHING,
    "charging.calendar-month": {"from_next_month": Switch(), "prorate_first_month": Switch()},
    "initial.with-first": NOTHING,
    "invoice.day-of-next-month": {"invoice_day": Whole(1, 28), "invoice_on_business_day": Switch()},
    "invoice.same-day": NOTHING,
    "charging.period": NOTHING,
    "charging.month-from-start": NOTHING,
    "early-end.rest-of-minimum": {"minimum_term": Switch()},
    "early-end.rest-of-term": NOTHING,
    "due.month-end": NOTHING,
    "due.month-end-or-debit": NOTHING,
    "due.same-day": NOTHING,
    "tax.per-invoice": {"tax_rounding": ROUNDING, "tax_day": Choice(("period-end", "period-start"))},
    "interest.to-day-before-payment": INTEREST,
    "interest.to-payment-day": INTEREST,
    "reminder.new-due": {"new_due_days": Whole(1, 7), "new_due_hour": Whole(0, 23)},
    "fall.to-free": NOTHING,
    "daily.unpaid": {"daily_month_days": Whole(28, 31)},
    "fall-deletion.videos": {"fall_video_days": Whole(0, 3650)},
    "retention.days-on-free": {
        "video_days": Whole(1, 3650),
        "window_from": Whole(0, 23),
        "window_to": Whole(0, 23),
    },
    "default-case.days": {"case_days": Whole(1, 365)},
    "deposit.threshold": {"deposit_threshold": Whole(0, 100_000_000)},
    "deposit-applied.to-debts": NOTHING,
    "deposit-unpaid.suspend": NOTHING,
    "deposit-paid.resume": NOTHING,
    "short-payment.told": NOTHING,
    "sale.paid-first": NOTHING,
    "equipment.penalty": {"return_days": Whole(0, 365)},
    "evasion.surcharge": {"surcharge_times": Whole(0, 100), "surcharge_taxed": Switch()},
    "compensation.none": NOTHING,
    "compensation.month-cap": {"compensation_as": COMPENSATION},
    "compensation.by-day": {
        "least_hours": Whole(1, 8760),
        "day_part": Whole(28, 31),
        "credit_taxed": Switch(),
        "compensation_as": COMPENSATION,
        "extension_below": Whole(0, 100_000_000),
    },
    "compensation.by-hour": {
        "least_hours": Whole(1, 8760),
        "day_part": Whole(28, 31),
        "compensation_as": COMPENSATION,
    },
    "claim-deadline.month-end": {"claim_months": Whole(0, 120)},
    "claim-deadline.months": {"claim_months": Whole(0, 120)},
    "compensation-cap.month": NOTHING,
    "counted-to.calendar-month": NOTHING,
    "carrier.pool": NOTHING,
    "stopped-time.not-charged": {"day_part": Whole(28, 31)},
    "end-notice.months": {"end_notice_months": Whole(0, 36), "about": Choice(("end-service", "abolition"))},
    "end-notice.days": {"end_notice_days": Whole(0, 365), "about": Choice(("end-service", "abolition"))},
    "end-refund.by-day": NOTHING,
    "terms-notice.months": {
        "other_days": Whole(0, 365),
        "disadvantage_months": Whole(0, 36),
        "other_months": Whole(0, 36),
    },
    "maintenance-notice.business-days": {"maintenance_days": Whole(0, 60)},
    "maintenance-notice.months": {"maintenance_months": Whole(0, 12)},
    "maintenance-notice.beforehand": NOTHING,
    "deletion.at-end": {
        "scope": Choice(("settings-and-histories", "all-but-registration", "contractor-material", "server-data"))
    },
    "ending.on-expiry": NOTHING,
    "debts.due-at-once": NOTHING,
    "death.ends": {"heir_days": Whole(0, 365)},
    "succession.provider-may-end": {"succession_months": Whole(0, 12)},
}
