"""A provider of one's own: made by a command, its owner joins by a link."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from musubu.cli import provider as command
from musubu.parties.models import Membership, Provider, Role

pytestmark = pytest.mark.django_db


def test_before_there_is_a_provider_the_site_says_what_to_do() -> None:
    answer = Client().get("/")
    assert answer.status_code == 503 and b"musubu provider create" in answer.content
    assert Client().get("/health/live").status_code == 200


def test_a_provider_is_made_and_its_owner_joins(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "django", lambda: None)
    made = ["create", "my-company", "--name", "わが社", "--owner", "o@x.example"]
    assert command.run(made) == 0
    path = re.search(r"http://[^/]+(/\S+)", capsys.readouterr().out)[1]
    client = Client()
    assert client.post(path, {"name": "社長", "password": "hoshi-7-kumo-tsuki"}).url == "/home/"
    membership = Membership.objects.get()
    assert membership.role == Role.OWNER and membership.organisation is None
    assert client.get("/home/").url == "/second-factor/"
    assert "わが社" in Client().get("/").content.decode()
    assert command.run(made) == 2 and Provider.objects.count() == 1
    assert command.run(["create", "X Y", "--name", "n", "--owner", "o@x.example"]) == 2
    assert command.run(["create", "x-y", "--name", "n", "--owner", "nobody"]) == 2
