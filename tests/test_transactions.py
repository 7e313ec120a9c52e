"""Two who wait for each other both finish, each once; nothing else is begun anew."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from musubu.parties import cast
from musubu.parties.models import Provider
from musubu.transactions import TIMES, locked, whole

several = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time: none waits within")


@several
@pytest.mark.django_db(transaction=True)
def test_of_two_that_wait_for_each_other_one_is_begun_anew() -> None:
    rows = [cast.make_provider(name) for name in ("one", "other")]
    meet, begun = Barrier(2), []

    @whole
    def sign(first: Provider, second: Provider) -> None:
        begun.append(first.slug)
        locked(Provider.objects).get(pk=first.pk)
        Provider.objects.filter(pk=first.pk).update(address=Concat(F("address"), Value(first.slug)))
        if len(begun) <= 2:  # both hold their first row before either asks for its second
            meet.wait(20)
        locked(Provider.objects).get(pk=second.pk)

    def worker(pair: tuple[Provider, Provider]) -> None:
        try:
            sign(*pair)
        finally:
            connection.close()

    before = [row.address for row in rows]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(worker, [(rows[0], rows[1]), (rows[1], rows[0])]))
    for row in rows:
        row.refresh_from_db()
    assert [row.address for row in rows] == [before[0] + "one", before[1] + "other"]
    assert len(begun) == 3


class Asked(Exception):
    """As a database driver tells it."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def failing(times: int, sqlstate: str) -> tuple[list[str], Callable[[], str]]:
    """A use case that leaves a row each time, and whose first `times` turns the database gives up."""
    turns: list[str] = []

    @whole
    def act() -> str:
        turns.append(cast.make_provider(f"turn-{len(turns)}").slug)
        if len(turns) <= times:
            raise OperationalError("given up") from Asked(sqlstate)
        return turns[-1]

    return turns, act


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_what_was_given_up() -> None:
    _turns, act = failing(TIMES - 1, "40P01")
    assert act() == f"turn-{TIMES - 1}"
    assert list(Provider.objects.values_list("slug", flat=True)) == [f"turn-{TIMES - 1}"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sqlstate", "turns"), [("40P01", TIMES), ("57P01", 1)])
def test_what_does_not_help_is_raised(sqlstate: str, turns: int) -> None:
    seen, act = failing(TIMES, sqlstate)
    with pytest.raises(OperationalError):
        act()
    assert len(seen) == turns and not Provider.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_it_is_for_the_outer_one_to_begin_anew() -> None:
    seen, act = failing(1, "40P01")
    with pytest.raises(OperationalError), transaction.atomic():
        act()
    assert len(seen) == 1 and not Provider.objects.exists()
