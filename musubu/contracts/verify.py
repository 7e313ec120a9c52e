"""Replay every contract and compare with what was stored."""

from __future__ import annotations

from collections.abc import Iterator

from musubu.contracts import playing
from musubu.contracts.models import Contract
from musubu.parties.models import Provider


def differences(provider: Provider | None = None) -> Iterator[str]:
    """One line for each contract whose stored outcomes differ from its replay."""
    rows = Contract.objects.select_related("terms_version").prefetch_related("events")
    if provider:
        rows = rows.filter(provider=provider)
    for contract in rows.iterator(chunk_size=200):
        stored = {one.n: one for one in contract.outcomes.all()}
        if not contract.played_to:
            if stored:
                yield f"{contract.number}: outcomes without a journal"
            continue
        again = playing.rows(contract, playing.played(contract, contract.played_to).outcomes)
        if len(again) != len(stored):
            yield f"{contract.number}: {len(stored)} outcomes stored, {len(again)} in the replay"
        for row in again:
            kept = stored.get(row.n)
            if kept and (kept.at, kept.what, kept.clause, kept.data) != (row.at, row.what, row.clause, row.data):
                yield f"{contract.number}: outcome {row.n} is {kept.what} {kept.data}, in the replay {row.what} {row.data}"
