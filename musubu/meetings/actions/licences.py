"""Licences in people's hands and the groups that say what their holders may do."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts.models import Contract
from musubu.meetings import defaults, queries
from musubu.meetings.actions import planning
from musubu.meetings.actions.allowed import in_contract, record
from musubu.meetings.models import Command, Group, Licence, Meeting
from musubu.parties.models import Membership, Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole


@whole
def assign(*, contract: Contract, person: Person, holder: Person, group: Group | None = None) -> Licence:
    """Give one of the bought licences to somebody of the organisation; with it comes a personal room. Twice is once."""
    in_contract(contract, person, "meetings.manage")
    locked(Contract.objects).get(pk=contract.pk)
    if known := queries.licence_of(contract, holder):
        return known
    belongs = Membership.objects.filter(person=holder, organisation=contract.organisation, ended_at__isnull=True)
    if not belongs.exists():
        raise NotPossible(_("Choose somebody who belongs to the organisation."))
    bought = queries.bought(contract)
    if queries.licences(contract).count() >= bought:
        raise NotPossible(
            _("All %(bought)s licences are in use. Release one first, or ask for a larger plan.") % {"bought": bought}
        )
    # one of somebody who left and came back is still open in the table
    Licence.objects.filter(contract=contract, holder=holder, ended_at__isnull=True).update(ended_at=clock.now())
    row = Licence.objects.create(contract=contract, holder=holder, group=group, since=clock.now())
    planning.open_personal_room(contract, holder)
    record(contract, person, "meetings.assign-licence", holder.email, after={"group": group.name if group else None})
    return row


@whole
def release(*, licence: Licence, person: Person) -> None:
    """Take a licence back: its holder plans no more, and their personal room is closed. Twice is once."""
    in_contract(licence.contract, person, "meetings.manage")
    own = locked(Licence.objects).get(pk=licence.pk)
    if own.ended_at:
        return
    own.ended_at = clock.now()
    own.save(update_fields=["ended_at"])
    room = Meeting.objects.filter(contract=own.contract, host=own.holder, kind=Meeting.Kind.PERSONAL).first()
    if room:
        planning.end_room(room, person, "host")
        Meeting.objects.filter(pk=room.pk).update(cancelled_at=clock.now())
    record(own.contract, person, "meetings.release-licence", own.holder.email)


@whole
def put_into_group(*, licence: Licence, person: Person, group: Group | None) -> None:
    in_contract(licence.contract, person, "meetings.manage")
    if group is not None and group.contract_id != licence.contract_id:
        raise NotPossible(_("This group belongs to another contract."))
    before, licence.group = licence.group, group
    licence.save(update_fields=["group"])
    record(
        licence.contract, person, "meetings.put-into-group", licence.holder.email,
        before.name if before else None, group.name if group else None,
    )  # fmt: skip


def _rights(given: Mapping[str, bool]) -> dict[str, bool]:
    return {right: bool(given.get(right)) for right in defaults.RIGHTS}


@whole
def save_group(
    *, contract: Contract, person: Person, name: str, rights: Mapping[str, bool], group: Group | None = None
) -> Group:
    """Make a group, or change its name and rights."""
    in_contract(contract, person, "meetings.manage")
    row = group or Group(contract=contract)
    before = {"name": row.name, "rights": row.rights} if group else None
    row.name, row.rights = name.strip()[:80], _rights(rights)
    if not row.name:
        raise NotPossible(_("Give the group a name."))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotPossible(_("There is a group of this name already.")) from None
    record(contract, person, "meetings.save-group", row.name, before, {"name": row.name, "rights": row.rights})
    return row


@whole
def delete_group(*, group: Group, person: Person) -> None:
    """Its people keep their licences, with the rights of those without a group."""
    in_contract(group.contract, person, "meetings.manage")
    record(group.contract, person, "meetings.delete-group", group.name, before={"rights": group.rights})
    group.delete()


def stop_everything(contract: Contract, reason: str) -> None:
    """The contract may not be served any more: what runs is ended with this reason. Asked twice is asked once."""
    Command.objects.get_or_create(
        contract=contract,
        kind="end",
        done_at__isnull=True,
        defaults={"data": {"reason": reason}, "asked_at": clock.now()},
    )
