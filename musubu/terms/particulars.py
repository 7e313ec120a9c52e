"""The particulars of one contract: the [contract] table of a scenario, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from musubu.terms.load import Terms, TermsError

FORMS = ("monthly", "multi-month", "spot")
MOST_YEN = 10**10
PAYMENTS = ("transfer", "debit", "card")


@dataclass(frozen=True)
class Particulars:
    """What the parties agreed: whole yen before tax, months, days."""

    monthly_fee: int
    initial_fee: int = 0
    options: Mapping[str, int] = field(default_factory=dict)
    payment: str = "transfer"
    debit_day: int = 27
    form: str = "monthly"
    months: int = 1
    last_day: date | None = None
    closed_days: frozenset[date] = frozenset()

    @property
    def options_fee(self) -> int:
        return sum(self.options.values())


def particulars(terms: Terms, table: Mapping[str, Any]) -> Particulars:
    """Check a [contract] table. Raises TermsError that names the key."""
    given = {key: value for key, value in table.items() if key != "special"}
    if unknown := sorted(set(given) - set(Particulars.__dataclass_fields__)):
        raise TermsError(
            f"contract.{unknown[0]}: unknown key; allowed: {', '.join(Particulars.__dataclass_fields__)}, special"
        )
    if "monthly_fee" not in given:
        raise TermsError("contract.monthly_fee: missing; give whole yen before tax")
    for key in ("monthly_fee", "initial_fee"):
        _yen(f"contract.{key}", given.get(key, 0))
    options = given.get("options", {})
    if not isinstance(options, Mapping):
        raise TermsError("contract.options: give a table of monthly fees")
    for name, fee in options.items():
        _yen(f"contract.options.{name}", fee)
    _among("contract.payment", given.get("payment", "transfer"), PAYMENTS)
    _among("contract.form", given.get("form", "monthly"), FORMS)
    _within("contract.debit_day", given.get("debit_day", 27), 25, 31)
    _within("contract.months", given.get("months", 1), 1, 120)
    if terms.service == "videog":
        _within("contract.months", given.get("months", 1), 1, 12)
    if terms.service == "liveon" and given.get("form") == "spot" and "last_day" not in given:
        raise TermsError("contract.last_day: missing; a spot contract needs its agreed last day")
    if terms.service == "liveon" and given.get("form", "monthly") != "spot" and "last_day" in given:
        raise TermsError("contract.last_day: only a spot contract has an agreed last day")
    if terms.service == "liveon" and given.get("form", "monthly") == "monthly" and given.get("months", 1) != 1:
        raise TermsError('contract.months: a monthly contract has 1 month; choose form = "multi-month" for more')
    days = {
        "last_day": [given[key] for key in ("last_day",) if key in given],
        "closed_days": given.get("closed_days", []),
    }
    for key, found in days.items():
        if not isinstance(found, (list, tuple)):
            raise TermsError(f"contract.{key}: give a list of dates")
        given_days = [_day(f"contract.{key}", one) for one in found]
        if given_days and key == "last_day":
            given["last_day"] = given_days[0]
        if key == "closed_days":
            given["closed_days"] = frozenset(given_days)
    return Particulars(**given)


def _yen(key: str, given: Any) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_YEN:
        raise TermsError(f"{key}: {given!r} is not allowed; give whole yen, 0 or more (up to {MOST_YEN:,})")


def _within(key: str, given: Any, least: int, most: int) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise TermsError(f"{key}: {given!r} is not allowed; give a whole number from {least} to {most}")


def _among(key: str, given: Any, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise TermsError(f"{key}: {given!r} is not allowed; give one of {', '.join(allowed)}")


def _day(key: str, given: Any) -> date:
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    if isinstance(given, datetime) or not isinstance(given, date):
        raise TermsError(f"{key}: {given!r} is no date; give one like 2026-09-15")
    return given
