"""What will happen, and what would happen if: the same play, with a look ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from musubu import clock, terms
from musubu.contracts import playing
from musubu.contracts.models import Contract, Outcome
from musubu.terms import money

AHEAD = timedelta(days=430)


def ahead(contract: Contract, until: datetime | None = None) -> list[Outcome]:
    """Outcomes still to come if nothing else happens and every invoice is paid when due; not stored."""
    if contract.state == Contract.State.PROVISIONAL:
        return []
    result = foreseen(contract, until or clock.now() + AHEAD)
    known = contract.outcomes.count()
    quiet = {"deposit.case", "paid", "balance.kept"}
    return [row for row in playing.rows(contract, result.outcomes[known:]) if row.what not in quiet]


def foreseen(contract: Contract, until: datetime, more: tuple[terms.Event, ...] = ()) -> terms.Played:
    """The whole play up to a moment, also one to come and with `more` that might still happen: open and coming invoices
    are taken to be paid on the hour after their issue, so that no reminder is foretold."""
    plain = playing.played(contract, until, more)
    now = playing.local(clock.now())
    issued = [one for one in plain.outcomes if one.what == "invoice.issued"]
    if not issued:
        return plain
    moments = sorted({max(now, one.at) + timedelta(hours=1) for one in issued})
    paid = [terms.Event(moment, "pay") for moment in moments]
    return playing.played(contract, until, tuple(sorted([*more, *paid], key=lambda one: one.at)))


@dataclass(frozen=True)
class Consequence:
    """What a step would bring: the last day, the day it takes effect (EX), charges still to come, data and refunds."""

    ends: date | None
    day: date | None
    charges: int
    tax: int
    outcomes: list[Outcome]


def _consequence(contract: Contract, event: terms.Event) -> Consequence:
    result = playing.played(contract, clock.now() + timedelta(days=800), (event,))
    known = contract.outcomes.count()
    new = playing.rows(contract, result.outcomes[known:])
    accepted = next((one for one in new if one.what == "cancellation.accepted"), None)
    charges = sum(one.data["amount"] for one in new if one.what == "charge")
    tax = money.tax(charges, money.tax_rate(event.at.date()), "down")
    ends = date.fromisoformat(accepted.data["ends"]) if accepted else None
    day = date.fromisoformat(accepted.data["day"]) if accepted and "day" in accepted.data else None
    return Consequence(ends, day, charges, tax, [one for one in new if one.what in SHOWN])


SHOWN = ("cancellation.accepted", "contract.ends", "charge", "data.deleted", "refund")


def if_cancelled(contract: Contract, wish: date | None = None) -> Consequence:
    """What a cancellation that arrives now would bring."""
    now = playing.local(clock.now())
    return _consequence(contract, terms.Event(now, "cancel", {"wish": wish} if wish else {}))


def if_renewal_stopped(contract: Contract) -> Consequence:
    return _consequence(contract, terms.Event(playing.local(clock.now()), "stop-renewal"))
