"""What contracts do when the terms say so, and the list of who else does what (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from musubu.contracts import services
from musubu.contracts.models import Contract, DeletionRecord, Hold, Outcome

Effect = Callable[[Contract, Outcome], None]
EFFECTS: dict[str, list[Effect]] = {}  # kind of outcome -> what is done, in order


@dataclass
class Batch:
    """What one transaction writes for several contracts: rows that nobody reads before its end go together, and each
    series of numbers is locked once."""

    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    facts: dict[Hashable, Any] = field(default_factory=dict)

    def flush(self, *kinds: type[models.Model]) -> None:
        """Write the rows of some kinds, or of all."""
        for kind in kinds or tuple(self.rows):
            if rows := self.rows.pop(kind, []):
                kind._default_manager.bulk_create(rows, ignore_conflicts=kind is not Outcome, batch_size=500)


_batch: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def batch() -> Iterator[Batch]:
    """Within a transaction: what effects keep is written at the end. Inside another batch it is that one."""
    if outer := _batch.get():
        yield outer
        return
    own = Batch()
    token = _batch.set(own)
    try:
        yield own
        own.flush()
    finally:
        _batch.reset(token)


def keep(row: models.Model) -> None:
    """Write a row that is safe to write twice, now or with its batch."""
    own = _batch.get()
    if own is None:
        type(row)._default_manager.bulk_create([row], ignore_conflicts=True)
    else:
        own.rows.setdefault(type(row), []).append(row)


def written(kind: type[models.Model]) -> None:
    """From here on the rows of a kind are read: write those that wait."""
    if own := _batch.get():
        own.flush(kind)


def asked_once(key: Hashable, ask: Callable[[], Any]) -> Any:
    """What cannot change within a batch, asked once in it."""
    own = _batch.get()
    if own is None:
        return ask()
    if key not in own.facts:
        own.facts[key] = ask()
    return own.facts[key]


def next_number(series: str, owner: int, first: Callable[[], int]) -> int:
    """The next number of a series without gaps. `first` locks the series and gives the last number used; a batch asks
    it once."""
    own = _batch.get()
    last = own.numbers.get((series, owner)) if own else None
    number = (first() if last is None else last) + 1
    if own:
        own.numbers[series, owner] = number
    return number


def carry_out(contract: Contract, outcome: Outcome) -> None:
    """Everything that follows from one outcome, in the transaction that stores it: so exactly once."""
    for effect in EFFECTS.get(outcome.what, ()):
        effect(contract, outcome)


def open_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).open(contract)


def suspend_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).suspend(contract)


def lift_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).lift(contract)


def close_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).close(contract)


def delete_data(contract: Contract, outcome: Outcome) -> None:
    """A legal hold stops it; `delete_owed` makes up for it when the hold is lifted."""
    if Hold.objects.filter(contract=contract, lifted_at__isnull=True).exists():
        return
    counts = services.get(contract.service).delete(contract)
    DeletionRecord.objects.create(
        contract=contract, at=outcome.at, clause=outcome.clause, scope=outcome.data["scope"], counts=counts
    )


def delete_owed(contract: Contract) -> None:
    """Delete what the terms said while a hold stood."""
    for outcome in contract.outcomes.filter(what="data.deleted").order_by("n"):
        done = DeletionRecord.objects.filter(contract=contract, at=outcome.at, clause=outcome.clause)
        if not done.exists():
            delete_data(contract, outcome)
