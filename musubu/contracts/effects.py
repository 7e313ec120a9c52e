"""What contracts do when the terms say so, and the list of who else does what (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from musubu.contracts import services
from musubu.contracts.models import Contract, DeletionRecord, Hold, Outcome

Effect = Callable[[Contract, Outcome], None]
EFFECTS: dict[str, list[Effect]] = {}  # kind of outcome -> what is done, in order


@dataclass
class Batch:
    """What one transaction writes for several contracts: rows that nobody reads before its end go together, each series
    of numbers is locked once, and what cannot change meanwhile is asked once."""

    contracts: tuple[int, ...] = ()
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    new: set[type[models.Model]] = field(default_factory=set)  # kinds whose rows must be new
    changed: dict[tuple[type[models.Model], tuple[str, ...]], list[Any]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    facts: dict[Hashable, Any] = field(default_factory=dict)

    def flush(self) -> None:
        """Write everything that waits: rows after those that they point to, then changes."""
        while self.rows:
            kind = next(kind for kind in self.rows if not self._points_to_waiting(kind))
            rows = self.rows.pop(kind)
            kind._default_manager.bulk_create(rows, ignore_conflicts=kind not in self.new, batch_size=500)
        for (kind, fields), rows in self.changed.items():
            update_many(kind, fields, rows)
        self.changed.clear()

    def _points_to_waiting(self, kind: type[models.Model]) -> bool:
        targets = {one.related_model for one in kind._meta.concrete_fields if one.is_relation}
        return any(other in targets and other is not kind for other in self.rows)


def update_many(kind: type[models.Model], names: tuple[str, ...], rows: list[Any]) -> None:
    """Write some fields of many rows, each its own values, in one go."""
    fields = [one for one in kind._meta.concrete_fields if one.name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(one.column))} = %s" for one in fields)
    sql = f"UPDATE {quote(kind._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608 - names of our own columns
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*(_stored(row, one) for one in fields), row.pk] for row in rows])


def _stored(row: models.Model, field: models.Field[Any, Any]) -> Any:
    """A field's value for the database; a row that it points to may have got its key only now."""
    other = row._state.fields_cache.get(field.name) if field.is_relation else None
    value = other.pk if other is not None else getattr(row, field.attname)
    return field.get_db_prep_save(value, connection)


_batch: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def batch(*contracts: int) -> Iterator[Batch]:
    """Within a transaction: what effects keep is written at the end. Inside another batch it is that one."""
    if outer := _batch.get():
        yield outer
        return
    own = Batch(contracts)
    token = _batch.set(own)
    try:
        yield own
        own.flush()
    finally:
        _batch.reset(token)


def now_or_with_batch() -> Batch | None:
    """The batch under way, for those who read what it will write."""
    return _batch.get()


def keep(row: models.Model) -> None:
    """Write a row that is safe to write twice, now or with its batch."""
    own = _batch.get()
    if own is None:
        type(row)._default_manager.bulk_create([row], ignore_conflicts=True)
    else:
        own.rows.setdefault(type(row), []).append(row)


def add(row: models.Model) -> None:
    """Write a row that must be new, now or with its batch; it has its key once it is written."""
    own = _batch.get()
    if own is None:
        row.save(force_insert=True)
    else:
        own.new.add(type(row))
        own.rows.setdefault(type(row), []).append(row)


def change(row: models.Model, *fields: str) -> None:
    """Write some fields of a row that is there, now or with its batch."""
    own = _batch.get()
    if own is None:
        row.save(update_fields=fields)
    else:
        own.changed.setdefault((type(row), fields), []).append(row)


def written() -> None:
    """From here on rows are read: write those that wait."""
    if own := _batch.get():
        own.flush()


def only_keeps(effect: Effect) -> Effect:
    """Marks an effect that reads no row which the same batch may still hold: before all others the batch is written."""
    KEEPERS.add(effect)
    return effect


KEEPERS: set[Effect] = set()


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
        if effect not in KEEPERS:
            written()
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
