"""Each process of the machine is asked whether it answers; the desk and machines see who does not."""

from __future__ import annotations

import http.server
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from musubu import config
from musubu.engines.janus import health as janus
from musubu.engines.turn import health as turn
from musubu.operations import processes
from musubu.operations.models import Beat
from musubu.parties import cast, wall
from musubu.parties.models import Role
from tests.engines import free_port, running_janus

pytestmark = pytest.mark.django_db


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def address_string(self) -> str:
        return "live"

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As beside `musubu serve`: the live process answers, the engines are asked for but not there."""
    monkeypatch.setenv("MUSUBU_FRONT", "1")
    monkeypatch.setenv("MUSUBU_ENGINE_EVENTS", "1")
    monkeypatch.setenv("MUSUBU_TURN", f"turn:127.0.0.1:{free_port()}")
    path = config.run() / "live.sock"
    path.unlink(missing_ok=True)
    with socketserver.ThreadingUnixStreamServer(str(path), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
    path.unlink()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))


def test_who_answers_is_alive_and_who_does_not_is_silent(serving: None) -> None:
    processes.look()
    found = {one.name: one.alive for one in processes.standings()}
    assert found == {"worker": False, "live": True, "janus": False, "turn": False}


def test_one_heard_long_ago_is_silent_and_asked_again(serving: None) -> None:
    processes.look()
    Beat.objects.filter(name="live").update(at=wall.now() - timedelta(minutes=5))
    assert not next(one for one in processes.standings() if one.name == "live").alive
    processes.look()
    assert next(one for one in processes.standings() if one.name == "live").alive
    assert Beat.objects.filter(name="live").count() == 1


def test_the_desk_shows_them_and_others_do_not_see_the_page(serving: None) -> None:
    provider = cast.make_provider("demo")
    client = Client()
    assert client.get("/staff/reports/").status_code in (302, 404)
    client.force_login(cast.make_staff(provider, Role.OPERATIONS))
    processes.look()
    page = client.get("/staff/reports/", headers={"accept-language": "en"}).content.decode()
    assert page.count("silent") == 3 and page.count(">answers<") == 1
    body = client.get("/health/ready").json()
    assert body["janus"] == "silent" and body["live"] == "alive"


def test_alone_only_the_worker_is_expected() -> None:
    assert [one.name for one in processes.standings()] == ["worker"]


def test_the_real_engine_is_heard_until_it_dies() -> None:
    with running_janus() as running:
        assert janus.answers(running.instance.folder)
        running.kill()
        assert not janus.answers(running.instance.folder)


def test_a_silent_relay_is_noticed() -> None:
    assert not turn.answers("127.0.0.1", free_port())
