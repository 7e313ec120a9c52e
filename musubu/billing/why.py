"""Why a line is on an invoice: its price version, rule, clause, special agreement and records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from musubu import clock, terms
from musubu.billing.models import Charge
from musubu.contracts import special, usage
from musubu.contracts.models import Contract, Event, Outcome, Price, UsageRecord

HIDDEN = 4  # last digits of a number that was called: nobody but its owner needs them


@dataclass(frozen=True)
class Why:
    """The chain behind one line. `price` is the dated price that it was counted from, `told` the revision that brought
    it to a running contract."""

    line: Charge
    outcome: Outcome
    steps: list[dict[str, Any]]
    clause: tuple[str, str]  # heading and text
    figures: list[tuple[str, Any]]
    price: Price | None
    told: Event | None
    special: list[special.Special]
    records: QuerySet[UsageRecord]


def of(line: Charge, lang: str) -> Why:
    contract = line.contract
    outcome = contract.outcomes.get(n=line.outcome)
    price, told = _price(contract, line)
    agreed = [one for one in special.agreed(contract) if one.clause == line.clause]
    return Why(
        line, outcome, outcome.why, _clause(contract, line.clause, lang), _figures(contract, line.clause), price, told,
        agreed, records(line),
    )  # fmt: skip


def records(line: Charge) -> QuerySet[UsageRecord]:
    """The metered records that went into a line."""
    rows = UsageRecord.objects.filter(contract=line.contract, outcome=line.outcome).select_related("table")
    return rows.order_by("at", "pk")


def _clause(contract: Contract, clause: str, lang: str) -> tuple[str, str]:
    try:
        return terms.texts.clause(contract.service, clause, lang)
    except LookupError:
        return "", ""


def _figures(contract: Contract, clause: str) -> list[tuple[str, Any]]:
    return [(name.removeprefix(f"{clause}."), value) for name, of, value in special.figures(contract) if of == clause]


def _price(contract: Contract, line: Charge) -> tuple[Price | None, Event | None]:
    """The price version: of the day on which the contract was made, or of a revision that counts from a later day."""
    made = contract.created_at.astimezone(clock.TOKYO).date()
    if line.item in contract.particulars.get("options", {}):
        return _on(Price.objects.filter(option__provider=contract.provider, option__code=line.item), made), None
    if line.item not in ("monthly", "initial", "daily", "minimum-term"):
        return None, None
    own = Price.objects.filter(plan=contract.plan)
    told = [
        one for one in contract.events.filter(what="change-price") if one.data["effective"] <= line.first.isoformat()
    ]
    if told and line.item != "initial":
        newest = max(told, key=lambda one: one.data["effective"])
        return own.filter(valid_from=newest.data["effective"]).first(), newest
    return _on(own, made), None


def _on(prices: QuerySet[Price], day: date) -> Price | None:
    return prices.filter(valid_from__lte=day).order_by("-valid_from").first()


def masked(number: str) -> str:
    """A number that was called, without its last digits."""
    return number[:-HIDDEN] + "*" * HIDDEN if len(number) > HIDDEN else "*" * len(number)


def prefix(record: UsageRecord) -> str:
    """The prefix by whose rate a call was rated."""
    if record.metric or record.table is None:
        return ""
    rate = usage.parsed(record.table.public_id).rate(record.number)
    return rate.prefix or "–" if rate else ""
