"""Logs say what happened under one id, and hold no secret."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.api import keys
from musubu.contracts import actions, applications, presets
from musubu.logs import HEADER, LineFormatter, traced
from musubu.notices.models import Notice
from musubu.parties import actions as people
from musubu.parties import cast
from musubu.parties.models import Role

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


def test_no_secret_is_logged(caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    provider = cast.make_provider("demo")
    presets.seed_catalogue(provider)
    organisation, owner = cast.make_contractor(provider)
    staff = cast.make_staff(provider)
    client = Client()
    client.post("/sign-in/", {"email": owner.email, "password": cast.PASSWORD})
    people.invite(
        provider=provider, organisation=organisation, person=owner, email="n@x.example", role=Role.MEMBER, language="ja"
    )
    people.forgot_password(provider=provider, email=owner.email)
    links = [line for row in Notice.objects.all() for line in row.body.split() if line.startswith("http")]
    for link in links:
        client.get("/" + link.split("/", 3)[3])
    _, key = keys.create(provider=provider, organisation=None, person=staff, name="k", scopes=["read"])
    client.get("/api/v1/contracts", headers={"Authorization": f"Bearer {key}"})
    plan = provider.plans.get(service="liveon", code="monthly")
    licence = applications.deliver_key(
        contract=actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
    )
    client.get("/register/", {"key": licence})
    said = "\n".join(LineFormatter().format(record) for record in caplog.records if record.name != "django.db.backends")
    secrets = [cast.PASSWORD, key, licence, staff.totp_secret, *(link.rstrip("/").rsplit("/", 1)[1] for link in links)]
    assert len(links) == 2 and "GET" in said
    assert [one for one in secrets if one in said] == []


def test_a_line_is_json_with_the_id_of_its_request(caplog: Any) -> None:
    cast.make_provider("demo")
    answer = Client().get("/status/")
    assert answer[HEADER].startswith("request-")
    with traced("job") as name:
        line = json.loads(LineFormatter().format(logging.makeLogRecord({"msg": "done", "levelname": "INFO"})))
    assert line["id"] == name and line["message"] == "done" and line["level"] == "info"
