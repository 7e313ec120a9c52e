"""May a service serve this contract now, and if not, why and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from musubu.contracts.models import Contract


@dataclass(frozen=True)
class Entitlement:
    """`remedy` is a key: wait, pay, contact, apply, or empty while all is well."""

    may_serve: bool
    state: str
    clause: str = ""
    why: tuple[tuple[str, dict[str, object]], ...] = ()
    remedy: str = ""


def unregistered(contract: Contract) -> bool:
    """LO-6: a licence key was made and nobody has registered with it yet."""
    key = getattr(contract, "licence_key", None)
    return bool(key and not key.registered_at)


def state(contract: Contract) -> Entitlement:
    """What the contract's own outcomes say."""
    if contract.state == Contract.State.ACTIVE:
        return Entitlement(True, contract.state)
    if contract.state == Contract.State.PROVISIONAL:
        return Entitlement(False, contract.state, remedy="wait")
    kinds = ["suspended"] if contract.state == Contract.State.SUSPENDED else ["contract.ends"]
    last = contract.outcomes.filter(what__in=kinds).order_by("-n").first()
    remedy = "apply" if contract.state == Contract.State.ENDED else "contact"
    if last is None:
        return Entitlement(False, contract.state, remedy=remedy)
    if last.clause in ("SC-9.12", "SC-13"):
        remedy = "pay"
    why = tuple((step["key"], step["values"]) for step in last.why)
    return Entitlement(False, contract.state, last.clause, why, remedy)
