"""Which layers a receiver gets on lines of all kinds: pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from musubu.meetings.live.layers import LAYERS, SOUND_KBPS, Line, Wish, choose, cost, follow

LARGE = [Wish("a", "camera", 700)]
THREE = [Wish("a", "camera", 700), Wish("b", "camera", 300), Wish("c", "camera", 100)]


def lives(wishes: list[Wish], loses: Callable[[int], float], reports: int = 24) -> list[dict[str, int]]:
    """What is chosen after each report of a line that loses so many % of so many kbit/s."""
    line, chosen, found = Line(), choose(wishes, Line()), []
    for _ in range(reports):
        sent = SOUND_KBPS + sum(
            cost(one, chosen[one.feed, one.source]) for one in wishes if chosen[one.feed, one.source] >= 0
        )
        lost = loses(sent)
        line = follow(line, lost, round(sent * (1 - lost / 100)))
        chosen = choose(wishes, line)
        found.append({feed: layer for (feed, _), layer in chosen.items()})
    return found


def narrow(capacity: int) -> Callable[[int], float]:
    return lambda sent: 100 * max(0, sent - capacity) / sent


def test_a_good_line_gets_what_its_tiles_can_show() -> None:
    assert lives(THREE, lambda _: 0.0)[-1] == {"a": 2, "b": 1, "c": 0}


@pytest.mark.parametrize("lost", [6.0, 10.0, 14.0, 18.0])
def test_a_line_that_loses_by_itself_keeps_its_picture_one_layer_coarser(lost: float) -> None:
    """Less would not be lost less: nothing is narrowed in vain, and no picture is left out."""
    seen = lives(LARGE, lambda _: lost)
    assert all(one["a"] >= 0 for one in seen)
    assert {one["a"] for one in seen[4:]} <= {0, 1} and len({one["a"] for one in seen[4:]}) == 1


def test_an_uneven_line_does_not_make_pictures_jump() -> None:
    odd = iter([4.0, 6.0, 5.5, 3.5, 6.5, 4.0, 5.0, 7.0, 3.6, 6.0, 4.2, 5.8] * 2)
    seen = [one["a"] for one in lives(LARGE, lambda _: next(odd))]
    assert sum(a != b for a, b in pairwise(seen)) <= 1


@pytest.mark.parametrize("capacity", [250, 450, 900])
def test_a_narrow_line_finds_what_fits(capacity: int) -> None:
    seen = lives(LARGE, narrow(capacity), 40)
    fits = max(layer for layer, (_, kbps) in enumerate(LAYERS) if SOUND_KBPS + kbps <= capacity)
    assert [one["a"] for one in seen[2:]].count(fits) > len(seen) * 2 / 3
    assert all(one["a"] >= 0 for one in seen)


def test_pictures_are_back_soon_after_a_short_trouble() -> None:
    """As on a machine that was too busy for a moment, and loses a little still."""
    trouble = iter([30.0, 40.0, 25.0] + [4.0] * 20)
    seen = [one["a"] for one in lives(LARGE, lambda _: next(trouble), 12)]
    assert all(layer >= 0 for layer in seen[8:])


def test_where_not_even_a_small_picture_fits_sound_goes_on_alone() -> None:
    assert [one["a"] for one in lives(LARGE, narrow(90))].count(-1) > 18


def test_a_dead_line_and_one_that_is_mended() -> None:
    both = [*LARGE, Wish("b", "screen", 700)]
    assert lives(both, lambda _: 40.0)[3] == {"a": -1, "b": 0}
    healed = iter([40.0] * 4 + [0.0] * 40)
    assert lives(LARGE, lambda _: next(healed), 44)[-1] == {"a": 2}
