"""The doors of this room's pages: a contract's pages, its administrators' pages, a meeting of one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from musubu.contracts.models import Contract
from musubu.contracts.views_contract import closed, visible
from musubu.meetings import queries
from musubu.meetings.models import Meeting
from musubu.parties import permissions
from musubu.parties.decorators import acting_of, customer_required, member_required
from musubu.parties.models import Person

View = Callable[..., HttpResponseBase]


def person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def allows(request: HttpRequest, action: str) -> bool:
    acting = acting_of(request)
    return permissions.membership_allows(acting.membership, action)


def _contract(request: HttpRequest, public_id: object) -> Contract:
    rows = visible(acting_of(request))
    row: Contract = get_object_or_404(rows, public_id=public_id, service=queries.SERVICE)
    return row


def at_contract(action: str) -> Callable[[View], View]:
    """A customer's page under a contract's address; where the service is closed, the page that says why."""

    def wrap(view: View) -> View:
        @customer_required(action)
        @wraps(view)
        def guarded(request: HttpRequest, public_id: object, *args: Any, **more: Any) -> HttpResponseBase:
            row = _contract(request, public_id)
            return closed(request, row) or view(request, row, *args, **more)

        return guarded

    return wrap


def for_administrators(view: View) -> View:
    """A page that shows how a contract is set up: its administrators, and staff of the provider, who only read."""

    @member_required("meetings.read")
    @wraps(view)
    def guarded(request: HttpRequest, public_id: object, *args: Any, **more: Any) -> HttpResponseBase:
        row = _contract(request, public_id)
        if acting_of(request).is_staff:
            return view(request, row, *args, **more)
        if not allows(request, "meetings.manage"):
            raise permissions.NotAllowed("meetings.manage")
        return closed(request, row) or view(request, row, *args, **more)

    return guarded


def at_meeting(view: View) -> View:
    """A page about one meeting: its host's, those invited to it, and the organisation's administrators'. Staff of the
    provider are no party to it: what people plan to talk about is theirs alone."""

    @customer_required("meetings.read")
    @wraps(view)
    def guarded(request: HttpRequest, public_id: object, *args: Any, **more: Any) -> HttpResponseBase:
        return view(request, _meeting(request, public_id), *args, **more)

    return guarded


def _meeting(request: HttpRequest, public_id: object) -> Meeting:
    acting = acting_of(request)
    rows = Meeting.objects.filter(organisation=acting.organisation)
    rows = rows.select_related("contract__plan", "host", "organisation", "provider").prefetch_related("moved_dates")
    if not allows(request, "meetings.manage"):
        rows = queries.concerning(rows, acting.person)
    found = rows.filter(public_id=str(public_id)).first()
    if found is None:
        raise Http404
    return found


def may_change(request: HttpRequest, meeting: Meeting) -> bool:
    return meeting.host_id == person(request).pk or allows(request, "meetings.manage")
