"""Recordings: who may begin, watch, share and delete them; retention, the contract's end and legal holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.contracts import actions as contracts
from musubu.contracts import clock as sandbox
from musubu.contracts import deadlines, holds
from musubu.contracts.models import DeletionRecord
from musubu.meetings.actions import licences, recordings, sharing
from musubu.meetings.jobs import keeping
from musubu.meetings.live import outside
from musubu.meetings.models import Meeting, Recording, Share, Sitting, Space, Track, Viewing
from musubu.meetings.tests.company import START, Company, client, suspend
from musubu.meetings.tests.kept import FILM, came, host_of, ready
from musubu.parties import cast
from musubu.parties.models import AuditEntry, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

State = Recording.State


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    yield


def on(path: str, row: Recording) -> str:
    return f"/meetings/recordings/{row.public_id}/{path}"


def test_begun_once_and_stopped_once_with_all_who_were_there(company: Company) -> None:
    sitting = company.runs(company.plan())
    host = host_of(company, sitting)
    came(sitting, "早退", joined_at=START - timedelta(minutes=9), left_at=START - timedelta(minutes=1))
    row = recordings.begin(sitting=sitting, by=host)
    assert recordings.begin(sitting=sitting, by=host) == row and row.started_by_name == "社長"
    came(sitting, "客", joined_at=START + timedelta(minutes=1))
    recordings.stop(recording=row, at=START + timedelta(minutes=5))
    recordings.stop(recording=row, at=START + timedelta(minutes=9))
    row.refresh_from_db()
    assert row.state == State.QUEUED and row.stopped_at == START + timedelta(minutes=5)
    assert [one["name"] for one in row.present] == ["社長", "客"]
    assert AuditEntry.objects.filter(action="meetings.record").count() == 1


def test_what_never_began_leaves_no_recording(company: Company) -> None:
    sitting = company.runs(company.plan())
    row = recordings.begin(sitting=sitting, by=host_of(company, sitting))
    kept = ready(company)
    for one in (row, kept):
        outside.discard_recording(str(one.public_id))
    assert list(Recording.objects.all()) == [kept]


def test_who_may_not_record(company: Company) -> None:
    meeting = company.plan()
    sitting = company.runs(meeting)
    host = host_of(company, sitting)
    with pytest.raises(NotAllowed):
        recordings.begin(sitting=sitting, by=came(sitting, "客"))
    with pytest.raises(NotPossible, match="licence"):
        recordings.begin(sitting=sitting, by=came(sitting, "共同", role="co-host"))
    group = licences.save_group(contract=company.contract, person=company.owner, name="g", rights={"record": False})
    licences.put_into_group(licence=host.licence, person=company.owner, group=group)
    host.refresh_from_db()
    with pytest.raises(NotPossible, match="licence"):
        recordings.begin(sitting=sitting, by=host)
    licences.put_into_group(licence=host.licence, person=company.owner, group=None)
    Meeting.objects.filter(pk=meeting.pk).update(settings={"record": "nobody"})
    host.refresh_from_db()
    with pytest.raises(NotPossible, match="switched off"):
        recordings.begin(sitting=sitting, by=host)
    suspend(company)
    with pytest.raises(NotPossible, match="over"):
        recordings.begin(sitting=sitting, by=host)
    assert not Recording.objects.exists()


def test_a_recording_whose_room_died_is_stopped_by_the_worker(company: Company) -> None:
    sitting = company.runs(company.plan())
    row = recordings.begin(sitting=sitting, by=host_of(company, sitting))
    assert recordings.recover(sitting) == row
    keeping.sweep(company.provider, clock.now())
    row.refresh_from_db()
    assert row.state == State.RECORDING  # its room may come back
    Sitting.objects.update(ended_at=START)
    keeping.sweep(company.provider, clock.now())
    row.refresh_from_db()
    assert row.state == State.QUEUED and recordings.recover(sitting) is None


def test_who_may_watch(company: Company) -> None:
    row = ready(company)
    track = row.tracks.get()
    came(row.sitting, "吉田", company.member)
    outsider = cast.make_member(company.organisation, "away@sakura.example", Role.MEMBER)
    _, stranger = cast.make_contractor(company.provider, "他社", "x@other.example")
    for person, status in ((company.owner, 200), (company.member, 200), (outsider, 404), (stranger, 404)):
        found = client(person)
        assert found.get(on("", row)).status_code == status, person
        assert found.get(on("film/", row)).status_code == status
        assert found.get(f"/meetings/tracks/{track.public_id}/").status_code == status
        listed = found.get(f"/meetings/{company.contract.public_id}/recordings/")
        assert (str(row.public_id) in listed.content.decode()) == (status == 200)
    assert Viewing.objects.filter(recording=row).count() == 2
    client(company.owner).get(on("film/", row))
    assert Viewing.objects.filter(recording=row).count() == 2  # once a day
    row.sitting.meeting.invitees.create(email=outsider.email)
    assert client(outsider).get(on("film/", row)).status_code == 200
    staff = client(cast.make_staff(company.provider, Role.OWNER))
    page = staff.get(on("", row))
    assert page.status_code == 200 and row.sitting.meeting.title not in page.content.decode()
    assert staff.get(on("film/", row)).status_code in (403, 404)
    suspend(company)
    assert client(company.owner).get(on("film/", row)).status_code == 404


def test_parts_of_the_film_are_handed_out(company: Company, settings: Any) -> None:
    row = ready(company)
    owner = client(company.owner)
    whole = owner.get(on("film/", row))
    assert b"".join(whole.streaming_content) == FILM and whole["Accept-Ranges"] == "bytes"
    for asked, begin, end in (
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(FILM)),
        ("bytes=-5", len(FILM) - 5, len(FILM)),
    ):
        part = owner.get(on("film/", row), headers={"range": asked})
        assert part.status_code == 206 and b"".join(part.streaming_content) == FILM[begin:end]
        assert part["Content-Range"] == f"bytes {begin}-{end - 1}/{len(FILM)}"
    assert owner.get(on("film/", row), headers={"range": f"bytes={len(FILM)}-"}).status_code == 416
    assert "attachment" in owner.get(on("film/?download=1", row))["Content-Disposition"]
    settings.BEHIND_FRONT = True
    handed = owner.get(on("film/", row))
    assert handed["X-Accel-Redirect"] == f"/protected/meetings/{company.contract.public_id}/{row.public_id}/meeting.mp4"
    assert not handed.content


def test_a_link_opens_it_until_it_ends(company: Company) -> None:
    row = ready(company)
    owner, guest = client(company.owner), Client()
    assert owner.post(on("links/", row), {"days": "7", "pass_code": "himitsu"}).status_code == 302
    link = Share.objects.get()
    path = f"/meetings/shared/{link.token}/"
    assert "himitsu" not in link.pass_code and "<video" not in guest.get(path).content.decode()
    assert guest.get(path + "film/").status_code == 404
    assert guest.post(path, {"pass_code": "falsch"}).status_code == 403
    assert guest.post(path, {"pass_code": "himitsu"}).status_code == 302
    assert "<video" in guest.get(path).content.decode()
    assert guest.get(path + "film/").status_code == 200
    assert Client().get(path + "film/").status_code == 404
    seen = Viewing.objects.get(share=link)
    assert seen.person is None and seen.viewer.startswith("guest:")
    with clock.standing_at(START + timedelta(days=8)):
        company.provider.sandbox_now = START + timedelta(days=8)
        company.provider.save()
        assert guest.get(path).status_code == 404 and guest.get(path + "film/").status_code == 404
        company.provider.sandbox_now = START
        company.provider.save()
    assert owner.post(f"/meetings/links/{link.public_id}/end/").status_code == 302
    assert guest.get(path).status_code == 404
    for _ in range(10):
        sharing.share(recording=row, person=company.owner, days=1)
    assert Client().get("/meetings/shared/nothing/").status_code == 404


def test_wrong_codes_make_wait(company: Company) -> None:
    link = sharing.share(recording=ready(company), person=company.owner, days=1, pass_code="himitsu")
    guest, path = Client(), f"/meetings/shared/{link.token}/"
    for _ in range(10):
        guest.post(path, {"pass_code": "x"})
    assert guest.post(path, {"pass_code": "himitsu"}).status_code == 403


def test_only_host_and_administrators_decide(company: Company) -> None:
    row = ready(company)
    came(row.sitting, "吉田", company.member)
    for act in (
        lambda: sharing.share(recording=row, person=company.member, days=7),
        lambda: recordings.delete(recording=row, person=company.member),
        lambda: recordings.bring_back(recording=row, person=company.member),
        lambda: recordings.retry(recording=row, person=company.member),
        lambda: recordings.cancel(recording=row, person=company.member),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert client(company.member).post(on("deletion/", row)).status_code == 403
    with pytest.raises(NotPossible, match="how long"):
        sharing.share(recording=row, person=company.owner, days=3)
    with pytest.raises(NotPossible, match="at least 4"):
        sharing.share(recording=row, person=company.owner, days=7, pass_code="abc")
    assert not Share.objects.exists()


def test_deleted_is_put_away_taken_back_and_erased_after_a_week(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    row = ready(company)
    link = sharing.share(recording=row, person=company.owner, days=30)
    for _ in range(2):
        recordings.delete(recording=row, person=company.owner)
    owner = client(company.owner)
    assert owner.get(on("film/", row)).status_code == 404
    assert Client().get(f"/meetings/shared/{link.token}/").status_code == 404
    assert owner.post(on("return/", row)).status_code == 302 and owner.get(on("film/", row)).status_code == 200
    recordings.delete(recording=row, person=company.owner)
    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.sweep(company.provider, clock.now() + timedelta(days=6)) == 0
        assert row.film.exists()
        assert keeping.sweep(company.provider, clock.now() + timedelta(days=7)) == 1
    row.refresh_from_db()
    assert row.state == State.DELETED and row.files_gone_at and not row.folder.exists() and not row.present
    assert not Share.objects.exists() and not Track.objects.exists() and row.started_by_name == ""
    kept = DeletionRecord.objects.get(contract=company.contract)
    assert kept.counts == {"recordings": 1, "tracks": 1, "bytes": len(FILM) + 3} and kept.scope == keeping.BY_HAND
    assert keeping.sweep(company.provider, clock.now() + timedelta(days=9)) == 0
    with pytest.raises(NotPossible, match="for good"):
        recordings.bring_back(recording=row, person=company.owner)


def test_the_retention_rule(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    row = ready(company)
    later = clock.now() + timedelta(days=30)
    assert keeping.sweep(company.provider, later) == 0  # without a rule it stays
    Space.objects.filter(contract=company.contract).update(settings={"keep_days": 30})
    assert keeping.sweep(company.provider, later - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.sweep(company.provider, later) == 1
    assert not row.folder.exists() and DeletionRecord.objects.get().scope == keeping.BY_RULE


def test_with_the_contracts_end_they_are_gone(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    row = ready(company)
    contracts.cancel(contract=company.contract, person=company.owner)
    company.contract.refresh_from_db()
    last = company.contract.ends_on
    with django_capture_on_commit_callbacks(execute=True):
        deadlines.advance_sandbox(company.provider, clock.now() + timedelta(days=5))
        assert row.film.exists()
        deadlines.advance_sandbox(company.provider, clock.now() + timedelta(days=200), between=keeping.sweep)
    row.refresh_from_db()
    assert row.state == State.DELETED and row.clause == "LO-17.2" and not row.folder.exists()
    kept = DeletionRecord.objects.get(contract=company.contract)
    assert kept.at.astimezone(clock.TOKYO).date() == last + timedelta(days=1) and kept.clause == "LO-17.2"


def test_a_hold_keeps_them_over_the_end_until_it_is_lifted(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    row = ready(company)
    staff = cast.make_staff(company.provider, Role.OWNER)
    with pytest.raises(NotAllowed):
        holds.put(contract=company.contract, person=company.owner, clause="LO-16.2", ground="LO-16.2(1)")
    with pytest.raises(NotPossible):
        holds.put(contract=company.contract, person=staff, clause="LO-17.2", ground="x")
    desk = client(staff)
    for _ in range(2):
        desk.post(f"/staff/contracts/{company.contract.public_id}/hold/", {"ground": "LO-16.2|LO-16.2(1)"})
    assert company.contract.holds.count() == 1
    assert "LO-16.2" in client(company.owner).get(on("", row)).content.decode()
    with pytest.raises(NotPossible, match=r"LO-16\.2"):
        recordings.delete(recording=row, person=company.owner)
    Space.objects.filter(contract=company.contract).update(settings={"keep_days": 1})
    contracts.measure(
        contract=company.contract, person=staff, kind="terminate", clause="LO-18.1", ground="LO-18.1(1)", key="t"
    )
    with django_capture_on_commit_callbacks(execute=True):
        deadlines.advance_sandbox(company.provider, clock.now() + timedelta(days=40), between=keeping.sweep)
        assert row.film.exists() and not DeletionRecord.objects.exists()
        desk.post(f"/staff/contracts/{company.contract.public_id}/hold/", {"what": "lift"})
        keeping.sweep(company.provider, clock.now() + timedelta(days=41))
    row.refresh_from_db()
    assert row.state == State.DELETED and not row.folder.exists()


def test_the_clock_alone_erases_what_is_due_and_nothing_that_is_held(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    """Two contracts are cancelled, one of them under a hold; staff only move the clock."""
    plan = company.contract.plan
    held = contracts.open_contract(
        provider=company.provider, organisation=company.organisation, plan=plan, responsible=company.owner
    )
    contracts.conclude(contract=held)
    licences.assign(contract=held, person=company.owner, holder=company.owner)
    gone, kept = ready(company), ready(replace(company, contract=held))
    staff = cast.make_staff(company.provider, Role.OWNER)
    holds.put(contract=held, person=staff, clause="LO-16.2", ground="LO-16.2(1)")
    for contract in (company.contract, held):
        contracts.cancel(contract=contract, person=company.owner)
    company.contract.refresh_from_db()
    last = datetime.combine(company.contract.ends_on, time(23, 59), tzinfo=clock.TOKYO)

    def moves(to: datetime) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            sandbox.start_run(provider=company.provider, person=staff, to=to)
            sandbox.run_pending()
        company.provider.refresh_from_db()
        gone.refresh_from_db()
        kept.refresh_from_db()

    moves(last)
    assert gone.film.exists() and gone.state == State.READY
    moves(last + timedelta(minutes=2))
    assert (gone.state, gone.clause, gone.folder.exists()) == (State.DELETED, "LO-17.2", False)
    moves(last + timedelta(days=60))
    assert kept.state == State.READY and kept.film.exists() and not kept.contract.deletions.exists()
    holds.lift(contract=held, person=staff)
    moves(last + timedelta(days=61))
    assert (kept.state, kept.clause, kept.folder.exists()) == (State.DELETED, "LO-17.2", False)


def test_files_that_a_crash_left_are_removed(company: Company) -> None:
    row = ready(company)
    recordings.erase([row], clause="", scope="x")  # the commit's hook never ran
    assert row.film.exists()
    assert recordings.remove_files() == 1 and not row.folder.exists() and recordings.remove_files() == 0


def test_everything_of_a_contract(company: Company) -> None:
    ready(company)
    assert recordings.delete_all(company.contract) == {"recordings": 1, "tracks": 1, "bytes": len(FILM) + 3}
    assert recordings.delete_all(company.contract) == {} and os.listdir(recordings.config.var())
