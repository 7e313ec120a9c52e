"""Use that a service reports: rated by the table of its day, each record once, charged with the running month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts import actions, rating
from musubu.contracts.models import Contract, RateTable, UsageRecord
from musubu.parties.models import Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

MOST_SECONDS = 7 * 86_400
MOST_QUANTITY = 10**12
FIRST_YEAR = 2000


@lru_cache(maxsize=32)
def parsed(key: UUID) -> rating.Table:
    """A kept table by its public id; it is never changed."""
    row = RateTable.objects.get(public_id=key)
    return rating.Table.parse(row.rows, row.monthly)


def table_row(provider: Provider, service: str, on: date) -> RateTable:
    """The rates that are valid on a day. Raises NotPossible where there are none."""
    rows = RateTable.objects.filter(provider=provider, service=service, valid_from__lte=on)
    row = rows.order_by("-valid_from").first()
    if row is None:
        raise NotPossible(_("There are no rates for %(day)s. Enter a rate table first.") % {"day": on})
    return row


@whole
def hand_in(*, contract: Contract, records: Iterable[Mapping[str, Any]]) -> int:
    """Calls {"id", "at", "number", "seconds"} and counted use {"id", "at", "metric", "quantity"} of a contract; how many
    records were new. Rated by the day of use; charged with the running month, a late one too, on a line of its own with
    its day. All are taken, or none."""
    locked(Contract.objects).get(pk=contract.pk)
    tables: dict[date, RateTable] = {}
    given = [_checked(contract, place, one, tables) for place, one in enumerate(records, 1)]
    names = [row.record for row in given]
    known = set(UsageRecord.objects.filter(contract=contract, record__in=names).values_list("record", flat=True))
    fresh = {row.record: row for row in given if row.record not in known}
    if not fresh:
        return 0
    month = clock.today().replace(day=1)
    for row in fresh.values():
        row.month = month
    UsageRecord.objects.bulk_create(fresh.values(), batch_size=1000)
    _charge(contract, month, list(fresh.values()))
    return len(fresh)


def _charge(contract: Contract, month: date, fresh: list[UsageRecord]) -> None:
    """A charge for the running month's use, then one for each late day: each what the month's sum has grown by, so that
    fractions are dropped once."""
    rows = UsageRecord.objects.filter(contract=contract, month=month)
    charged = sum(event.data["amount"] for event in contract.events.filter(what="usage", at__gte=_midnight(month)))
    seen = rows.exclude(pk__in=[row.pk for row in fresh])
    calls, counted = _sums(seen)
    table = parsed(table_row(contract.provider, contract.service, clock.today()).public_id)
    ordered = sorted(fresh, key=lambda row: (_late_day(row, month) or date.min, row.pk))
    for late, group in groupby(ordered, lambda row: _late_day(row, month)):
        for row in group:
            calls += row.milli
            counted[row.metric] += row.quantity
        amount = month_yen(table, calls, counted) - charged
        if amount > 0:
            _record(contract, amount, late)
            charged += amount


def _record(contract: Contract, amount: int, late: date | None) -> None:
    """Into the journal; the records that no charge had yet belong to the charge that followed, where one did."""
    before = contract.outcomes.count()
    actions.record_event(contract=contract, what="usage", data={"amount": amount} | ({"used": late} if late else {}))
    charge = contract.outcomes.filter(n__gte=before, what="charge", data__item="usage").order_by("-n").first()
    if charge is None:
        return
    rows = UsageRecord.objects.filter(contract=contract, month=clock.today().replace(day=1), outcome__isnull=True)
    span = (_midnight(late), _midnight(late + DAY)) if late else (_midnight(clock.today().replace(day=1)), FAR)
    rows.filter(at__gte=span[0], at__lt=span[1]).update(outcome=charge.n)


def _sums(rows: QuerySet[UsageRecord]) -> tuple[int, defaultdict[str, int]]:
    calls, counted = 0, defaultdict[str, int](int)
    for metric, milli, quantity in rows.order_by().values_list("metric").annotate(m=Sum("milli"), q=Sum("quantity")):
        calls += milli or 0
        counted[metric] += quantity or 0
    return calls, counted


def month_yen(table: rating.Table, calls: int, counted: Mapping[str, int]) -> int:
    """A month's use in whole yen: calls beyond what is included, and what is counted by its tiers."""
    tiers = sum(rating.tiered(counted.get(metric, 0), tiers) for metric, tiers in table.tiers.items())
    return rating.whole_yen(max(0, calls - table.included) + tiers)


def _late_day(row: UsageRecord, month: date) -> date | None:
    day = row.at.astimezone(clock.TOKYO).date()
    return day if day < month else None


DAY = timedelta(days=1)
FAR = datetime.max.replace(tzinfo=clock.TOKYO, year=9000)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.TOKYO)


def _checked(contract: Contract, place: int, one: Mapping[str, Any], tables: dict[date, RateTable]) -> UsageRecord:
    try:
        return _rated(contract, one, tables)
    except (rating.RateError, NotPossible) as error:
        raise NotPossible(_("record %(place)s: %(why)s") % {"place": place, "why": refusal(error)}) from None


def refusal(error: rating.RateError | NotPossible) -> str:
    """What is wrong, in the reader's language."""
    return _(error.why) % error.values if isinstance(error, rating.RateError) else str(error)


def _rated(contract: Contract, one: Mapping[str, Any], tables: dict[date, RateTable]) -> UsageRecord:
    at, name = one.get("at"), str(one.get("id", ""))
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise NotPossible(_("at is a time with its zone."))
    if at.year < FIRST_YEAR:
        raise NotPossible(_("at lies too far back."))
    if at > clock.now() + DAY:
        raise NotPossible(_("at lies in the future."))
    if not 1 <= len(name) <= 80:
        raise NotPossible(_("give an id of up to 80 characters."))
    day = at.astimezone(clock.TOKYO).date()
    if day not in tables:
        tables[day] = table_row(contract.provider, contract.service, day)
    row = UsageRecord(contract=contract, record=name, at=at, table=tables[day])
    table = parsed(tables[day].public_id)
    return _counted(row, one, table) if "metric" in one else _call(row, one, table)


def _whole(given: Any, most: int) -> int | None:
    """A whole number from 0 to `most`, or None."""
    fits = isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= most
    return given if fits else None


def _call(row: UsageRecord, one: Mapping[str, Any], table: rating.Table) -> UsageRecord:
    number, seconds = str(one.get("number", "")), _whole(one.get("seconds"), MOST_SECONDS)
    if seconds is None:
        raise NotPossible(_("seconds are a whole number from 0, at most a week."))
    if not (number.isascii() and number.isdigit()) or len(number) > 20:
        raise NotPossible(_("give a number of up to 20 digits."))
    row.number, row.seconds, row.milli = number, seconds, table.cost(number, seconds)
    return row


def _counted(row: UsageRecord, one: Mapping[str, Any], table: rating.Table) -> UsageRecord:
    metric, quantity = str(one["metric"]), _whole(one.get("quantity"), MOST_QUANTITY)
    if metric not in table.tiers:
        raise NotPossible(_("there are no tiers for %(metric)s on that day.") % {"metric": metric})
    if quantity is None:
        raise NotPossible(_("a quantity is a whole number from 0."))
    row.metric, row.quantity, row.milli = metric, quantity, 0
    return row
