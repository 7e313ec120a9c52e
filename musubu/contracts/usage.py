"""Use that a service reports: rated by the table of its day, each record once, charged with the running month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts import actions, rating
from musubu.contracts.models import Contract, RateTable, UsageRecord
from musubu.refusals import NotPossible

MOST_SECONDS = 7 * 86_400


@lru_cache(maxsize=32)
def _parsed(key: int) -> rating.Table:
    return rating.Table.parse(RateTable.objects.get(pk=key).rows)


def table_of(contract: Contract, on: date) -> rating.Table:
    """The rates that are valid on a day. Raises NotPossible where there are none."""
    rows = RateTable.objects.filter(provider_id=contract.provider_id, service=contract.service, valid_from__lte=on)
    row = rows.order_by("-valid_from").first()
    if row is None:
        raise NotPossible(_("There are no rates for %(day)s. Enter a rate table first.") % {"day": on})
    return _parsed(row.pk)


@transaction.atomic
def hand_in(*, contract: Contract, records: Iterable[Mapping[str, Any]]) -> int:
    """Records {"id", "at", "number", "seconds"} of a contract; how many were new. Rated by the day of use; charged in
    the running month, a late one too. All are taken, or none."""
    Contract.objects.select_for_update().get(pk=contract.pk)
    given = [_checked(contract, place, one) for place, one in enumerate(records, 1)]
    known = set(
        UsageRecord.objects.filter(contract=contract, record__in=[row.record for row in given]).values_list(
            "record", flat=True
        )
    )
    fresh = {row.record: row for row in given if row.record not in known}
    if not fresh:
        return 0
    month = clock.today().replace(day=1)
    for row in fresh.values():
        row.month = month
    UsageRecord.objects.bulk_create(fresh.values(), batch_size=1000)
    milli = UsageRecord.objects.filter(contract=contract, month=month).aggregate(n=Sum("milli"))["n"] or 0
    charged = sum(event.data["amount"] for event in contract.events.filter(what="usage", at__gte=_midnight(month)))
    if amount := rating.whole_yen(milli) - charged:
        actions.record_event(contract=contract, what="usage", data={"amount": amount})
    return len(fresh)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.TOKYO)


def _checked(contract: Contract, place: int, one: Mapping[str, Any]) -> UsageRecord:
    number, seconds, at = str(one.get("number", "")), one.get("seconds"), one.get("at")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= MOST_SECONDS:
        raise NotPossible(_("record %(place)s: seconds are a whole number from 0.") % {"place": place})
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise NotPossible(_("record %(place)s: at is a time with its zone.") % {"place": place})
    if not number.isdigit() or not str(one.get("id", "")):
        raise NotPossible(_("record %(place)s: give an id and a number of digits.") % {"place": place})
    try:
        milli = table_of(contract, at.astimezone(clock.TOKYO).date()).cost(number, seconds)
    except (rating.RateError, NotPossible) as error:
        raise NotPossible(_("record %(place)s: %(why)s") % {"place": place, "why": error}) from None
    return UsageRecord(
        contract=contract, record=str(one["id"])[:80], at=at, number=number[:20], seconds=seconds, milli=milli
    )
