"""HTTP API v1: catalogue, contracts, timelines, simulation. Errors are problem+json (RFC 9457)."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from musubu import clock, terms
from musubu.api import keys, limits
from musubu.api.models import Answered, ApiKey
from musubu.contracts import actions, catalogue, forecast
from musubu.contracts.models import Contract, Outcome
from musubu.parties.permissions import may
from musubu.parties.queries import site_provider
from musubu.parties.views import address_of
from musubu.refusals import NotPossible
from musubu.terms import simulate

PAGE = 50
MOST_KEY = 200


class TooMany(Exception):
    """Too many calls in this minute; `args[0]` is how many seconds to wait."""


def _slow_down(who: str, most: int) -> None:
    if wait := limits.spend(who, most):
        raise TooMany(wait)


class Key(HttpBearer):
    """`Authorization: Bearer musubu_…`"""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = keys.find(token)
        if key is None:
            _slow_down(f"address:{address_of(request)}", limits.WITHOUT)
            return None
        _slow_down(f"key:{key.pk}", limits.WITH_KEY)
        if self.scope not in key.scopes:
            raise PermissionDenied(f"this key lacks the scope {self.scope!r}")
        return key


READ, WRITE = Key("read"), Key("write")
api = NinjaAPI(title="Musubu API", version="1", docs_url=None)


def problem(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/problem+json")


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(401, "Unauthorized", "send a valid key as: Authorization: Bearer musubu_…")


@api.exception_handler(TooMany)
def _too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    answer = problem(429, "Too Many Requests", f"wait {error.args[0]} seconds, then go on")
    answer["Retry-After"] = str(error.args[0])
    return answer


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(403, "Forbidden", str(error))


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, "Not Found", "there is nothing at this address for this key")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, "Unprocessable Content", "some fields are wrong", errors=error.errors)


class Unprocessable(ValueError):
    """What was sent cannot be done; the text says why."""


@api.exception_handler(Unprocessable)
def _unprocessable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(422, "Unprocessable Content", str(error))


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
    rows = _contracts(request.auth).order_by("pk")  # type: ignore[attr-defined]
    if cursor:
        try:
            rows = rows.filter(pk__gt=signing.loads(cursor, salt="contracts"))
        except signing.BadSignature:
            raise Unprocessable("cursor: take it from the `next` of the page before") from None
    found = list(rows[: PAGE + 1])
    more = signing.dumps(found[PAGE - 1].pk, salt="contracts") if len(found) > PAGE else None
    return {"items": [_shown(row) for row in found[:PAGE]], "next": more}


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


def _once(request: HttpRequest, act: Callable[[str], dict[str, Any]]) -> HttpResponse:
    """Do a write, or give the answer that it had before: one `Idempotency-Key` is one effect. `act` takes the key of
    the effect; effect and answer are kept in one transaction."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    sent = request.headers.get("Idempotency-Key", "")
    if not sent or len(sent) > MOST_KEY:
        raise Unprocessable(f"send an Idempotency-Key header with a text of your own choice, up to {MOST_KEY} letters")
    asked = hashlib.sha256(request.path.encode() + request.body).hexdigest()
    known = Answered.objects.filter(api_key=key, key=sent)
    if (before := known.first()) is None:
        try:
            with transaction.atomic():
                body = act(f"api-{key.pk}-{hashlib.sha256(sent.encode()).hexdigest()[:40]}")
                before = Answered.objects.create(
                    api_key=key, key=sent, request_sha256=asked, status=200, body=body, at=clock.now()
                )
        except IntegrityError:  # the same request was quicker on another line
            before = known.get()
    if before.request_sha256 != asked:
        raise Unprocessable("this Idempotency-Key was used for another request")
    return HttpResponse(json.dumps(before.body), status=before.status, content_type="application/json")


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

    return _once(request, act)


class Scenario(Schema):
    terms: str
    until: str
    contract: dict[str, Any]
    event: list[dict[str, Any]] = []


@api.post("/simulation", auth=None)
def simulation(request: HttpRequest, body: Scenario) -> list[dict[str, Any]]:
    """Play a scenario (as `musubu terms simulate` does) under one of the five services' terms."""
    _slow_down(f"address:{address_of(request)}", limits.WITHOUT)
    if body.terms not in terms.SERVICES:
        raise Unprocessable(f"terms: give one of {', '.join(terms.SERVICES)}")
    if len(body.event) > 200 or re.match(r"(20[6-9]|2[1-9]|[3-9])\d*-", body.until):
        raise Unprocessable("a scenario has at most 200 events and ends before 2060")
    try:
        outcomes = simulate.run(body.dict())
    except simulate.ScenarioError as error:
        raise Unprocessable(str(error)) from error
    return [simulate.entry(one) for one in outcomes if one.what in simulate.SHOWN_IN_JSON]
