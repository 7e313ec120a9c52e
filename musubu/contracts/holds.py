"""Legal holds (LO-16.2 and the like): while one stands, nothing that the customer kept is deleted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.contracts import effects
from musubu.contracts.models import Contract, Hold
from musubu.parties import audit, permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole


def standing(contract: Contract) -> Hold | None:
    """The hold under which the contract's data is kept now."""
    return Hold.objects.filter(contract=contract, lifted_at__isnull=True).first()


def clauses(service: str) -> list[str]:
    """Clauses of the service's terms that carry a hold."""
    return [one.clause for one in terms.measures(service) if one.measure == "hold"]


def grounds(service: str, lang: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What a hold may be put under: (clause, its heading, grounds)."""
    return [
        (clause, terms.texts.clause(service, clause, lang)[0],
         [(one["key"], one.get(lang) or one["ja"]) for one in terms.grounds(service, clause)])
        for clause in clauses(service)
    ]  # fmt: skip


@whole
def put(*, contract: Contract, person: Person, clause: str, ground: str, note: str = "") -> Hold:
    """Nothing of the contract is deleted from now on, not even at its end. Twice is once."""
    permissions.require(person, "contracts.hold", provider=contract.provider)
    locked(Contract.objects).get(pk=contract.pk)
    if known := standing(contract):
        return known
    if clause not in clauses(contract.service):
        raise NotPossible(_("The terms of this service have no clause for a hold with this name."))
    if ground not in {one["key"] for one in terms.grounds(contract.service, clause)}:
        raise NotPossible(_("Choose a ground under %(clause)s.") % {"clause": clause})
    row = Hold.objects.create(
        contract=contract, clause=clause, ground=ground, note=note.strip(), since=clock.now(), by=person
    )
    _record(row, person, "contracts.hold", {"ground": ground, "note": row.note})
    return row


@whole
def lift(*, contract: Contract, person: Person) -> None:
    """The hold is over: what fell due meanwhile is deleted now. Twice is once."""
    permissions.require(person, "contracts.hold", provider=contract.provider)
    locked(Contract.objects).get(pk=contract.pk)
    row = standing(contract)
    if row is None:
        return
    row.lifted_at, row.lifted_by = clock.now(), person
    row.save(update_fields=["lifted_at", "lifted_by"])
    _record(row, person, "contracts.lift-hold", None)
    effects.delete_owed(contract)


def _record(row: Hold, person: Person, action: str, after: object) -> None:
    audit.record(
        provider=row.contract.provider,
        actor=person,
        action=action,
        subject=row.contract.number,
        organisation=row.contract.organisation,
        clause=row.clause,
        after=after,
    )
