"""What programs send wrongly to the calls about meetings: each is a problem with its reason, and nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from musubu.api.tests.test_meetings import call, company, key_of, planned
from musubu.meetings.models import Meeting
from musubu.meetings.tests.company import Company

pytestmark = pytest.mark.django_db
__all__ = ["company"]
WEEKLY = {"frequency": "weekly", "count": 5}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"titel": "x"}, "titel"), ({"guests": [{"email": "a@b.example", "nmae": "x"}]}, "nmae"),
        ({"settings": {"loby": "nobody"}}, "no such setting"), ({"settings": {"lobby": "some"}}, "everybody"),
        ({"settings": {"guests": "no"}}, "guests"), ({"starts_at": "0001-01-01T00:00:00"}, "1990 to 2200"),
        ({"starts_at": "9999-12-31T23:59:00Z"}, "1990 to 2200"), ({"starts_at": "2026-05-01T00:00:00+23:59"}, "14 hours"),
        ({"starts_at": "2026-04-09T11:00:00"}, "passed already"), ({"starts_at": "2046-04-09T11:00:00"}, "10 years"),
        ({"repeat": {"frequency": "weekly", "count": 2, "until": "2026-12-31"}}, "not both"),
        ({"repeat": {"frequency": "daily", "days": ["MO"]}}, "weekly"), ({"zone": "Factory"}, "Asia/Tokyo"),
        ({"guests": [{"email": "a@" + ("b" * 60 + ".") * 5 + "example"}]}, "mail address"), ({"title": "\u0000\n"}, "title"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(company: Company, wrong: dict[str, Any], said: str) -> None:
    answer = call("", key_of(company, company.owner), planned(company, **wrong), once="w")
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Meeting.objects.filter(kind__in=("planned", "repeated")).exists()


def test_words_are_kept_as_one_can_read_and_mail_them(company: Company) -> None:
    told = planned(
        company, title="a\r\nBcc: x@y.example\u202e\u0000", agenda="1\r\n2\u0000", repeat={**WEEKLY, "days": ["TU", "MO", "TU"]},
        guests=[{"email": "a@b.example", "name": "客\r\nBcc: z"}],
    )  # fmt: skip
    made = call("", key_of(company, company.owner), told, once="w").json()
    assert (made["title"], made["agenda"], made["guests"][0]["name"]) == ("a Bcc: x@y.example", "1\n2", "客 Bcc: z")
    assert "BYDAY=MO,TU;" in made["rule"]


def test_dates_of_a_series_stay_in_our_time(company: Company) -> None:
    key = key_of(company, company.owner)
    series = call("", key, planned(company, repeat=WEEKLY), once="p").json()["id"]
    second = "2026-04-18T11:00:00"
    for n, wrong in enumerate(
        ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-04-01T00:00:00", "2040-01-01T00:00:00")
    ):
        assert call(f"/{series}/dates", key, {"original": second, "starts_at": wrong}, once=f"s{n}").status_code == 422
        assert call(f"/{series}?since={wrong}", key, {}, "patch", once=f"c{n}").status_code == 422
    assert call(f"/{series}/dates", key, {"original": "9999-12-31T23:59:59Z"}, once="o").status_code == 422
    assert call("/dates?since=0001-01-01T00:00:00&until=0001-02-01T00:00:00", key).status_code == 422
    assert call("/recordings?since=0001-01-01T00:00:00", key).status_code == 422


def test_what_has_begun_keeps_its_time_though_its_words_change(company: Company) -> None:
    key = key_of(company, company.owner)
    row = company.plan()
    Meeting.objects.filter(pk=row.pk).update(starts_at="2026-01-05T02:00:00Z")
    assert call(f"/{row.public_id}", key, {"title": "新"}, "patch", once="a").json()["title"] == "新"
    assert call(f"/{row.public_id}", key, {"starts_at": "2026-01-06T11:00:00"}, "patch", once="b").status_code == 422


def test_one_key_for_two_wishes_is_refused_though_only_their_date_differs(company: Company) -> None:
    key = key_of(company, company.owner)
    series = call("", key, planned(company, repeat=WEEKLY), once="p").json()["id"]
    path = f"/{series}/cancellation?since=2026-"
    assert call(path + "05-09T11:00:00", key, {}, once="x").status_code == 200
    assert call(path + "05-02T11:00:00", key, {}, once="x").status_code == 422


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[" * 9_000, 400), (b'"\xff"', 400), ("x" * 3_000_000, 413)])
def test_bodies_that_cannot_be_read_are_problems_too(company: Company, body: str | bytes, status: int) -> None:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key_of(company, company.owner)}", "HTTP_IDEMPOTENCY_KEY": "k"}
    answer = Client().post("/api/v1/meetings", body, content_type="application/json", **headers)
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"
