"""Calls about meetings: plan, change, list, cancel and end them; their dates; sittings with who was there. Recordings
have a module of their own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field
from pydantic import AfterValidator, model_validator

from musubu import clock
from musubu.api.frame import READ, WRITE, Moment, Told, Unprocessable, api, once, paged
from musubu.api.models import ApiKey
from musubu.contracts.models import Contract
from musubu.meetings import dates, defaults, naming, queries, repeating
from musubu.meetings.actions import inviting, planning, splitting
from musubu.meetings.models import Attendance, Meeting, Sitting
from musubu.parties.models import Person
from musubu.parties.permissions import may
from musubu.refusals import NotPossible

TAGS = ["meetings"]
LONGEST_SPAN = timedelta(days=400)


def _known(settings: dict[str, bool | str]) -> dict[str, bool | str]:
    for name, value in settings.items():
        if name not in planning.OF_A_MEETING:
            raise ValueError(f"{name}: there is no such setting; there are {', '.join(planning.OF_A_MEETING)}")
        if value not in defaults.CHOICES[name]:
            raise ValueError(f"{name}: one of {json.dumps(defaults.CHOICES[name])}")
    return settings


RoomSettings = Annotated[dict[str, bool | str], AfterValidator(_known)]


class Repeat(Told):
    """How it repeats. Without `count` and `until` it has no end."""

    frequency: Literal["daily", "weekly", "monthly"]
    every: int = Field(1, ge=1, le=99)
    days: list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] = []
    by_weekday: bool = False
    count: int | None = Field(None, ge=1, le=1000)
    until: date | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Repeat:
        if self.count and self.until:
            raise ValueError("give count or until, not both")
        if self.days and self.frequency != "weekly":
            raise ValueError("days: only what repeats weekly has them")
        return self


class Guest(Told):
    email: str
    name: str = ""
    role: Literal["co-host", "presenter", "attendee"] = "attendee"


class Planned(Told):
    """A meeting as it is planned. `starts_at` without an offset is local time of `zone`."""

    contract: uuid.UUID
    title: str = Field(max_length=120)
    starts_at: Moment
    minutes: int = 60
    agenda: str = Field("", max_length=4000)
    zone: str = "Asia/Tokyo"
    repeat: Repeat | None = None
    language: Literal["ja", "en", "zh-hans"] = "ja"
    settings: RoomSettings = {}
    guests: list[Guest] = []
    remind: bool = False
    pass_code: bool = True
    host: str = Field("", description="mail address of a licence's holder; empty: the key's person")


class Changed(Told):
    """What changes; what is left out stays."""

    title: str | None = Field(None, max_length=120)
    starts_at: Moment | None = None
    minutes: int | None = None
    agenda: str | None = Field(None, max_length=4000)
    zone: str | None = None
    repeat: Repeat | None = None
    language: Literal["ja", "en", "zh-hans"] | None = None
    settings: RoomSettings | None = None
    guests: list[Guest] | None = None
    remind: bool | None = None
    pass_code: bool | None = None


class MovedTo(Told):
    """One date of a series, named by where the rule puts it; `starts_at` null leaves it out."""

    original: Moment
    starts_at: Moment | None = None
    minutes: int | None = Field(None, ge=5, le=1440)


def key_of(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    if not may(key.person, "meetings.read", provider=key.provider, organisation=key.organisation):
        raise PermissionDenied("the key's person may not read meetings any more")
    return key


def _rows(key: ApiKey) -> QuerySet[Meeting]:
    """Meetings that the key's person sees on pages too: staff none, administrators all, others their own."""
    if key.organisation is None:
        raise PermissionDenied("what is planned is for the organisation's own keys; make one as one of its people")
    rows = Meeting.objects.filter(organisation=key.organisation).prefetch_related("moved_dates")
    rows = rows.select_related("contract__plan", "host", "organisation", "provider")
    if may(key.person, "meetings.manage", provider=key.provider, organisation=key.organisation):
        return rows
    return queries.concerning(rows, key.person)


def _meeting(request: HttpRequest, public_id: uuid.UUID) -> Meeting:
    row = _rows(key_of(request)).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


@contextmanager
def acting(key: ApiKey) -> Iterator[None]:
    """At the provider's moment; what cannot be done is said as a problem."""
    with clock.standing_at(key.provider.sandbox_now):
        try:
            yield
        except NotPossible as error:
            raise Unprocessable(str(error)) from error


def at(moment: datetime | None) -> str | None:
    return moment.astimezone(clock.TOKYO).isoformat() if moment else None


