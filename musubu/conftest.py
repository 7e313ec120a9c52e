"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Use cases called directly answer in English; pages choose the reader's language by themselves."""
    cache.clear()
    with translation.override("en"):
        yield
