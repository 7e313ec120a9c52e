"""How often a key, or an address without one, may call in a minute. Counted in the cache that all processes share."""

from __future__ import annotations

from django.core.cache import cache

from musubu.parties import wall

WITH_KEY = 600
WITHOUT = 120
WINDOW = 60


def spend(who: str, most: int) -> int:
    """Count one call; the seconds to wait where there were too many, else 0."""
    now = int(wall.now().timestamp())
    name = f"api:{who}:{now // WINDOW}"
    cache.add(name, 0, WINDOW * 2)
    try:
        count = cache.incr(name)
    except ValueError:  # it expired between the two
        return 0
    return WINDOW - now % WINDOW if count > most else 0
