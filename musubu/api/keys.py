"""Making, finding and revoking keys."""

from __future__ import annotations

import hashlib
import secrets

from musubu import clock
from musubu.api.models import ApiKey
from musubu.parties import audit, permissions, wall
from musubu.parties.models import Organisation, Person, Provider

SCOPES = ("read", "write")


def sealed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def create(
    *, provider: Provider, organisation: Organisation | None, person: Person, name: str, scopes: list[str]
) -> tuple[ApiKey, str]:
    """A new key; its text is given this once."""
    permissions.require(person, "keys.create", provider=provider, organisation=organisation)
    text = "musubu_" + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        provider=provider,
        organisation=organisation,
        person=person,
        name=name[:80] or "key",
        sha256=sealed(text),
        hint=text[-4:],
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=clock.now(),
    )
    audit.record(provider=provider, actor=person, action="keys.create", subject=row.name, organisation=organisation)
    return row, text


def revoke(*, key: ApiKey, person: Person) -> None:
    """A revoked key opens nothing from then on."""
    permissions.require(person, "keys.revoke", provider=key.provider, organisation=key.organisation)
    if key.revoked_at is None:
        key.revoked_at = wall.now()
        key.save(update_fields=["revoked_at"])
        audit.record(
            provider=key.provider, actor=person, action="keys.revoke", subject=key.name, organisation=key.organisation
        )


def find(text: str) -> ApiKey | None:
    rows = ApiKey.objects.select_related("provider", "organisation", "person")
    return rows.filter(sha256=sealed(text), revoked_at__isnull=True, person__is_active=True).first()