def _shown(row: Meeting) -> dict[str, Any]:
    return {
        "id": str(row.public_id), "contract": str(row.contract.public_id), "kind": row.kind, "title": row.title,
        "agenda": row.agenda, "host": row.host.email, "starts_at": at(row.starts_at), "minutes": row.minutes,
        "rule": row.rule, "zone": row.zone, "language": row.language, "settings": row.settings, "remind": row.remind,
        "link": naming.link(row), "number": row.number, "pass_code": row.pass_code, "cancelled_at": at(row.cancelled_at),
    }  # fmt: skip


def _whole(row: Meeting) -> dict[str, Any]:
    """With who is invited."""
    guests = [{"email": one.email, "name": one.name, "role": one.role} for one in inviting.live(row)]
    return _shown(row) | {"guests": guests, "running": row.sittings.filter(ended_at__isnull=True).exists()}


@api.get("/meetings", auth=READ, tags=TAGS)
def meetings(
    request: HttpRequest, contract: uuid.UUID | None = None, cursor: str = "", cancelled: bool = False
) -> dict[str, Any]:
    """Meetings of all kinds, 50 a page; `next` is the cursor of the next page."""
    rows = _rows(key_of(request)).filter(cancelled_at__isnull=not cancelled)
    found, more = paged(rows.filter(contract__public_id=contract) if contract else rows, cursor, "meetings")
    return {"items": [_shown(row) for row in found], "next": more}


@api.get("/meetings/dates", auth=READ, tags=TAGS)
def meeting_dates(request: HttpRequest, since: Moment, until: Moment) -> list[dict[str, Any]]:
    """All dates between two moments (at most 400 days), those of series too, in order."""
    since, until = aware(since, "Asia/Tokyo"), aware(until, "Asia/Tokyo")
    if not timedelta() < until - since <= LONGEST_SPAN:
        raise Unprocessable("since lies before until, by at most 400 days")
    rows = queries.planned_between(_rows(key_of(request)), since, until)
    return [_dated(one) for one in dates.of_all(rows, since, until)]


def _dated(one: dates.Occurrence) -> dict[str, Any]:
    return {
        "meeting": str(one.meeting.public_id), "title": one.meeting.title, "original": at(one.original),
        "starts_at": at(one.starts_at), "ends_at": at(one.ends_at), "moved": one.moved,
    }  # fmt: skip


