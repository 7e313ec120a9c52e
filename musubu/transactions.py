"""How use cases write: whole or not at all, begun anew where the database asks for it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Manager, Model, QuerySet

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)
TIMES = 4
GIVEN_UP = {"40P01", "40001"}  # SQLSTATE: of two that wait for each other one was given up; could not be put in order
log = logging.getLogger("transactions")


def whole(use_case: Callable[P, R]) -> Callable[P, R]:
    """Do it in one transaction. Where two wait for each other PostgreSQL gives up one of them, of which nothing is
    left: that one is done anew. So a use case does all its reading within, and acts on the world only after it."""

    @functools.wraps(use_case)
    def held(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:  # whoever began the transaction begins it anew
            with transaction.atomic():
                return use_case(*args, **kwargs)
        for _turn in range(TIMES - 1):
            try:
                with transaction.atomic():
                    return use_case(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in GIVEN_UP:
                    raise
                log.info("%s is begun anew: %s", use_case.__qualname__, error)
        with transaction.atomic():
            return use_case(*args, **kwargs)

    return held


def unheld(rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows that no other transaction holds, held by this one until it ends; all of them where the database
    has one writer at a time. For workers who take work from one list."""
    if not connection.features.has_select_for_update_skip_locked:
        return rows
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=True)


def locked(rows: Manager[M] | QuerySet[M]) -> QuerySet[M]:
    """The rows, held by this transaction alone until it ends; rows that they point to, and new rows that point to
    them, are free. Contracts are locked before what hangs on them, a provider last."""
    return rows.select_for_update(of=("self",), no_key=True)
