"""What use costs: the rate of the longest prefix, per call and per block of seconds, included amounts, tiers. Pure and
exact: amounts are thousandths of a yen until a month's sum is turned into whole yen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

MILLI = 1000


class RateError(ValueError):
    """A rate table is wrong; the text, to be filled with the values, names the row and the field."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(why % values if values else why)
        self.why, self.values = why, values


@dataclass(frozen=True, slots=True)
class Rate:
    """`call` and `block` in thousandths of a yen; a block of so many seconds is counted whole once begun."""

    prefix: str
    seconds: int
    block: int
    call: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One metered use: whom it reached and for how long."""

    id: str
    number: str
    seconds: int


Tiers = tuple[tuple[int | None, int], ...]  # (up to, thousandths of a yen each), the last one without an end
MOST_MILLI = 10**9  # of one block, call or unit: a million yen
MOST_BLOCK = 86_400


class Table:
    """Rates by prefix, of which the longest one that fits counts; what a month includes; tiers of what is counted."""

    def __init__(
        self, rates: Iterable[Rate], included: int = 0, tiers: Mapping[str, Tiers] | None = None,
        places: Sequence[int] = (),
    ) -> None:  # fmt: skip
        self.rates: dict[str, Rate] = {}
        self.included = included  # thousandths of a yen of calls a month that cost nothing
        self.tiers = dict(tiers or {})  # metric, e.g. transfer_gb -> its tiers
        for row, rate in zip(places or count(1), rates, strict=False):
            if rate.prefix in self.rates:
                raise RateError("row %(row)s: prefix “%(prefix)s” stands twice", row=row, prefix=rate.prefix)
            if rate.prefix and not (rate.prefix.isascii() and rate.prefix.isdigit()):
                raise RateError(
                    "row %(row)s: prefix “%(prefix)s” is digits, or empty for everything else", row=row,
                    prefix=rate.prefix,
                )  # fmt: skip
            if (
                not 1 <= rate.seconds <= MOST_BLOCK
                or not 0 <= rate.block <= MOST_MILLI
                or not 0 <= rate.call <= MOST_MILLI
            ):
                raise RateError(
                    "row %(row)s: a block has 1 second to a day, and amounts are from 0 to a million yen", row=row
                )
            self.rates[rate.prefix] = rate
        self.lengths = sorted({len(prefix) for prefix in self.rates}, reverse=True)
        self._known: dict[str, Rate | None] = {}
        self._longest = self.lengths[0] if self.lengths else 0

    @classmethod
    def parse(
        cls, rows: Iterable[Mapping[str, Any]], monthly: Mapping[str, Any] | None = None, places: Sequence[int] = ()
    ) -> Table:
        """From rows {"prefix", "seconds", "block", "call"} with amounts in yen as text, e.g. "8.5", and {"included":
        yen of calls a month that cost nothing, "tiers": {metric: [[up to, yen each], …, [null, yen each]]}}. `places`:
        in which lines of a file the rows stand."""
        rates = []
        for number, row in zip(places or count(1), rows, strict=False):
            try:
                rates.append(
                    Rate(str(row["prefix"]), int(row["seconds"]), _milli(row["block"]), _milli(row.get("call", "0")))
                )
            except KeyError as error:
                raise RateError("row %(row)s: %(column)s is missing", row=number, column=error.args[0]) from None
            except (TypeError, ValueError):
                raise RateError(
                    "row %(row)s: seconds are a number, amounts yen with up to three decimals", row=number
                ) from None
        given = monthly or {}
        tiers = {metric: _tiers(metric, listed) for metric, listed in given.get("tiers", {}).items()}
        try:
            return cls(rates, _milli(given.get("included", "0")), tiers, places)
        except ValueError as error:
            raise error if isinstance(error, RateError) else RateError("included: yen from 0") from None

    def rate(self, number: str) -> Rate | None:
        """The rate of a number; None where no prefix fits."""
        head = number[: self._longest]
        try:
            return self._known[head]
        except KeyError:
            found = next((self.rates[head[:n]] for n in self.lengths if head[:n] in self.rates), None)
            if len(self._known) < 200_000:
                self._known[head] = found
            return found

    def cost(self, number: str, seconds: int) -> int:
        """Thousandths of a yen of one use. Raises RateError where no prefix fits."""
        rate = self.rate(number)
        if rate is None:
            raise RateError("no rate for %(number)s", number=number)
        return rate.call - (-seconds // rate.seconds) * rate.block if seconds > 0 else 0


def _tiers(metric: str, listed: Any) -> Tiers:
    """Tiers whose ends rise and whose last has none. Raises RateError with the tier's place."""
    found: list[tuple[int | None, int]] = []
    for place, row in enumerate(listed, 1):
        try:
            up_to, each = row
            found.append((None if up_to is None else int(up_to), _milli(each)))
        except (TypeError, ValueError):
            raise RateError("%(metric)s, tier %(place)s: give [up to, yen each]", metric=metric, place=place) from None
    ends = [up_to for up_to, _each in found]
    if not ends or ends[-1] is not None or None in ends[:-1]:
        raise RateError("%(metric)s: the last tier, and no other, has no end", metric=metric)
    before = 0
    for place, here in enumerate(ends[:-1], 1):
        if here is None or here <= before:
            raise RateError(
                "%(metric)s, tier %(place)s: ends at %(end)s, which is not above %(before)s", metric=metric, place=place,
                end=here, before=before,
            )  # fmt: skip
        before = here
    return tuple(found)


def _milli(text: Any) -> int:
    whole, _, part = str(text).partition(".")
    if len(part) > 3 or not (whole + part).isdecimal():
        raise ValueError(text)
    return int(whole) * MILLI + int((part or "0").ljust(3, "0"))


def total(table: Table, uses: Iterable[tuple[str, int]]) -> int:
    """Thousandths of a yen of many uses (number, seconds)."""
    cost = table.cost
    return sum(cost(number, seconds) for number, seconds in uses)


def tiered(amount: int, tiers: Iterable[tuple[int | None, int]]) -> int:
    """An amount of use (minutes, gigabytes …) by tiers [(up to, thousandths of a yen each), …, (None, …)], the first
    tier's zero price being what is included."""
    cost, before = 0, 0
    for up_to, each in tiers:
        here = amount if up_to is None else min(amount, up_to)
        if here > before:
            cost += (here - before) * each
            before = here
    return cost


def whole_yen(milli: int) -> int:
    """Fractions of a yen are dropped, once for a month's sum."""
    return milli // MILLI
