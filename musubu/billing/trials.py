"""Try prices and rates before they are live: every contract of a service played on with them, and without."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.billing import preview, walks, why
from musubu.billing.models import PriceTrial, TrialLine
from musubu.contracts import forecast, offering, playing, pricelists, rating, usage
from musubu.contracts.models import Contract, RateTable, UsageRecord
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.terms import calendar
from musubu.terms.rules.charging import REVISION
from musubu.transactions import locked, whole

MOST_MONTHS = 24
USED_ON = 20  # of a month to come: when the use of the last whole month is taken to happen again


@whole
def begin(
    *, provider: Provider, person: Person, service: str, valid_from: date, months: int, reach: str,
    prices: Mapping[str, int], rates: RateTable | None = None,
) -> PriceTrial:  # fmt: skip
    """Ask for a trial; a worker plays it. Nothing is announced by it."""
    permissions.require(person, "billing.trial", provider=provider)
    today = clock.today()
    if valid_from <= today or not 1 <= months <= MOST_MONTHS or reach not in PriceTrial.Reach.values:
        raise NotPossible(_("Choose a day from tomorrow on and 1 to %(most)s months.") % {"most": MOST_MONTHS})
    known = pricelists.things(provider, service)
    now = {key: current.monthly_fee for key, thing in known.items() if (current := pricelists.current(thing))}
    changed = {key: fee for key, fee in prices.items() if key in known and fee != now.get(key)}
    if not changed and rates is None:
        raise NotPossible(_("Nothing differs from the prices of today. Change a price, or bring rates."))
    table = _table(provider, service, valid_from, rates) if rates else {}
    trial = PriceTrial(
        provider=provider, service=service, valid_from=valid_from, months=months, reach=reach, prices=changed,
        rates=table,
    )  # fmt: skip
    walks.begin(trial, person)
    audit.record(
        provider=provider, actor=person, action="billing.trial", subject=f"{service} {valid_from}", after=changed
    )
    return trial


def _table(provider: Provider, service: str, day: date, rates: RateTable) -> dict[str, Any]:
    """The rates to try: what a month includes and the tiers of what is counted stay where the file says nothing of them.
    Refused where they have none for what was called last month."""
    before = RateTable.objects.filter(provider=provider, service=service, valid_from__lte=day).order_by("-valid_from")
    own = {key: value for key, value in rates.monthly.items() if value not in ("", "0", {})}
    kept = before.first()
    monthly = (kept.monthly if kept else rates.monthly) | own
    table = rating.Table.parse(rates.rows, monthly)
    month = calendar.months_before(clock.today().replace(day=1), 1)
    called = UsageRecord.objects.filter(contract__provider=provider, contract__service=service, month=month, metric="")
    for number in called.order_by().values_list("number", flat=True).distinct().iterator(5000):
        if table.rate(number) is None:
            raise NotPossible(
                _("There is no rate for numbers like %(number)s, which were called last month. Add a row for them.")
                % {"number": why.masked(number)}
            )
    return {"rows": rates.rows, "monthly": monthly}


def stop(*, trial: PriceTrial, person: Person) -> None:
    permissions.require(person, "billing.trial", provider=trial.provider)
    walks.stop(trial)


@whole
def announce(*, trial: PriceTrial, person: Person) -> None:
    """Make it live: the tried prices and rates are announced for their day. Twice is once."""
    permissions.require(person, "catalogue.price", provider=trial.provider)
    own = locked(PriceTrial.objects).get(pk=trial.pk)
    if own.announced_at:
        return
    known = pricelists.things(own.provider, own.service)
    for key, fee in own.prices.items():
        current = pricelists.current(known[key])
        initial = current.initial_fee if current else 0
        offering.announce_price(
            of=known[key], person=person, valid_from=own.valid_from, monthly_fee=fee, initial_fee=initial
        )
    if own.rates:
        table = pricelists.checked_rates(own.rates["rows"], own.rates["monthly"])
        pricelists.publish_rates(
            provider=own.provider, service=own.service, person=person, valid_from=own.valid_from, table=table
        )
    own.announced_at = clock.now()
    own.save(update_fields=["announced_at"])


def months_of(trial: PriceTrial) -> list[date]:
    """The first days of the calendar months over which is counted: from that of the day on."""
    first = trial.valid_from.replace(day=1)
    return [calendar.months_after(first, n) for n in range(trial.months)]


def look(trial: PriceTrial, contract: Contract) -> TrialLine | None:
    """One contract's line; none for contracts of other services and such that pay nothing in those months."""
    if contract.service != trial.service:
        return None
    span = months_of(trial)
    until = datetime.combine(calendar.next_month_first(span[-1]), time(), clock.TOKYO) - timedelta(microseconds=1)
    used, used_tried = _use(trial, contract)
    as_is = preview.months(forecast.foreseen(contract, until, _usage(span, used)))
    tried = preview.months(_tried(trial, contract, until, _usage(span, used_tried)))
    empty = preview.Month()
    sums = [(as_is.get(day, empty).total, tried.get(day, empty).total) for day in span]
    whole = sum(one for one, _other in sums), sum(other for _one, other in sums)
    if not any(whole):
        return None
    months = [[f"{day:%Y-%m}", *pair] for day, pair in zip(span, sums, strict=True)]
    return TrialLine(
        trial=trial, contract=contract, as_is=whole[0], tried=whole[1], difference=whole[1] - whole[0], months=months
    )


