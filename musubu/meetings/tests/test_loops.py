"""A room's connections stay on one thread of the engine until that one is full."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from musubu.meetings.live import loops


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "count", lambda: 2)


def room(streams: int, *on: int) -> Any:
    """A room in which so much is sent, with people on these threads."""
    people = {n: SimpleNamespace(media=SimpleNamespace(loop=loop)) for n, loop in enumerate(on)}
    return SimpleNamespace(loop=on[-1] if on else None, people=people, all_streams=lambda: iter([None] * streams))


def chosen(one: Any, *others: Any) -> int:
    house = SimpleNamespace(by_meeting=dict(enumerate([one, *others])))
    return loops.choose(house, one)


def test_a_room_stays_together() -> None:
    one = room(6)
    assert chosen(one) == 0
    one.people[1] = SimpleNamespace(media=SimpleNamespace(loop=0))
    assert chosen(one, room(1, 1)) == 0  # although the other thread has less to do


def test_a_new_room_goes_to_the_idlest() -> None:
    assert chosen(room(0), room(4, 0, 0), room(3, 1)) == 1


def test_a_room_that_fills_a_thread_goes_on_with_the_other() -> None:
    full = room(50, *[0] * 10)
    assert chosen(full) == 1 and full.loop == 1
    assert chosen(full, room(50, *[1] * 11)) == 0  # both are full: the idler one


def test_who_has_no_media_counts_for_nothing() -> None:
    waiting = room(600)
    waiting.people[0] = SimpleNamespace(media=None)
    waiting.loop = 0
    assert chosen(waiting) == 0
