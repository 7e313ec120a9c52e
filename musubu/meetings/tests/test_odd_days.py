"""Days and words on the pages that cannot be meant: each is said, nothing breaks, nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest

from musubu.meetings.models import Meeting
from musubu.meetings.repeating import Repetition
from musubu.meetings.tests.company import Company, client
from musubu.meetings.tests.test_pages import FORM, at, of
from musubu.parties.models import Invitation

pytestmark = pytest.mark.django_db
ODD = ("0001-01-01", "9999-12-31", "2026-04-01", "2040-01-01")


@pytest.mark.parametrize("day", ODD)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"repeat": "weekly", "ends": "until", "until": "9999-12-31"},
        {"repeat": "monthly", "ends": "count", "count": "3"},
    ],
)
def test_on_the_plan(company: Company, day: str, more: dict[str, Any]) -> None:
    answer = client(company.owner).post(at(company, "plan/"), FORM | {"day": day} | more)
    page = answer.content.decode()
    assert answer.status_code in (200, 403, 422) and ("passed already" in page or "within 10 years" in page)
    assert not Meeting.objects.filter(kind__in=("planned", "repeated")).exists()


@pytest.mark.parametrize("day", ODD)
def test_on_a_change_a_date_and_a_copy(company: Company, day: str) -> None:
    one, series = company.plan(), company.plan(repeat=Repetition("weekly", count=3))
    who = client(company.owner)
    first = series.starts_at
    assert first is not None
    for path, form in (
        (of(one, "change/"), FORM | {"day": day}),
        (
            of(series, "date/") + f"?of={first.isoformat().replace('+', '%2B')}",
            {"what": "move", "day": day, "at": "11:00", "minutes": "60"},
        ),
        (of(one, "copy/"), {"day": day, "at": "11:00"}),
    ):
        page = who.post(path, form, follow=True).content.decode()
        assert "passed already" in page or "within 10 years" in page, path
    assert not series.moved_dates.exists() and Meeting.objects.filter(kind="planned").count() == 1
    one.refresh_from_db()
    assert one.starts_at is not None and one.starts_at.year == 2026 and one.sequence == 0


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00"])
def test_in_an_address(company: Company, moment: str) -> None:
    series = company.plan(repeat=Repetition("weekly", count=3))
    for page in (f"date/?of={moment}", f"change/?from={moment}"):
        assert client(company.owner).get(of(series, page)).status_code == 404


@pytest.mark.parametrize("days", ["from=0001-01-01&to=9999-12-31", "from=9999-12-31&to=9999-12-31", "to=0001-01-02"])
def test_as_a_period_of_figures(company: Company, days: str) -> None:
    for page in ("usage/", "quality/"):
        for more in ("", "&format=csv"):
            assert client(company.owner).get(at(company, f"{page}?{days}{more}")).status_code == 200


def test_what_no_database_can_look_for_is_left_out_of_a_search(company: Company) -> None:
    company.plan(title="営業会議")
    answer = client(company.owner).get(at(company, "list/?q=%00営業%00会議&whose=all"))
    assert answer.context["q"] == "営業会議" and "営業会議" in answer.content.decode()


@pytest.mark.parametrize("email", ["a@", "@b.example", "a b@c.example", "a@b", "a\0b@c", "x" * 250 + "@b.example"])
def test_nobody_is_invited_at_no_address(company: Company, email: str) -> None:
    client(company.owner).post(at(company, "people/invitations/"), {"email": email})
    assert not Invitation.objects.exists()


def test_a_licence_for_nobody_in_particular(company: Company) -> None:
    for holder in ("", "x", "-" * 36, str(company.contract.public_id)):
        assert client(company.owner).post(at(company, "people/licences/"), {"person": holder}).status_code == 404
