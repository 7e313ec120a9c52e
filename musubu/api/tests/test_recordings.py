"""Recordings over the API: which a key sees, how they stand, their film in parts, links for others, what webhooks hear."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.api import webhooks
from musubu.api.models import Delivery
from musubu.api.tests.test_meetings import call, key_of
from musubu.meetings.actions import recordings
from musubu.meetings.jobs import processing
from musubu.meetings.models import Recording, Share, Viewing
from musubu.meetings.tests.company import START, Company, open_company, suspend
from musubu.meetings.tests.kept import FILM, came, ready
from musubu.parties import cast
from musubu.parties.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    webhooks.forget_listeners()
    with open_company() as found:
        yield found
    webhooks.forget_listeners()


def test_listed_by_contract_meeting_state_and_time(company: Company) -> None:
    key = key_of(company, company.owner)
    row, other = ready(company), ready(company)
    Recording.objects.filter(pk=other.pk).update(state="processing", progress=40, started_at=START - timedelta(days=2))
    all_, next_ = (call("/recordings", key).json()[name] for name in ("items", "next"))
    assert [one["id"] for one in all_] == [str(row.public_id), str(other.public_id)] and next_ is None
    meeting = row.sitting.meeting.public_id
    for query, found in (
        (f"contract={company.contract.public_id}", 2), (f"meeting={meeting}", 1), ("state=processing", 1),
        ("since=2026-04-10T00:00:00", 1), ("until=2026-04-10T00:00:00", 1), (f"contract={meeting}", 0),
    ):  # fmt: skip
        assert len(call(f"/recordings?{query}", key).json()["items"]) == found, query
    assert call("/recordings?state=gone", key).status_code == 422
    assert call("/recordings?cursor=forged", key).status_code == 422


def test_one_with_its_progress_and_tracks(company: Company) -> None:
    key, row = key_of(company, company.owner), ready(company)
    found = call(f"/recordings/{row.public_id}", key).json()
    assert (found["state"], found["seconds"], found["why"]) == ("ready", 5, "")
    assert found["tracks"][0]["source"] == "mic" and found["present"][0]["name"] == "社長"
    Recording.objects.filter(pk=row.pk).update(state="failed", reason="space", progress=30)
    found = call(f"/recordings/{row.public_id}", key).json()
    assert found["progress"] == 30 and found["why"].startswith("The disk was full")
    assert call(f"/recordings/{row.public_id}/film", key).json()["detail"] == "the film is not ready: failed, 30 %"


def test_the_film_comes_in_parts_and_is_counted(company: Company) -> None:
    key, row = key_of(company, company.owner, ("read",)), ready(company)
    path, bearer = f"/api/v1/meetings/recordings/{row.public_id}/film", {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    whole = Client().get(path, **bearer)
    assert whole.getvalue() == FILM and whole["Content-Type"] == "video/mp4"
    part = Client().get(path, HTTP_RANGE="bytes=10-19", **bearer)
    assert part.status_code == 206 and part.getvalue() == FILM[10:20]
    assert Viewing.objects.get().person == company.owner
    track = row.tracks.get().public_id
    assert Client().get(path.replace("/film", f"/tracks/{track}"), **bearer).getvalue() == b"abc"
    other = ready(company).tracks.get().public_id
    assert call(f"/recordings/{row.public_id}/tracks/{other}", key).status_code == 404


def test_a_link_is_made_once_and_opens(company: Company) -> None:
    key, row = key_of(company, company.owner), ready(company)
    first, again = (call(f"/recordings/{row.public_id}/links", key, {"days": 1}, once="l") for _ in range(2))
    assert first.json() == again.json() and Share.objects.count() == 1
    assert first.json()["expires_at"] == "2026-04-11T11:00:00+09:00"
    assert Client().get(f"/meetings/shared/{Share.objects.get().token}/").status_code == 200
    assert call(f"/recordings/{row.public_id}/links", key, {"days": 400}, once="m").status_code == 422
    short = call(f"/recordings/{row.public_id}/links", key, {"pass_code": "1"}, once="n")
    assert short.status_code == 422 and "pass code" in short.json()["detail"].lower()


def test_each_key_sees_its_own(company: Company) -> None:
    row = ready(company)
    track = row.tracks.get().public_id
    organisation, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    theirs, member = key_of(company, stranger, organisation=organisation), key_of(company, company.member)
    for key in (theirs, member):
        assert call("/recordings", key).json()["items"] == []
        for path in ("", "/film", f"/tracks/{track}"):
            assert call(f"/recordings/{row.public_id}{path}", key).status_code == 404
        assert call(f"/recordings/{row.public_id}/links", key, {}, once="l").status_code == 404
    came(row.sitting, "吉田", company.member)
    assert call(f"/recordings/{row.public_id}/film", member).status_code == 200
    assert call(f"/recordings/{row.public_id}/links", member, {}, once="l2").status_code == 403
    staff = key_of(company, cast.make_staff(company.provider, Role.OWNER), organisation=None)
    assert call("/recordings", staff).status_code == 403 and call("/recordings", "wrong").status_code == 401
    reader = key_of(company, company.owner, ("read",))
    assert call(f"/recordings/{row.public_id}/links", reader, {}, once="r").status_code == 403
    assert not Share.objects.exists()


def test_what_is_put_away_or_suspended_is_not_handed_out(company: Company) -> None:
    key, row = key_of(company, company.owner), ready(company)
    recordings.delete(recording=row, person=company.owner)
    assert call(f"/recordings/{row.public_id}", key).status_code == 404
    recordings.bring_back(recording=row, person=company.owner)
    suspend(company)
    answer = call(f"/recordings/{row.public_id}/film", key)
    assert answer.status_code == 422 and "not open" in answer.json()["detail"]


def test_webhooks_hear_that_a_recording_failed_or_was_erased(company: Company) -> None:
    hook: dict[str, Any] = {"provider": company.provider, "organisation": company.organisation, "person": company.owner}
    webhooks.create(**hook, url="http://localhost:1/", events=["meeting.recording-failed"])
    webhooks.create(**hook, url="http://localhost:1/", events=["meeting.recording-erased"])
    webhooks.forget_listeners()
    row = ready(company, claim=uuid.uuid4())
    processing.fail(row, "nothing", "", final=True)
    assert json.loads(Delivery.objects.get().body)["data"]["reason"] == "nothing"
    Delivery.objects.all().delete()
    for _twice in range(2):
        recordings.erase([row], clause="LO-17.2", scope="test")
    data = json.loads(Delivery.objects.get().body)["data"]
    assert (data["recording"], data["clause"]) == (str(row.public_id), "LO-17.2")
    assert data["meeting"] == str(row.sitting.meeting.public_id) and clock.now() == START
