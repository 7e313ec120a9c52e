"""Where tests play: a sandbox provider that offers everything, with the clock standing still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from musubu import clock
from musubu.contracts import presets
from musubu.parties import cast
from musubu.parties.models import Provider


@contextmanager
def sandbox(start: datetime) -> Iterator[Provider]:
    with clock.standing_at(start):
        provider = cast.make_provider("demo")
        provider.sandbox_now = start
        provider.save()
        presets.seed_catalogue(provider)
        yield provider
