"""Calls about the catalogue, contracts, their timelines, and simulation."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema

from musubu import clock, terms
from musubu.api import limits
from musubu.api.frame import READ, WRITE, Unprocessable, api, once, paged, slow_down
from musubu.api.models import ApiKey
from musubu.contracts import actions, catalogue, forecast
from musubu.contracts.models import Contract, Outcome
from musubu.parties.permissions import may
from musubu.parties.queries import site_provider
from musubu.parties.views import address_of
from musubu.refusals import NotPossible
from musubu.terms import simulate


def _contracts(key: ApiKey) -> Any:
    if not may(key.person, "contracts.read", provider=key.provider, organisation=key.organisation):
        raise PermissionDenied("the key's person may not read contracts any more")
    rows = Contract.objects.filter(provider=key.provider).select_related("plan", "organisation")
    return rows if key.organisation is None else rows.filter(organisation=key.organisation)


def _contract(request: HttpRequest, public_id: uuid.UUID) -> Contract:
    row: Contract | None = _contracts(request.auth).filter(public_id=public_id).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    return row


def _shown(row: Contract) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "number": row.number,
        "service": row.service,
        "plan": row.plan.code,
        "organisation": row.organisation.name,
        "state": row.state,
        "begins_on": row.begins_on,
        "term_to": row.term_to,
        "ends_on": row.ends_on,
    }


def _entry(row: Outcome) -> dict[str, Any]:
    return {"at": row.at.astimezone(clock.TOKYO).isoformat(), "what": row.what, "clause": row.clause, **row.data}


@api.get("/services", auth=None)
def services(request: HttpRequest) -> list[dict[str, Any]]:
    """The catalogue: services, plans, options, and the prices valid today (whole yen before tax)."""
    return [
        {
            "id": offer.id,
            "names": offer.names,
            "plans": [_priced(plan) for plan in offer.plans],
            "options": [_priced(option) for option in offer.options],
        }
        for offer in catalogue.offers(site_provider(), clock.today())
    ]


def _priced(one: catalogue.Offered) -> dict[str, Any]:
    return {
        "code": one.row.code,
        "names": one.row.names,
        "monthly_fee": one.price.monthly_fee,
        "initial_fee": one.price.initial_fee,
        "valid_from": one.price.valid_from,
    }


@api.get("/contracts", auth=READ)
def contracts(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Contracts that the key may see, 50 a page; `next` is the cursor of the next page."""
    found, more = paged(_contracts(request.auth), cursor, "contracts")  # type: ignore[attr-defined]
    return {"items": [_shown(row) for row in found], "next": more}


@api.get("/contracts/{uuid:public_id}", auth=READ)
def contract(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    return _shown(_contract(request, public_id))


@api.get("/contracts/{uuid:public_id}/timeline", auth=READ)
def timeline(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """What happened and what will, each with its clause."""
    row = _contract(request, public_id)
    with clock.standing_at(row.provider.sandbox_now):
        ahead = forecast.ahead(row)
    past = row.outcomes.order_by("at", "n")
    return {
        "past": [_entry(one) for one in past],
        "ahead": [_entry(one) for one in sorted(ahead, key=lambda o: (o.at, o.n))],
    }


class Cancellation(Schema):
    wish: date | None = None


class Accepted(Schema):
    id: uuid.UUID
    ends_on: date | None


@api.post("/contracts/{uuid:public_id}/cancellation", auth=WRITE, response=Accepted)
def cancellation(request: HttpRequest, public_id: uuid.UUID, body: Cancellation) -> HttpResponse:
    """Cancel; send an `Idempotency-Key` so that a repeated request has one effect."""
    row = _contract(request, public_id)

    def act(key: str) -> dict[str, Any]:
        person = request.auth.person  # type: ignore[attr-defined]
        with clock.standing_at(row.provider.sandbox_now):
            try:
                actions.cancel(contract=row, person=person, wish=body.wish, key=key)
            except NotPossible as error:
                raise Unprocessable(str(error)) from error
        row.refresh_from_db()
        return {"id": str(row.public_id), "ends_on": row.ends_on.isoformat() if row.ends_on else None}

    return once(request, act)


class Scenario(Schema):
    terms: str
    until: str
    contract: dict[str, Any]
    event: list[dict[str, Any]] = []


@api.post("/simulation", auth=None)
def simulation(request: HttpRequest, body: Scenario) -> list[dict[str, Any]]:
    """Play a scenario (as `musubu terms simulate` does) under one of the five services' terms."""
    slow_down(f"address:{address_of(request)}", limits.WITHOUT)
    if body.terms not in terms.SERVICES:
        raise Unprocessable(f"terms: give one of {', '.join(terms.SERVICES)}")
    if len(body.event) > 200 or re.match(r"(20[6-9]|2[1-9]|[3-9])\d*-", body.until):
        raise Unprocessable("a scenario has at most 200 events and ends before 2060")
    try:
        outcomes = simulate.run(body.dict())
    except simulate.ScenarioError as error:
        raise Unprocessable(str(error)) from error
    return [simulate.entry(one) for one in outcomes if one.what in simulate.SHOWN_IN_JSON]
