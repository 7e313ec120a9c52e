"""The room's page and the check page: what they carry, to whom they are open, and that every word is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from musubu.meetings import room_words
from musubu.meetings.tests.company import Company, client
from musubu.notices.models import Notice

pytestmark = pytest.mark.django_db
BROWSER = Path(__file__).resolve().parents[3] / "web/src/meeting"


def carried(answer: Any, key: str) -> dict[str, Any]:
    found = re.search(rf'<script id="{key}" type="application/json">(.*?)</script>', answer.content.decode(), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_room_needs_no_foreign_address_and_no_script_but_ours(company: Company) -> None:
    answer = client(company.owner).get(f"/m/{company.plan().slug}/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy and "'unsafe-eval'" not in policy.replace(
        "wasm-unsafe-eval", ""
    )
    assert "connect-src 'self' ws://testserver wss://testserver" in policy
    assert not re.search(r'(src|href)="(https?:)?//', answer.content.decode())


def test_the_page_carries_a_ticket_only_where_nothing_must_be_asked(company: Company) -> None:
    slug = company.plan().slug
    assert carried(client(company.owner).get(f"/m/{slug}/"), "room")["ticket"]
    told = carried(Client().get(f"/m/{slug}/"), "room")
    assert told["ticket"] is None and told["needs"]["name"]


def test_words_follow_the_language_and_english_needs_none(company: Company) -> None:
    slug = company.plan().slug
    japanese = carried(Client(headers={"accept-language": "ja"}).get(f"/m/{slug}/"), "room")["texts"]
    assert japanese["Join now"] == "参加する" and japanese["Share"] == "共有"
    assert carried(Client(headers={"accept-language": "en"}).get(f"/m/{slug}/"), "room")["texts"] == {}


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_every_word_is_translated(language: str) -> None:
    same = {"{page} / {pages}"}
    with translation.override(language):
        assert {one for one, said in room_words.dictionary().items() if said == one} - same == set()


def test_the_list_of_words_is_what_the_browser_says() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in BROWSER.glob("*.ts*") if ".test." not in path.name)
    said = set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', code))
    listed = set(room_words.WORDS)
    assert said - listed == set()
    assert {one for one in listed if f'"{one}"' not in code} == set()


def test_anybody_may_check_a_terminal_and_no_secret_is_shown(company: Company) -> None:
    told = carried(Client().get("/meetings/check/"), "check")
    assert told["email"] == "" and "secret" not in json.dumps(told)


@pytest.fixture
def demo(company: Company) -> Company:
    return company


def send(**told: Any) -> Any:
    return Client().post("/meetings/check/report/", json.dumps(told), content_type="application/json")


def test_a_report_reaches_staff_and_its_sender(demo: Company) -> None:
    answer = send(email="a@b.example", note="no\x00 sound", lines=["browser: X", "a\nb"])
    assert answer.status_code == 200
    rows = Notice.objects.filter(kind="contact")
    assert {one.to_email for one in rows} == {demo.provider.email, "a@b.example"}
    body = rows[0].body
    assert "browser: X" in body and "a b" in body and "\x00" not in body


@pytest.mark.parametrize(
    "told", [{"email": "no address", "lines": ["x"]}, {"email": "a@b.example", "lines": []}, {"lines": 3}]
)
def test_a_wrong_report_is_refused_and_nothing_is_sent(demo: Company, told: dict[str, Any]) -> None:
    answer = send(**told)
    assert answer.status_code == 400 and answer.json()["text"]
    assert not Notice.objects.filter(kind="contact").exists()


def test_reports_cannot_be_sent_without_end(demo: Company) -> None:
    codes = {send(email="a@b.example", lines=["x"]).status_code for _ in range(40)}
    assert 429 in codes


def test_a_report_needs_the_page_it_came_from(demo: Company) -> None:
    told = json.dumps({"email": "a@b.example", "lines": ["x"]})
    answer = Client(enforce_csrf_checks=True).post("/meetings/check/report/", told, content_type="application/json")
    assert answer.status_code == 403


def test_a_code_may_be_typed_as_people_type_it(company: Company) -> None:
    meeting = company.plan(settings={"lobby": "nobody"})
    code = meeting.pass_code
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for typed, status in ((code, 200), (f"{code[:3]} {code[3:]}", 200), (wide, 200), (code[:5], 403), ("", 403)):
        told = {"name": "客", "numbered": True, "pass_code": typed}
        answer = Client().post(f"/m/{meeting.slug}/enter/", told, content_type="application/json")
        assert answer.status_code == status, typed


@pytest.mark.parametrize("body", ["{", "[]", "null", "[" * 100_000, "x" * 3_000_000])
def test_a_body_that_cannot_be_read_is_answered(company: Company, body: str) -> None:
    for path in (f"/m/{company.plan().slug}/enter/", "/meetings/check/report/", "/meetings/links/"):
        answer = Client(raise_request_exception=False).post(path, body, content_type="application/json")
        assert answer.status_code in (400, 401, 403, 404, 413), path
