"""The one loop: what happened so far goes in, what follows and the next deadline come out.

No database, no clock, no files: the live system and the simulator call the same function.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from musubu.terms import particulars as agreed
from musubu.terms.errors import EventError
from musubu.terms.events import Event
from musubu.terms.life import EVENT, Life
from musubu.terms.load import Terms
from musubu.terms.outcomes import Outcome
from musubu.terms.rules import (
    cancellation,
    charging,
    default,
    deposit,
    duration,
    ending,
    equipment,
    invoicing,
    notice_periods,
    outage,
    payment,
    repayment,
    videos,
)

EVENTS: dict[str, Callable[[Life, dict[str, Any]], None]] = {
    "concluded": lambda life, _: duration.concluded(life, life.now),
    "cancel": cancellation.cancel,
    "stop-renewal": cancellation.stop_renewal,
    "pay": payment.pay,
    "take-back": repayment.take_back,
    "give-back": repayment.give_back,
    "outage": outage.begin,
    "claim": outage.claim,
    "post-video": videos.post,
    "usage": deposit.usage,
    "deposit": deposit.ask,
    "plan-maintenance": notice_periods.maintenance,
    "change-price": charging.change_price,
    "change-terms": notice_periods.change_of_terms,
    "end-service": notice_periods.end_of_service,
    "suspend": ending.suspend,
    "lift": ending.lift,
    "terminate": ending.terminate,
    "order-equipment": equipment.order,
    "cancel-order": equipment.cancel_order,
    "ship-replacement": equipment.ship,
    "return-unit": equipment.give_back,
    "evaded": ending.evaded,
    "succession": ending.succession,
    "death": ending.death,
}
DEADLINES: dict[str, Callable[[Life, Any], None]] = {
    "end": ending.end,
    "renew": duration.renew,
    "charge-term": charging.charge_term,
    "charge-month": charging.charge_month,
    "charge-month-from-start": charging.charge_month_from_start,
    "invoice": invoicing.issue,
    "debit": invoicing.debit,
    "overdue": payment.overdue,
    "new-due": default.new_due_passed,
    "default-case": default.raise_case,
    "deposit-unpaid": deposit.unpaid,
    "delete-video": videos.delete,
    "unit-overdue": equipment.overdue,
    "not-charged": outage.not_charged,
    "no-heir": ending.no_heir,
}


@dataclass(frozen=True, slots=True)
class Played:
    """All that followed up to a moment, in the order in which it came about, and when to look again."""

    outcomes: list[Outcome]
    next_deadline: datetime | None
    life: Life


def play(terms: Terms, contract: Mapping[str, Any], events: Iterable[Event], until: datetime) -> Played:
    """Play a contract's journal up to a moment (inclusive), all times naive in Asia/Tokyo.

    Raises TermsError for wrong particulars and EventError (with the event's number) for a wrong event.
    """
    own = terms.special(contract.get("special", {}))
    life = Life(own, agreed.particulars(own, contract))
    last = datetime.min
    for number, event in enumerate(events, 1):
        if event.at > until:
            break
        try:
            _check_order(life, event, last)
            last = event.at
            _run_deadlines(life, event.at, EVENT)
            life.now = event.at
            EVENTS[event.what](life, dict(event.data))
        except EventError as error:
            error.event = number
            raise
    _run_deadlines(life, until, None)
    return Played(life.outcomes, life.agenda[0][0] if life.agenda else None, life)


def _check_order(life: Life, event: Event, last: datetime) -> None:
    if event.what not in EVENTS:
        raise EventError("what", "unknown-event", what=event.what, allowed=", ".join(EVENTS))
    if event.at < last:
        raise EventError("at", "out-of-order", at=event.at.isoformat(), last=last.isoformat())
    if (event.what == "concluded") == (life.started is not None):
        raise EventError("what", "concluded-already" if life.started else "not-concluded")


def _run_deadlines(life: Life, until: datetime, phase: int | None) -> None:
    """Everything due up to a moment; with a phase, only what comes before it at that very moment."""
    agenda = life.agenda
    while agenda and agenda[0][0] <= until:
        if phase is not None and agenda[0][0] == until and agenda[0][1] > phase:
            return
        at, _, _, kind, payload = heapq.heappop(agenda)
        life.now = at
        DEADLINES[kind](life, payload)
