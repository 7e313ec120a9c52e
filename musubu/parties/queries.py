"""Reads over providers, organisations, people and memberships."""

from __future__ import annotations

from django.db.models import QuerySet

from musubu.parties import wall
from musubu.parties.models import Invitation, Membership, Organisation, Person, Provider


def site_provider() -> Provider:
    """The provider whose public site this is: the first."""
    return Provider.objects.order_by("pk")[:1].get()


def first_provider() -> Provider | None:
    return Provider.objects.order_by("pk").first()


def live_memberships(person: Person) -> QuerySet[Membership]:
    """What the person belongs to now, work for the provider first."""
    return (
        Membership.objects.filter(person=person, ended_at__isnull=True)
        .select_related("provider", "organisation")
        .order_by("organisation_id", "pk")
    )


def members(provider: Provider, organisation: Organisation | None) -> QuerySet[Membership]:
    """Who belongs to the provider (no organisation) or to an organisation now."""
    rows = Membership.objects.filter(provider=provider, organisation=organisation, ended_at__isnull=True)
    return rows.select_related("person").order_by("since", "pk")


def open_invitations(provider: Provider, organisation: Organisation | None) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(provider=provider, organisation=organisation, expires_at__gt=wall.now())
    return rows.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).order_by("-created_at")
