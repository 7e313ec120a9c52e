"""What every use case asks first: is the service open, and may this person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from musubu.contracts.models import Contract
from musubu.meetings import defaults, queries
from musubu.meetings.models import Licence, Meeting
from musubu.parties import audit, permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible


def in_contract(contract: Contract, person: Person, action: str) -> None:
    """Permission by role, and an open service."""
    permissions.require(person, action, provider=contract.provider, organisation=contract.organisation)
    if not queries.is_open(contract):
        raise NotPossible(_("Meetings are not open for this contract now. Its page says why and what to do."))


def over(meeting: Meeting, person: Person) -> None:
    """A meeting is its host's; administrators may change all of the organisation."""
    action = "meetings.use" if meeting.host_id == person.pk else "meetings.manage"
    in_contract(meeting.contract, person, action)


def licence_to(contract: Contract, person: Person, right: str) -> Licence:
    """The licence that includes a right (see `meetings.defaults.RIGHTS`)."""
    licence = queries.licence_of(contract, person)
    if licence is None:
        raise NotPossible(
            _("%(name)s has no licence for meetings. An administrator can assign one.") % {"name": person.name}
        )
    if not defaults.rights(licence)[right]:
        raise NotPossible(
            _("The group of %(name)s may not do this. An administrator can change its rights.") % {"name": person.name}
        )
    return licence


def record(
    contract: Contract, person: Person | None, action: str, subject: str, before: Any = None, after: Any = None
) -> None:
    audit.record(
        provider=contract.provider,
        actor=person,
        action=action,
        subject=subject,
        organisation=contract.organisation,
        before=before,
        after=after,
    )
