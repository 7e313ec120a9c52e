"""Contracts that are concluded on a day to come: the start day of LN-12.1 and of the EX-9.1 notice."""

from __future__ import annotations

from datetime import date, datetime, time

from musubu.clock import TOKYO
from musubu.contracts import actions
from musubu.contracts.models import Contract, StartNotice
from musubu.parties.models import Provider


def _starts(provider: Provider) -> list[tuple[datetime, Contract]]:
    """Accepted contracts with a start day, EXaaS only once the start notice has arrived."""
    found = []
    waiting = Contract.objects.filter(provider=provider, state=Contract.State.PROVISIONAL, events__isnull=True)
    for contract in waiting.select_related("start_notice", "application"):
        notice: StartNotice | None = getattr(contract, "start_notice", None)
        if notice is not None:
            if notice.delivered_at:
                found.append((max(_midnight(notice.start_on), notice.delivered_at), contract))
        elif contract.service == "learno" and contract.application:
            found.append((_midnight(date.fromisoformat(contract.application.data["start_on"])), contract))
    return sorted(found, key=lambda one: (one[0], one[1].pk))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO)


def stops(provider: Provider, to: datetime) -> list[datetime]:
    """Moments up to `to` at which a contract is concluded."""
    now = provider.sandbox_now
    return sorted({at for at, _ in _starts(provider) if at <= to and (now is None or at >= now)})


def conclude_due(provider: Provider, now: datetime) -> None:
    """Conclude what is due, each at its own moment."""
    for at, contract in _starts(provider):
        if at <= now:
            actions.conclude(contract=contract, at=at)
