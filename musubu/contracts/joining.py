"""A visitor who applies becomes an organisation with its owner."""

from __future__ import annotations

from collections.abc import Mapping

from musubu import clock
from musubu.parties import audit
from musubu.parties.models import Membership, Organisation, Person, Provider, Role
from musubu.transactions import whole


@whole
def join(*, provider: Provider, data: Mapping[str, str], language: str) -> Person:
    """Open the account: organisation, person, and the person as its owner. `data` is checked already."""
    organisation = Organisation.objects.create(
        provider=provider,
        kind=Organisation.Kind.CONTRACTOR,
        name=data["company"],
        address=data["address"],
        telephone=data["telephone"],
        email=data["email"],
        language=language,
        created_at=clock.now(),
    )
    person = Person.objects.create_user(data["email"], data["password"], name=data["name"], language=language)
    Membership.objects.create(
        person=person, provider=provider, organisation=organisation, role=Role.OWNER, since=clock.now()
    )
    audit.record(
        provider=provider,
        actor=person,
        action="organisations.join",
        subject=organisation.name,
        organisation=organisation,
    )
    return person
