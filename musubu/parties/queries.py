"""Reads over providers, organisations, people and memberships."""

from __future__ import annotations

from django.db.models import QuerySet

from musubu.parties.models import Membership, Person, Provider


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
