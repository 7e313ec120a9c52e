"""Usage, quality and the summary of a sitting: what they count, how they say why, and who sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from musubu import clock
from musubu.meetings import queries_quality, queries_usage
from musubu.meetings.actions import quality
from musubu.meetings.live.layers import Wish, received
from musubu.meetings.models import Attendance, QualitySample, Sitting
from musubu.meetings.tests.company import START, Company, client
from musubu.parties import cast
from musubu.parties.models import Role


@pytest.fixture
def sitting(company: Company) -> Sitting:
    """An hour of three: one with a bad line, one with a good one, one by telephone."""
    row = company.runs(company.plan(title="品質会議"))
    for name, kind, person, ms in (
        ("良い人", "member", company.owner, 900), ("悪い人", "guest", None, 5200), ("電話", "phone", None, None),
    ):  # fmt: skip
        one = Attendance.objects.create(
            sitting=row, name=name, kind=kind, person=person, role="host" if person else "attendee", joined_at=START,
            left_at=START + timedelta(minutes=60), left_reason="ended", join_ms=ms, talked_seconds=7,
        )  # fmt: skip
        if kind != "phone":
            bad = kind == "guest"
            for minute in range(3):
                quality.hand_in([_row(one, minute, bad), {"attendance": "nobody", "at": START}][:1])
    Sitting.objects.filter(pk=row.pk).update(ended_at=START + timedelta(minutes=60), end_reason="host", peak=3)
    row.refresh_from_db()
    return row


def _row(one: Attendance, minute: int, bad: bool) -> dict[str, Any]:
    return {
        "attendance": str(one.public_id), "at": START + timedelta(minutes=minute, seconds=5), "loss_up": 7.5 if bad else 0,
        "loss_down": 0.1, "rtt_ms": 640 if bad else 30, "jitter_ms": 4, "kbps_up": 900, "kbps_down": 1500,
        "freezes": 2 if bad else 0, "freeze_seconds": 4.5 if bad else 0, "limited": "cpu" if bad else "none",
        "path": "relay" if bad else "udp", "layer": 0.5 if bad else None, "coarse": 80 if bad else 0,
        "restarts": int(bad and minute == 1),
    }  # fmt: skip


def test_a_minute_counts_once_and_nonsense_is_held_in_bounds(company: Company, sitting: Sitting) -> None:
    assert QualitySample.objects.count() == 6
    good = sitting.attendances.get(name="良い人")
    quality.hand_in([_row(good, 0, True)])
    assert good.samples.get(minute=0).loss_up == 0 and good.samples.get(minute=0).limited == ""
    wild = {"loss_up": "x", "rtt_ms": 10**9, "freeze_seconds": float("nan"), "kbps_up": -5, "path": None}
    quality.hand_in([{**_row(good, 9, False), **wild}])
    row = good.samples.get(minute=9)
    assert (row.loss_up, row.round_trip, row.frozen, row.kbps_up, row.network) == (0, 32_767, 0, 0, "")


def test_the_worst_comes_first_with_the_reasons(sitting: Sitting) -> None:
    worst, good, phone = queries_quality.people(sitting)
    assert (worst.name, worst.bad, worst.minutes, worst.freezes, worst.frozen) == ("悪い人", 3, 3, 6, 13_500)
    why = " ".join(worst.why)
    assert "7.5 %" in why and "640 ms" in why and "relay" in why and "processor" in why and "5.2 s" in why
    assert "coarser" in why and "restarted 1 time;" in why and (worst.layer, worst.restarts) == (50, 1)
    assert (good.bad, good.why) == (0, []) and phone.minutes == 0 and good.layer is None
    (line,) = queries_quality.by_sitting(sitting.meeting.contract, START, START + timedelta(days=1))
    assert (line.people, line.minutes, line.bad, line.freezes) == (3, 6, 3, 6) and line.share == 50
    assert (line.layer, line.restarts) == (50, 1)


def test_what_is_received_is_compared_with_what_is_looked_at() -> None:
    wishes = [Wish("a", "camera", 720), Wish("b", "camera", 200), Wish("c", "camera", 0), Wish("s", "screen", 900)]
    assert received(wishes, {("a", "camera"): 2, ("b", "camera"): 0, ("s", "screen"): 1}) == (1, False)
    assert received(wishes, {("a", "camera"): 0, ("b", "camera"): -1}) == (0, True)
    assert received(wishes, {("s", "screen"): 0, ("c", "camera"): 0}) == (None, True)
    assert received([], {}) == (None, False)


def test_usage_counts_people_and_minutes(company: Company, sitting: Sitting) -> None:
    found = queries_usage.of([company.contract], START.date() - timedelta(days=2), START.date())
    assert (found.meetings, found.people, found.minutes) == (1, 3, 180) and (found.licences, found.bought) == (2, 10)
    assert [line.meetings for line in found.lines] == [0, 0, 1]
    assert (found.lines[-1].guests, found.lines[-1].phones, found.lines[-1].peak) == (1, 1, 3)
    by_month = queries_usage.of([company.contract], START.date() - timedelta(days=200), START.date())
    assert by_month.lines[-1].label == "2026-04" and by_month.meetings == 1


def test_who_sees_which_page(company: Company, sitting: Sitting) -> None:
    base, of_sitting = f"/meetings/{company.contract.public_id}/", f"/meetings/sittings/{sitting.public_id}/"
    company.provider.sandbox_now = START + timedelta(hours=2)
    company.provider.save()
    with clock.standing_at(START + timedelta(hours=2)):
        owner, staff = client(company.owner), client(cast.make_staff(company.provider, Role.OWNER))
        for path in ("usage/", "quality/"):
            for one in ("", "?format=csv", "?from=nonsense&to=2026-04-30"):
                assert owner.get(base + path + one).status_code == 200, path + one
                assert staff.get(base + path + one).status_code == 200
            assert client(company.member).get(base + path).status_code == 403
        assert "品質会議" in owner.get(base + "quality/").content.decode()
        assert "coarse (0.5)" in owner.get(base + "quality/").content.decode()
        assert ",0.5,1" in owner.get(base + "quality/?format=csv").content.decode()
        assert "品質会議" not in staff.get(base + "quality/").content.decode()
        page = staff.get("/staff/meetings/usage/").content.decode()
        assert "180" in page and 'usage/" aria-current' in page and '/staff/meetings/" aria-current' not in page
        assert "/staff/meetings/usage/" in staff.get("/staff/meetings/").content.decode()
        assert owner.get("/staff/meetings/usage/").status_code == 403
        page = owner.get(of_sitting).content.decode()
        assert "悪い人" in page and "電話" in page
        assert '<time datetime="2026-04-10T02:00:00+00:00" data-here>2026-04-10 11:00</time>' in page
        table = owner.get(of_sitting + "attendance.csv").content.decode()
        assert table.count("\n") == 4 and "良い人" in table
        assert "7.5" in owner.get(of_sitting + "quality/?format=csv").content.decode()
        for path in ("", "attendance.csv", "quality/"):
            assert client(company.member).get(of_sitting + path).status_code == 404
            assert staff.get(of_sitting + path).status_code in (403, 404)
        Attendance.objects.create(
            sitting=sitting, name="吉田", kind="member", person=company.member, role="attendee", joined_at=START
        )
        seen = client(company.member).get(of_sitting + "quality/").content.decode()
        assert "吉田" in seen and "悪い人" not in seen  # only the own line
