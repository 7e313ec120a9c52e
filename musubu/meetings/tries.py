"""How often somebody may be wrong about a number or pass code before they have to wait."""

from __future__ import annotations

from django.core.cache import cache

MOST = 10
WINDOW = 15 * 60  # seconds


def _names(address: str, number: str) -> tuple[str, str]:
    """By address, so that nobody tries numbers; by number, so that many addresses do not try one meeting's code."""
    return f"meetings:tries:a:{address}", f"meetings:tries:n:{number}"


def blocked(address: str, number: str) -> bool:
    of_address, of_number = _names(address, number)
    return bool(cache.get(of_address, 0) >= MOST or cache.get(of_number, 0) >= MOST * 5)


def count(address: str, number: str) -> None:
    """One more that was wrong."""
    for name in _names(address, number):
        cache.add(name, 0, WINDOW)
        try:
            cache.incr(name)
        except ValueError:  # it expired between the two
            cache.set(name, 1, WINDOW)
