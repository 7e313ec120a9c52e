"""What meetings do when the terms say so."""

from __future__ import annotations

from musubu.contracts.models import Contract, Outcome
from musubu.meetings import queries
from musubu.meetings.jobs import keeping


def erase_recordings(contract: Contract, outcome: Outcome) -> None:
    """The contract has ended: its recordings go the same day, unless a legal hold keeps them. Safe to run twice."""
    if contract.service == queries.SERVICE:
        keeping.erase_at_end(contract, outcome.clause)
