"""Calls are counted in the cache that all processes share: here a Redis server of the test's own."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, override_settings

from musubu.api import keys, limits
from musubu.parties import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("redis")
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: run script/setup"
    socket = Path(folder) / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    location = f"unix://{socket}"
    with override_settings(
        CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location}}
    ):
        yield location
    server.terminate()
    server.wait(10)


def test_processes_share_one_count(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caches["default"].clear()
    monkeypatch.setattr(limits, "WINDOW", 3600)
    assert [limits.spend("a", 2) > 0 for _ in range(3)] == [False, False, True]
    other = subprocess.run(
        ["redis-cli", "-s", redis.removeprefix("unix://"), "keys", "*"], capture_output=True, text=True, check=True
    )
    assert "api:a:" in other.stdout
    assert limits.spend("b", 2) == 0


def test_too_many_calls_are_told_to_wait(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caches["default"].clear()
    monkeypatch.setattr(limits, "WINDOW", 3600)
    monkeypatch.setattr(limits, "WITH_KEY", 2)
    provider = cast.make_provider("demo")
    organisation, owner = cast.make_contractor(provider)
    _, text = keys.create(provider=provider, organisation=organisation, person=owner, name="k", scopes=["read"])
    answers = [Client().get("/api/v1/contracts", headers={"Authorization": f"Bearer {text}"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0 and answers[2]["Content-Type"] == "application/problem+json"
