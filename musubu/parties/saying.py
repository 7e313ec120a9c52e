"""What a page says after an act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from musubu.refusals import NotPossible


@contextmanager
def saying(request: HttpRequest, done: str) -> Iterator[None]:
    """Carry out what stands within: say that it is done, or why it was not possible."""
    try:
        yield
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
