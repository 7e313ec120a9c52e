"""Meetings over the API: planned, changed, listed, cancelled, ended; by whom; and what webhooks hear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.api import keys, webhooks
from musubu.api.models import Delivery
from musubu.meetings import repeating, telling
from musubu.meetings.live import outside
from musubu.meetings.models import Attendance, Command, Meeting
from musubu.meetings.tests.company import START, TOMORROW, Company, open_company, suspend
from musubu.parties import cast
from musubu.parties.models import Person, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Iterator[Company]:
    webhooks.forget_listeners()
    with open_company() as found:
        yield found
    webhooks.forget_listeners()


def key_of(company: Company, person: Person, scopes: tuple[str, ...] = ("read", "write"), **more: Any) -> str:
    own = {"provider": company.provider, "organisation": company.organisation, **more}
    if person == company.member:  # a member makes no keys; this one was an administrator when it was made
        row, text = keys.create(**own, person=company.owner, name="k", scopes=list(scopes))
        row.person = person
        row.save(update_fields=["person"])
        return text
    return keys.create(**own, person=person, name="k", scopes=list(scopes))[1]


def call(path: str, key: str, body: Any = None, method: str = "", once: str = "") -> Any:
    headers = {"HTTP_ACCEPT_LANGUAGE": "en", "HTTP_AUTHORIZATION": f"Bearer {key}"} | (
        {"HTTP_IDEMPOTENCY_KEY": once} if once else {}
    )
    client, path = Client(), f"/api/v1/meetings{path}"
    if body is None and not method:
        return client.get(path, **headers)
    act = getattr(client, method or "post")
    return act(path, json.dumps(body or {}), content_type="application/json", **headers)


def planned(company: Company, **more: Any) -> dict[str, Any]:
    return {"contract": str(company.contract.public_id), "title": "定例", "starts_at": "2026-04-11T11:00:00", **more}


def test_a_meeting_is_planned_once_per_key(company: Company) -> None:
    key = key_of(company, company.owner)
    body = planned(company, guests=[{"email": "a@b.example"}], repeat={"frequency": "weekly", "count": 2})
    first, again = (call("", key, body, once="one") for _ in range(2))
    assert first.status_code == 200 and first.json() == again.json()
    row = Meeting.objects.get(kind="repeated")
    assert row.starts_at == TOMORROW and first.json()["number"] == row.number and row.slug in first.json()["link"]
    assert call(f"/{row.public_id}", key).json()["guests"][0]["email"] == "a@b.example"
    assert [one["starts_at"][:10] for one in call("/dates?since=2026-04-10T00:00:00&until=2026-05-10T00:00:00", key).json()] == [
        "2026-04-11", "2026-04-18",
    ]  # fmt: skip
    assert call("/dates?since=2026-04-10T00:00:00&until=2028-05-10T00:00:00", key).status_code == 422


def test_what_is_left_out_stays(company: Company) -> None:
    key = key_of(company, company.owner)
    row = company.plan(guests=(), agenda="議題", settings={"lobby": "nobody"})
    changed = call(f"/{row.public_id}", key, {"title": "新", "minutes": 30}, "patch", once="c").json()
    assert (changed["title"], changed["minutes"], changed["agenda"]) == ("新", 30, "議題")
    assert changed["settings"] == {"lobby": "nobody"} and changed["starts_at"] == "2026-04-11T11:00:00+09:00"
    series = call(f"/{row.public_id}", key, {"repeat": {"frequency": "daily", "count": 3}}, "patch", once="d").json()
    assert series["rule"] == "FREQ=DAILY;COUNT=3"
    moved = {"original": "2026-04-12T11:00:00+09:00", "starts_at": "2026-04-12T15:00:00"}
    assert call(f"/{row.public_id}/dates", key, moved, once="m").status_code == 200
    wrong = {"original": "2026-04-12T12:00:00"}
    assert call(f"/{row.public_id}/dates", key, wrong, once="n").status_code == 422


def test_cancelled_and_ended(company: Company) -> None:
    key = key_of(company, company.owner)
    row = company.plan()
    sitting = company.runs(row)
    Attendance.objects.create(sitting=sitting, kind="guest", name="客", role="attendee", joined_at=START)
    assert call(f"/{row.public_id}/end", key, {}, once="e").json()["running"]
    assert Command.objects.get().data["reason"] == "api"
    assert call(f"/{row.public_id}/sittings", key).json()["items"][0]["attendances"][0]["name"] == "客"
    assert call(f"/{row.public_id}/cancellation", key, {}, once="x").json()["cancelled_at"]
    assert row.public_id.hex not in {one["id"].replace("-", "") for one in call("", key).json()["items"]}
    assert [one["id"] for one in call("?cancelled=true", key).json()["items"]] == [str(row.public_id)]


def test_each_key_sees_its_own(company: Company) -> None:
    row = company.plan()
    mine = company.plan(person=company.member)
    member = key_of(company, company.member)
    assert call(f"/{row.public_id}", member).status_code == 404
    assert call(f"/{mine.public_id}", member).status_code == 200
    organisation, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    theirs = key_of(company, stranger, organisation=organisation)
    for path in ("", "/sittings"):
        assert call(f"/{row.public_id}{path}", theirs).status_code == 404
    for path, body in (("/cancellation", {}), ("/end", {}), ("/dates", {"original": "2026-04-12T12:00:00"})):
        assert call(f"/{row.public_id}{path}", theirs, body, once=path).status_code == 404
    assert call("", theirs, planned(company), once="p").status_code == 404
    staff = key_of(company, cast.make_staff(company.provider, Role.OWNER), organisation=None)
    assert call("", staff).status_code == 403 and call("", "wrong").status_code == 401
    assert call("", key_of(company, company.owner, ("read",)), planned(company), once="r").status_code == 403
    row.refresh_from_db()
    assert row.cancelled_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Base"}, {"minutes": 1}, {"starts_at": "soon"}, {"guests": [{"email": "x"}]},
        {"repeat": {"frequency": "yearly"}}, {"host": "nobody@sakura.example"}, {"title": " "},
    ],
)  # fmt: skip
def test_wrong_input_is_a_problem(company: Company, wrong: dict[str, Any]) -> None:
    answer = call("", key_of(company, company.owner), planned(company, **wrong), once="w")
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"


def test_a_suspended_contract_refuses(company: Company) -> None:
    key = key_of(company, company.owner)
    suspend(company)
    answer = call("", key, planned(company), once="s")
    assert answer.status_code == 422 and "not open" in answer.json()["detail"]


def test_the_description_names_the_calls() -> None:
    cast.make_provider("demo")
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"post", "get"} == set(paths["/api/v1/meetings"]) and "/api/v1/meetings/{public_id}/sittings" in paths


def test_webhooks_hear_of_meetings_once(company: Company) -> None:
    hook = webhooks.create(
        provider=company.provider, organisation=company.organisation, person=company.owner,
        url="http://localhost:1/", events=["meeting.started", "meeting.joined", "nothing"],
    )  # fmt: skip
    assert hook.events == ["meeting.started", "meeting.joined"]
    _, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    other = webhooks.create(
        provider=company.provider, organisation=stranger.memberships.get().organisation, person=stranger,
        url="http://localhost:1/", events=[],
    )  # fmt: skip
    webhooks.forget_listeners()
    row = company.plan()
    sitting = company.runs(row)
    about = {"sitting": str(sitting.public_id), "title": row.title}
    for _twice in range(2):
        outside.tell("meeting.started", company.contract.pk, about)
        outside.tell("meeting.joined", company.contract.pk, about | {"attendance": "a1", "name": "客"})
        outside.tell("meeting.ended", company.contract.pk, about)
    sent = Delivery.objects.filter(webhook=hook).order_by("pk")
    assert [one.kind for one in sent] == ["meeting.started", "meeting.joined"]
    assert not Delivery.objects.filter(webhook=other).exists()
    body = json.loads(sent[0].body)
    assert body["data"]["meeting"] == str(row.public_id) and body["data"]["contract"] == str(company.contract.public_id)


def test_every_kind_can_be_chosen(company: Company) -> None:
    client = Client()
    client.force_login(company.owner)
    page = client.get("/keys/").content.decode()
    assert all(kind in page for kind in telling.KINDS)
    assert clock.now() + timedelta() == START


def test_a_series_is_changed_and_cancelled_from_a_date_on(company: Company) -> None:
    key = key_of(company, company.owner)
    row = company.plan(repeat=repeating.Repetition("weekly", count=4))
    path = f"/{row.public_id}?since=2026-04-25T11:00:00"
    answer = call(path, key, {"title": "後半"}, "patch", once="s")
    assert answer.status_code == 200 and answer.json()["id"] != str(row.public_id)
    assert (answer.json()["title"], answer.json()["rule"]) == ("後半", "FREQ=WEEKLY;BYDAY=SA;COUNT=2")
    row.refresh_from_db()
    assert "UNTIL=20260418" in row.rule and row.title == "定例"
    assert call(path, key, {"title": "x"}, "patch", once="t").status_code == 422
    assert call(f"/{row.public_id}/cancellation?since=2026-04-18T11:00:00", key, {}, once="u").status_code == 200
    row.refresh_from_db()
    assert "UNTIL=20260411" in row.rule and row.cancelled_at is None
