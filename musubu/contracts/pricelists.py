"""Price lists and rate tables as files: read whole or refused with row and column, announced for a day to come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.contracts import actions, offering, rating, usage
from musubu.contracts.models import Option, Plan, Price, RateTable
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.terms import dated
from musubu.transactions import whole

PRICE_HEAD = ("what", "code", "valid_from", "valid_to", "monthly_fee", "initial_fee")
RATE_HEAD = ("prefix", "seconds", "block", "call")
MOST_ROWS = 100_000
Things = Mapping[str, Plan | Option]  # plan-CODE | option-CODE -> what is sold
PLACES = {
    "backwards": gettext_lazy("row %(place)s: the period ends before it begins, on %(first)s"),
    "overlap": gettext_lazy("row %(place)s: overlaps the period before it, from %(first)s to %(last)s"),
    "gap": gettext_lazy("row %(place)s: there is no price from %(first)s to %(last)s"),
    "after-the-end": gettext_lazy("row %(place)s: the period before it has no last day, so this one overlaps it"),
}


@dataclass(frozen=True)
class Listed:
    """One row of a price list."""

    row: int
    thing: str
    first: date
    last: date | None
    monthly_fee: int
    initial_fee: int


def things(provider: Provider, service: str) -> dict[str, Plan | Option]:
    """What a service is sold as, by the names that lists and forms use."""
    plans = Plan.objects.filter(provider=provider, service=service).order_by("position")
    options = Option.objects.filter(provider=provider, service=service).order_by("code")
    return {f"plan-{one.code}": one for one in plans} | {f"option-{one.code}": one for one in options}


def _table(content: bytes, head: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file (UTF-8 or Shift_JIS) by the names in its first line, each with its row from 2."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError:
            raise NotPossible(_("The file is neither UTF-8 nor Shift_JIS. Save it as CSV again.")) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from _rows(reader, head)
    except csv.Error:
        raise NotPossible(
            _("row %(row)s: a quotation mark is not closed, or this is no CSV") % {"row": reader.reader.line_num}
        ) from None


def _rows(reader: csv.DictReader[str], head: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    if missing := [name for name in head if name not in (reader.fieldnames or [])]:
        raise NotPossible(_("row 1: the column %(name)s is missing") % {"name": missing[0]})
    for row in reader:
        number = reader.line_num
        if None in row:
            raise NotPossible(
                _("row %(row)s: there are more cells than in the first row; is there a comma within an amount?")
                % {"row": number}
            )
        if number > MOST_ROWS:
            raise NotPossible(_("The file has more than %(most)s rows.") % {"most": f"{MOST_ROWS:,}"})
        yield number, {name: (row.get(name) or "").strip() for name in head}


def _cell(number: int, column: str, text: str, expected: str) -> NotPossible:
    return NotPossible(
        _("row %(row)s, column %(column)s: %(text)s is not possible; give %(expected)s")
        % {"row": number, "column": column, "text": text or "–", "expected": expected}
    )


def _day(number: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise _cell(number, column, text, _("a day such as 2027-04-01")) from None


def _yen(number: int, column: str, text: str) -> int:
    bare = text.replace(",", "")
    if not bare.isdecimal() or len(bare) > 15 or int(bare) > actions.MOST_YEN:
        raise _cell(number, column, text, _("whole yen from 0"))
    return int(bare)


def read_prices(content: bytes, known: Things) -> list[Listed]:
    """A price list; for each plan or option its periods follow one another without gap and overlap, the last one open.
    Raises NotPossible with row and column."""
    found = []
    for number, row in _table(content, PRICE_HEAD):
        thing = f"{row['what']}-{row['code']}"
        if thing not in known:
            raise _cell(number, "code", row["code"], ", ".join(known))
        last = _day(number, "valid_to", row["valid_to"]) if row["valid_to"] else None
        fees = (_yen(number, "monthly_fee", row["monthly_fee"]), _yen(number, "initial_fee", row["initial_fee"] or "0"))
        found.append(Listed(number, thing, _day(number, "valid_from", row["valid_from"]), last, *fees))
    if not found:
        raise NotPossible(_("The file has no prices."))
    for thing in dict.fromkeys(one.thing for one in found):
        _check_periods([one for one in found if one.thing == thing])
    return found


def _check_periods(listed: list[Listed]) -> None:
    try:
        dated.checked(dated.Dated(one.first, one.last, one.monthly_fee) for one in listed)
    except dated.DatedError as error:
        row = listed[error.place - 1].row
        values = {"place": row, "first": error.first, "last": error.last}
        raise NotPossible(str(PLACES[error.kind]) % values) from None
    if listed[-1].last is not None:
        raise _cell(listed[-1].row, "valid_to", str(listed[-1].last), _("nothing: the last price has no last day"))


@whole
def announce(*, provider: Provider, service: str, person: Person, content: bytes) -> int:
    """Announce a whole price list, or nothing of it; how many prices. One that is announced already for a day within the
    list, and that the list does not replace, would overlap it."""
    permissions.require(person, "catalogue.price", provider=provider)
    known = things(provider, service)
    listed = read_prices(content, known)
    for thing in dict.fromkeys(one.thing for one in listed):
        own = [one for one in listed if one.thing == thing]
        _check_announced(known[thing], own)
        for one in own:
            offering.announce_price(
                of=known[thing], person=person, valid_from=one.first, monthly_fee=one.monthly_fee,
                initial_fee=one.initial_fee,
            )  # fmt: skip
    return len(listed)


def _check_announced(of: Plan | Option, listed: list[Listed]) -> None:
    first = listed[0]
    if first.first <= clock.today():
        raise _cell(first.row, "valid_from", str(first.first), _("a day from tomorrow on"))
    other = of.prices.filter(valid_from__gt=first.first).exclude(valid_from__in=[one.first for one in listed])
    if row := other.order_by("valid_from").first():
        raise NotPossible(
            _("row %(row)s: a price announced for %(day)s lies within this list; give that day a row too")
            % {"row": first.row, "day": row.valid_from}
        )


def price_rows(provider: Provider, service: str) -> Iterator[list[Any]]:
    """The prices as they stand, in the layout of a list: what to start from."""
    for key, thing in things(provider, service).items():
        prices = list(thing.prices.order_by("valid_from"))
        for place, one in enumerate(prices):
            following = prices[place + 1].valid_from if place + 1 < len(prices) else None
            last = following - dated.DAY if following else ""
            yield [*key.split("-", 1), one.valid_from, last, one.monthly_fee, one.initial_fee]


def read_rates(content: bytes, included: str = "", tiers: Mapping[str, Any] | None = None) -> RateTable:
    """A rate table, not yet kept. Raises NotPossible with the row of what is wrong, e.g. a prefix that stands twice."""
    found = list(_table(content, RATE_HEAD))
    rows = [{**row, "call": row["call"] or "0"} for _number, row in found]
    monthly = {"included": included or "0", "tiers": dict(tiers or {})}
    return checked_rates(rows, monthly, [number for number, _row in found])


def checked_rates(rows: list[dict[str, str]], monthly: dict[str, Any], places: Sequence[int] = ()) -> RateTable:
    """A rate table from its rows, if they are right."""
    if not rows:
        raise NotPossible(_("The file has no rates."))
    try:
        rating.Table.parse(rows, monthly, places)
    except rating.RateError as error:
        raise NotPossible(usage.refusal(error)) from None
    return RateTable(rows=rows, monthly=monthly)


@whole
def publish_rates(*, provider: Provider, service: str, person: Person, valid_from: date, table: RateTable) -> RateTable:
    """Rates that count from a day to come; use before it keeps its own. Tables are never changed."""
    permissions.require(person, "catalogue.price", provider=provider)
    first = not RateTable.objects.filter(provider=provider, service=service).exists()
    if valid_from <= clock.today() and not first:
        raise NotPossible(_("New rates are valid from tomorrow at the earliest, so that they can be told before."))
    if RateTable.objects.filter(provider=provider, service=service, valid_from=valid_from).exists():
        raise NotPossible(_("There are rates for %(day)s already. Choose another day.") % {"day": valid_from})
    table.provider, table.service, table.valid_from = provider, service, valid_from
    table.save()
    audit.record(
        provider=provider, actor=person, action="catalogue.rates", subject=f"{service} {valid_from}",
        after={"rows": len(table.rows), **table.monthly},
    )  # fmt: skip
    return table


def current(thing: Plan | Option) -> Price | None:
    """The price that is valid today."""
    return thing.prices.filter(valid_from__lte=clock.today()).order_by("-valid_from").first()
