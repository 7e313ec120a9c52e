"""Whose hat the signed-in person wears in a request, and at which moment their provider's clock stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from musubu import clock
from musubu.parties import queries
from musubu.parties.models import Membership, Organisation, Person, Provider

SESSION_KEY = "membership"
WITHOUT_SECOND_FACTOR = ("/second-factor/", "/sign-out/", "/language/", "/static/")


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in one of their memberships."""

    person: Person
    provider: Provider
    membership: Membership
    organisation: Organisation | None
    is_staff: bool
    works_for_a_provider: bool = False  # in this or another membership


def acting_as(membership: Membership, works_for_a_provider: bool = False) -> Acting:
    return Acting(
        person=membership.person,
        provider=membership.provider,
        membership=membership,
        organisation=membership.organisation,
        is_staff=membership.organisation_id is None,
        works_for_a_provider=works_for_a_provider or membership.organisation_id is None,
    )


def _chosen(request: HttpRequest) -> Acting | None:
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not person.is_authenticated:
        return None
    memberships = list(queries.live_memberships(person))
    memberships.sort(key=lambda membership: membership.organisation_id is not None)  # work for the provider first
    wanted = request.session.get(SESSION_KEY)
    chosen = next((m for m in memberships if str(m.public_id) == wanted), memberships[0] if memberships else None)
    if chosen is None:
        return None
    chosen.person = person
    return acting_as(chosen, any(one.organisation_id is None for one in memberships))


class ActingMiddleware:
    """Sets `request.acting`; staff without a second factor are led to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/health/"):
            request.acting = None  # type: ignore[attr-defined]
            return self.get_response(request)
        acting = _chosen(request)
        request.acting = acting  # type: ignore[attr-defined]
        provider = acting.provider if acting else queries.first_provider()
        if provider is None:
            return HttpResponse(render_to_string("portal/no_provider.html"), status=503)
        with clock.standing_at(provider.sandbox_now):
            if acting and self._must_set_up(request, acting):
                return redirect("/second-factor/")
            return self.get_response(request)

    @staticmethod
    def _must_set_up(request: HttpRequest, acting: Acting) -> bool:
        lacks = acting.person.totp_confirmed_at is None
        return lacks and not request.path.startswith(WITHOUT_SECOND_FACTOR) and acting.works_for_a_provider