@api.get("/meetings/{uuid:public_id}", auth=READ, tags=TAGS)
def meeting(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """One meeting with its link, number, pass code and who is invited."""
    return _whole(_meeting(request, public_id))


@api.post("/meetings", auth=WRITE, tags=TAGS)
def plan(request: HttpRequest, body: Planned) -> HttpResponse:
    """Plan a meeting; everybody named gets the invitation. Send an `Idempotency-Key`."""
    key = key_of(request)
    if key.organisation is None:
        raise PermissionDenied("a meeting is planned with a key of its organisation")
    contract = Contract.objects.filter(
        organisation=key.organisation, service=queries.SERVICE, public_id=body.contract
    ).first()
    if contract is None:
        raise Http404
    given = body.dict(exclude={"contract", "host"})

    def act(_effect: str) -> dict[str, Any]:
        with acting(key):
            host = _host(contract, body.host)
            return _whole(planning.plan(contract=contract, person=key.person, wish=_wish(given), host=host))

    return once(request, act)


def _host(contract: Contract, email: str) -> Person | None:
    if not email:
        return None
    licence = queries.licences(contract).filter(holder__email=email.strip().lower()).first()
    if licence is None:
        raise Unprocessable(f"host: {email} holds no licence of this contract")
    return licence.holder


def _wish(given: dict[str, Any]) -> planning.Wish:
    if given["zone"] not in _zones():
        raise Unprocessable("zone: give a name such as Asia/Tokyo")
    repeat = given.pop("repeat")
    return planning.Wish(
        **given
        | {
            "starts_at": aware(given["starts_at"], given["zone"]),
            "guests": tuple(planning.Guest(**one) for one in given["guests"]),
            "repeat": repeating.Repetition(**repeat | {"days": tuple(repeat.get("days", ()))}) if repeat else None,
        }
    )


@cache
def _zones() -> set[str]:
    """Those that calendars elsewhere know too."""
    return available_timezones() - {"Factory", "localtime"}


def aware(moment: datetime, zone: str) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


@api.patch("/meetings/{uuid:public_id}", auth=WRITE, tags=TAGS)
def change(request: HttpRequest, public_id: uuid.UUID, body: Changed, since: Moment | None = None) -> HttpResponse:
    """Change a planned meeting, of a series all dates, or with `since` that date and those that follow: the answer is
    then the meeting that they have become. `repeat: null` makes it a single one."""
    row = _meeting(request, public_id)
    if row.starts_at is None:
        raise Unprocessable("only a planned meeting can be changed")
    told = body.dict(exclude_unset=True)
    kept = {name: value for name, value in told.items() if value is not None or name == "repeat"}
    if since is not None:
        first = _date_of(row, since)
        wish = _wish(_as_it_is(row, first) | kept)
        return _act(
            request,
            row,
            lambda person: splitting.change_following(meeting=row, person=person, original=first, wish=wish),
        )
    return _act(
        request, row, lambda person: planning.change(meeting=row, person=person, wish=_wish(_as_it_is(row) | kept))
    )


def _date_of(row: Meeting, original: datetime) -> datetime:
    """A date named by where the rule puts it."""
    original = aware(original, row.zone)
    if not row.rule or not dates.is_date_of(row, original):
        raise Unprocessable("since: name a date of the series by where its rule puts it")
    return original


def _as_it_is(row: Meeting, since: datetime | None = None) -> dict[str, Any]:
    """As a wish; of a series perhaps only what is left from a date on."""
    assert row.starts_at is not None
    since = since or row.starts_at
    rule = repeating.from_then_on(row.rule, row.starts_at, row.zone, since) if row.rule else None
    repeat = {name: getattr(rule, name) for name in Repeat.model_fields} if rule else None
    return {
        "title": row.title, "starts_at": since, "minutes": row.minutes, "agenda": row.agenda, "zone": row.zone,
        "repeat": repeat, "language": row.language, "settings": row.settings, "remind": row.remind,
        "pass_code": bool(row.pass_code),
        "guests": [{"email": one.email, "name": one.name, "role": one.role} for one in inviting.live(row)],
    }  # fmt: skip


def _act(request: HttpRequest, row: Meeting, use_case: Callable[[Person], object]) -> HttpResponse:
    """A write on one meeting, answered with the meeting as it stands then, or with the one that was made of it."""
    key = key_of(request)

    def act(_effect: str) -> dict[str, Any]:
        with acting(key):
            made = use_case(key.person)
        return _whole(_rows(key).get(pk=made.pk if isinstance(made, Meeting) else row.pk))

    return once(request, act)


@api.post("/meetings/{uuid:public_id}/cancellation", auth=WRITE, tags=TAGS)
def cancel(request: HttpRequest, public_id: uuid.UUID, since: Moment | None = None) -> HttpResponse:
    """Cancel it with all its dates, or with `since` that date and those that follow; who was invited is told."""
    row = _meeting(request, public_id)
    if since is not None:
        first = _date_of(row, since)
        return _act(request, row, lambda person: splitting.cancel_following(meeting=row, person=person, original=first))
    return _act(request, row, lambda person: planning.cancel(meeting=row, person=person))


@api.post("/meetings/{uuid:public_id}/dates", auth=WRITE, tags=TAGS)
def move_date(request: HttpRequest, public_id: uuid.UUID, body: MovedTo) -> HttpResponse:
    """Move one date of a series, or leave it out."""
    row = _meeting(request, public_id)
    original = aware(body.original, row.zone)
    starts = aware(body.starts_at, row.zone) if body.starts_at else None
    return _act(
        request,
        row,
        lambda person: planning.move_date(
            meeting=row, person=person, original=original, starts_at=starts, minutes=body.minutes
        ),
    )


@api.post("/meetings/{uuid:public_id}/end", auth=WRITE, tags=TAGS)
def end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End what runs of it now, for everybody. Nothing happens where nothing runs."""
    row = _meeting(request, public_id)
    return _act(request, row, lambda person: planning.end(meeting=row, person=person, reason="api"))


@api.get("/meetings/{uuid:public_id}/sittings", auth=READ, tags=TAGS)
def sittings(request: HttpRequest, public_id: uuid.UUID, cursor: str = "") -> dict[str, Any]:
    """Each time the meeting took place, with who was there from when to when."""
    row = _meeting(request, public_id)
    there = Attendance.objects.order_by("joined_at", "pk")
    rows = Sitting.objects.filter(meeting=row).prefetch_related(Prefetch("attendances", there))
    found, more = paged(rows, cursor, "sittings")
    return {"items": [_sat(one) for one in found], "next": more}


def _sat(sitting: Sitting) -> dict[str, Any]:
    people = [
        {
            "name": one.name, "kind": one.kind, "role": one.role, "joined_at": at(one.joined_at),
            "left_at": at(one.left_at), "left_reason": one.left_reason, "talked_seconds": one.talked_seconds,
        }
        for one in sitting.attendances.all()
    ]  # fmt: skip
    return {
        "id": str(sitting.public_id), "started_at": at(sitting.started_at), "ended_at": at(sitting.ended_at),
        "reason": sitting.end_reason, "peak": sitting.peak, "attendances": people,
    }  # fmt: skip
