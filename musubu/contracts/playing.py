"""From journal to outcomes: load what happened, play it, store what is new and carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from musubu import terms
from musubu.clock import TOKYO
from musubu.contracts import effects
from musubu.contracts.models import Contract, Event, Outcome
from musubu.terms.simulate import KEYS

TIMES = {"time": datetime.fromisoformat, "date": date.fromisoformat}


@lru_cache(maxsize=64)
def parsed(figures: str) -> terms.Terms:
    return terms.parse(figures)


def terms_of(contract: Contract) -> terms.Terms:
    """The version of the terms that this contract is under."""
    return parsed(contract.terms_version.figures)


def local(moment: datetime) -> datetime:
    """Naive Tokyo time, as the terms count."""
    return moment.astimezone(TOKYO).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=TOKYO)


def stored(what: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Event data as the journal keeps it: dates and times as text."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}


def read(event: Event) -> terms.Event:
    keys = KEYS.get(event.what, {})
    data = {
        key: TIMES[keys[key][0]](value) if key in keys and keys[key][0] in TIMES and isinstance(value, str) else value
        for key, value in event.data.items()
    }
    return terms.Event(local(event.at), event.what, data)


def journal(contract: Contract) -> list[terms.Event]:
    events = sorted(contract.events.all(), key=lambda event: event.n)
    return [read(event) for event in events]


def played(contract: Contract, until: datetime, more: tuple[terms.Event, ...] = ()) -> terms.Played:
    """Play the journal, and what might still be added to it, up to an aware moment."""
    events = [*journal(contract), *more]
    return terms.play(terms_of(contract), contract.particulars, events, local(until))


def rows(contract: Contract, outcomes: list[terms.Outcome]) -> list[Outcome]:
    return [
        Outcome(
            contract=contract,
            n=outcome.n,
            at=aware(outcome.at),
            what=outcome.what,
            clause=outcome.clause,
            data=dict(outcome.data),
            why=[{"key": step.key, "values": dict(step.values)} for step in outcome.why],
        )
        for outcome in outcomes
    ]


@dataclass(frozen=True, slots=True)
class Look:
    """A play done before the transaction that keeps it: good as long as the journal has no further line."""

    events: int
    result: terms.Played


def look(contract: Contract, until: datetime) -> Look:
    return Look(len(contract.events.all()), played(contract, until))


def advance(contract: Contract, until: datetime, ahead: Look | None = None, known: int | None = None) -> list[Outcome]:
    """Play a contract up to a moment: store each new outcome once and carry it out. Within a transaction that holds
    the contract's row; `ahead` is a look to the same moment, `known` how many outcomes are stored (else counted)."""
    fresh = ahead is not None and ahead.events == len(contract.events.all())
    result = ahead.result if ahead is not None and fresh else played(contract, until)
    stored = contract.outcomes.count() if known is None else known
    new = rows(contract, result.outcomes[stored:])
    for outcome in new:
        outcome.effected_at = until
    for outcome in new:
        effects.add(outcome)
    for outcome in new:
        _cache(contract, outcome)
        effects.carry_out(contract, outcome)
    contract.played_to = until
    contract.next_deadline = aware(result.next_deadline) if result.next_deadline else None
    contract.claimed_until = None
    effects.change(contract, *CACHED)
    return new


CACHED = (
    "state", "begins_on", "term_to", "ends_on", "free_since", "played_to", "next_deadline", "claimed_until",
)  # fmt: skip


def _cache(contract: Contract, outcome: Outcome) -> None:
    """Keep the contract's row in step with what its journal says."""
    data = outcome.data
    match outcome.what:
        case "term.begins":
            contract.state = Contract.State.ACTIVE
            contract.begins_on = contract.begins_on or outcome.at.astimezone(TOKYO).date()
            contract.term_to = date.fromisoformat(data["to"])
        case "term.renews":
            contract.term_to = date.fromisoformat(data["to"])
        case "cancellation.accepted":
            contract.ends_on = date.fromisoformat(data["ends"])
        case "plan.changed":
            contract.free_since, contract.term_to = outcome.at, None
        case "suspended":
            contract.state = Contract.State.SUSPENDED
        case "resumed":
            contract.state = Contract.State.ACTIVE
        case "contract.ends":
            contract.state, contract.ends_on = Contract.State.ENDED, date.fromisoformat(data["on"])