WALK = walks.Kind(PriceTrial, TrialLine, look)


def _tried(trial: PriceTrial, contract: Contract, until: datetime, used: tuple[terms.Event, ...]) -> terms.Played:
    fee = trial.prices.get(f"plan-{contract.plan.code}")
    if trial.reach == PriceTrial.Reach.EVERYBODY:
        own = copy.copy(contract)
        table = dict(contract.particulars)
        options: dict[str, int] = table.get("options", {})
        chosen = {name: trial.prices.get(f"option-{name}", price) for name, price in options.items()}
        own.particulars = table | {"options": chosen} | ({"monthly_fee": fee} if fee is not None else {})
        return forecast.foreseen(own, until, used)
    if fee is None or REVISION not in playing.terms_of(contract).clauses or contract.ends_on:
        return forecast.foreseen(contract, until, used)
    told = terms.Event(playing.local(clock.now()), "change-price", {"effective": trial.valid_from, "monthly_fee": fee})
    return forecast.foreseen(contract, until, (told, *used))


def _use(trial: PriceTrial, contract: Contract) -> tuple[int, int]:
    """The last whole month's use in whole yen: as it was rated, and by the tried table."""
    month = calendar.months_before(clock.today().replace(day=1), 1)
    rows = list(UsageRecord.objects.filter(contract=contract, month=month).select_related("table"))
    if not rows:
        return 0, 0
    table = usage.parsed(rows[-1].table.public_id) if rows[-1].table else rating.Table([])
    counted = _counted(rows)
    now = usage.month_yen(table, sum(row.milli for row in rows), counted)
    if not trial.rates:
        return now, now
    other = rating.Table.parse(trial.rates["rows"], trial.rates["monthly"])
    calls = rating.total(other, ((row.number, row.seconds) for row in rows if not row.metric))
    return now, usage.month_yen(other, calls, counted)


def _counted(rows: Iterable[UsageRecord]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.metric] = found.get(row.metric, 0) + row.quantity
    return found


def _usage(span: list[date], amount: int) -> tuple[terms.Event, ...]:
    """The same use in each month to come whose invoice falls into the span, and in the month before it."""
    if not amount:
        return ()
    now = playing.local(clock.now())
    months = [calendar.months_before(span[0], 1), *span]
    moments = [datetime.combine(month.replace(day=USED_ON), time(12)) for month in months]
    return tuple(terms.Event(moment, "usage", {"amount": amount}) for moment in moments if moment > now)
