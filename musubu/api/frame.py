"""The frame of the HTTP API v1: keys, limits, errors as problem+json (RFC 9457), idempotent writes, pages of lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.core import signing
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import AfterValidator, ConfigDict

from musubu import clock
from musubu.api import keys, limits
from musubu.api.models import Answered, ApiKey
from musubu.parties.views import address_of
from musubu.transactions import whole

PAGE = 50
MOST_KEY = 200


class Told(Schema):
    """What a caller sends: a field that we do not know is a slip of the pen, so it is said, not dropped."""

    model_config = ConfigDict(extra="forbid")


def _in_our_time(moment: datetime) -> datetime:
    if not 1990 <= moment.year <= 2200 or abs(moment.utcoffset() or timedelta()) > timedelta(hours=14):
        raise ValueError("give a moment from 1990 to 2200, with an offset of at most 14 hours")
    return moment


Moment = Annotated[datetime, AfterValidator(_in_our_time)]


class TooMany(Exception):
    """Too many calls in this minute; `args[0]` is how many seconds to wait."""


def slow_down(who: str, most: int) -> None:
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
            slow_down(f"address:{address_of(request)}", limits.WITHOUT)
            return None
        slow_down(f"key:{key.pk}", limits.WITH_KEY)
        if self.scope not in key.scopes:
            raise PermissionDenied(f"this key lacks the scope {self.scope!r}")
        return key


READ, WRITE = Key("read"), Key("write")
api = NinjaAPI(title="Musubu API", version="1", docs_url=None)


def problem(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/problem+json")


@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """The answer of addresses that are none of this API."""
    return problem(404, "Not Found", f"there is no call {request.path}; GET /api/v1/openapi.json lists all")


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


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "Bad Request", "the body is not JSON in UTF-8")


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(413, "Content Too Large", "the body is too large")


class Unprocessable(ValueError):
    """What was sent cannot be done; the text says why."""


@api.exception_handler(Unprocessable)
def _unprocessable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(422, "Unprocessable Content", str(error))


def once(request: HttpRequest, act: Callable[[str], dict[str, Any]]) -> HttpResponse:
    """Do a write, or give the answer that it had before: one `Idempotency-Key` is one effect. `act` takes the key of
    the effect; effect and answer are kept in one transaction."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    sent = request.headers.get("Idempotency-Key", "")
    if not sent or len(sent) > MOST_KEY:
        raise Unprocessable(f"send an Idempotency-Key header with a text of your own choice, up to {MOST_KEY} letters")
    what = f"{request.method} {request.get_full_path()}\n".encode()
    asked = hashlib.sha256(what + request.body).hexdigest()
    known = Answered.objects.filter(api_key=key, key=sent)
    if (before := known.first()) is None:
        try:
            before = _answer(key, sent, asked, act)
        except IntegrityError:  # the same request was quicker on another line
            before = known.get()
    if before.request_sha256 != asked:
        raise Unprocessable("this Idempotency-Key was used for another request")
    return HttpResponse(json.dumps(before.body), status=before.status, content_type="application/json")


@whole
def _answer(key: ApiKey, sent: str, asked: str, act: Callable[[str], dict[str, Any]]) -> Answered:
    body = act(f"api-{key.pk}-{hashlib.sha256(sent.encode()).hexdigest()[:40]}")
    return Answered.objects.create(
        api_key=key, key=sent, request_sha256=asked, status=200, body=body, at=clock.now()
    )  # fmt: skip


def paged(rows: QuerySet[Any], cursor: str, salt: str) -> tuple[list[Any], str | None]:
    """One page of rows in their own order, and the cursor of the next page."""
    rows = rows.order_by("pk")
    if cursor:
        try:
            rows = rows.filter(pk__gt=signing.loads(cursor, salt=salt))
        except signing.BadSignature:
            raise Unprocessable("cursor: take it from the `next` of the page before") from None
    found = list(rows[: PAGE + 1])
    more = signing.dumps(found[PAGE - 1].pk, salt=salt) if len(found) > PAGE else None
    return found[:PAGE], more
