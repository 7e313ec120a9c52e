"""The demonstration's past meetings: what staff and contractor find on their pages, and a recording that plays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from musubu import clock
from musubu.demo import meetings, sittings
from musubu.engines import ffmpeg
from musubu.meetings.models import MeetingDocument, Poll, Recording, Sitting
from musubu.meetings.tests.company import START, Company, client, open_company
from musubu.parties import cast
from musubu.parties.models import Role

pytestmark = pytest.mark.long
LATER = START + timedelta(days=40)


@pytest.fixture
def company(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    with open_company() as found, clock.standing_at(LATER):
        found.provider.sandbox_now = LATER
        found.provider.save()
        sittings.seed(found.contract, [found.owner, found.member], meetings.OUTSIDE)
        yield found


def test_the_contractor_finds_a_full_summary(company: Company) -> None:
    sitting = Sitting.objects.get(meeting__title="秋の営業戦略会議")
    assert sitting.ended_at and sitting.ended_at < LATER
    page = client(company.owner).get(f"/meetings/sittings/{sitting.public_id}/").content.decode()
    for text in (
        "林",
        "よく聞こえます",
        "担当一覧.csv",
        "営業戦略.pdf",
        "商談の流れ",
        "桜シリーズ",
        "4 votes",
        "telephone",
    ):
        assert text in page, text
    assert "予算感" in page  # said to the host alone
    assert MeetingDocument.objects.get().pages == 2 and Poll.objects.get().state == "closed"
    board = sitting.boards.get()
    assert client(company.owner).get(f"/meetings/boards/{board.public_id}/svg/").status_code == 200


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="the recording is made by ffmpeg")
def test_the_recording_plays(company: Company) -> None:
    row = Recording.objects.get()
    facts = ffmpeg.facts(row.film)
    assert row.state == "ready" and abs(facts.milliseconds - row.milliseconds) < 500
    assert (facts.width, facts.height) == (row.width, row.height) == (640, 360)
    answer = client(company.owner).get(f"/meetings/recordings/{row.public_id}/film/", HTTP_RANGE="bytes=0-99")
    assert answer.status_code == 206 and row.poster.exists() and row.tracks.get().path.exists()
    assert row.bytes < 1_500_000


def test_staff_and_administrators_find_figures(company: Company) -> None:
    base = f"/meetings/{company.contract.public_id}/"
    for who in (client(company.owner), client(cast.make_staff(company.provider, Role.OWNER))):
        for path in (base + "usage/", base + "quality/"):
            assert "<svg" in who.get(path).content.decode(), path
    assert Sitting.objects.filter(meeting__title="朝会").count() > 10


def test_a_machine_without_ffmpeg_has_all_but_the_recording(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    with open_company() as company, clock.standing_at(LATER):
        sittings.seed(company.contract, [company.owner, company.member], ())
    assert Sitting.objects.filter(boards__isnull=False).exists() and not Recording.objects.exists()
