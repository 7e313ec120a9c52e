"""Special agreements: figures of the terms that one contract has otherwise, each under its clause (SC-1.3, EX-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from musubu import terms
from musubu.contracts import playing
from musubu.contracts.models import Contract
from musubu.parties import audit, permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

CARRIED_BY = {"simpleconnect": "SC-1.3", "exaas": "EX-1", "learno": "LN-1.2"}  # the clause that lets it override


@dataclass(frozen=True)
class Special:
    """One figure: what the terms say, and what was agreed instead."""

    clause: str
    figure: str
    ordinary: Any
    agreed: Any
    carried_by: str


def agreed(contract: Contract) -> list[Special]:
    """What a contract has otherwise than its terms, in the order of their clauses."""
    own: Mapping[str, Any] = contract.particulars.get("special", {})
    if not own:
        return []
    ordinary, found = playing.terms_of(contract), []
    changed = ordinary.special(own)
    for slot, rules in ordinary.rules.items():
        for before, after in zip(rules, changed.rules[slot], strict=True):
            for figure in before.figures:
                if before[figure] != after[figure]:
                    carried = CARRIED_BY.get(contract.service, "")
                    found.append(Special(before.clause, figure, before[figure], after[figure], carried))
    return list(dict.fromkeys(found))


def figures(contract: Contract) -> list[tuple[str, str, Any]]:
    """(name, clause, value) of every figure that can be agreed otherwise."""
    rules = [rule for rules in playing.terms_of(contract).rules.values() for rule in rules]
    found = {
        f"{rule.clause}.{figure}": (rule.clause, value) for rule in rules for figure, value in rule.figures.items()
    }
    return [(name, clause, value) for name, (clause, value) in found.items()]


@whole
def agree(*, contract: Contract, person: Person, figure: str, value: str) -> None:
    """Agree on a figure before the contract is concluded; empty takes it back. Later the terms' own way is a revision."""
    permissions.require(person, "contracts.special", provider=contract.provider)
    own = locked(Contract.objects).select_related("terms_version").get(pk=contract.pk)
    if own.service not in CARRIED_BY:
        raise NotPossible(_("The terms of this service know no special agreement."))
    if own.state != Contract.State.PROVISIONAL:
        raise NotPossible(_("The contract is concluded; what was agreed stays."))
    before = dict(own.particulars.get("special", {}))
    after = {name: kept for name, kept in before.items() if name != figure}
    if value.strip():
        after[figure] = _read(own, figure, value.strip())
    try:
        playing.terms_of(own).special(after)
    except terms.TermsError as error:
        raise NotPossible(str(error)) from None
    own.particulars = {**own.particulars, "special": after}
    own.save(update_fields=["particulars"])
    audit.record(
        provider=own.provider, actor=person, action="contracts.special", subject=own.number,
        organisation=own.organisation, clause=CARRIED_BY[own.service], before=before, after=after,
    )  # fmt: skip
    contract.refresh_from_db()


def _read(contract: Contract, figure: str, text: str) -> Any:
    """The typed value in the kind that the figure has."""
    ordinary = {name: value for name, _clause, value in figures(contract)}.get(figure)
    if isinstance(ordinary, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    return int(text) if isinstance(ordinary, int) and text.isdigit() else text
