"""What contracts do when the terms say so, and the list of who else does what (filled by site/wiring)."""

from __future__ import annotations

from collections.abc import Callable

from musubu.contracts import services
from musubu.contracts.models import Contract, DeletionRecord, Outcome

Effect = Callable[[Contract, Outcome], None]
EFFECTS: dict[str, list[Effect]] = {}  # kind of outcome -> what is done, in order


def carry_out(contract: Contract, outcome: Outcome) -> None:
    """Everything that follows from one outcome, in the transaction that stores it: so exactly once."""
    for effect in EFFECTS.get(outcome.what, ()):
        effect(contract, outcome)


def open_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).open(contract)


def suspend_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).suspend(contract)


def lift_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).lift(contract)


def close_service(contract: Contract, outcome: Outcome) -> None:
    services.get(contract.service).close(contract)


def delete_data(contract: Contract, outcome: Outcome) -> None:
    counts = services.get(contract.service).delete(contract)
    DeletionRecord.objects.create(
        contract=contract, at=outcome.at, clause=outcome.clause, scope=outcome.data["scope"], counts=counts
    )
