"""Webhooks: signed, sent once, tried again, never into the provider's own network; keys and their pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.api import webhooks
from musubu.api.models import ApiKey, Delivery
from musubu.contracts import actions
from musubu.contracts.tests import stage
from musubu.parties import cast, wall
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


class Receiver(BaseHTTPRequestHandler):
    heard: list[tuple[Any, bytes]] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.headers, body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Any:
    Receiver.heard, Receiver.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture
def world() -> Any:
    webhooks.forget_listeners()
    with stage.sandbox(START) as provider:
        organisation, owner = cast.make_contractor(provider)
        yield provider, organisation, owner
    webhooks.forget_listeners()


def concluded(provider: Any, organisation: Any, owner: Any) -> Any:
    webhooks.forget_listeners()
    plan = provider.plans.get(service="videog", code="business")
    contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
    actions.conclude(contract=contract)
    return contract


def test_what_happens_is_told_signed_and_once(world: Any, receiver: str) -> None:
    provider, organisation, owner = world
    hook = webhooks.create(
        provider=provider, organisation=organisation, person=owner, url=receiver, events=["invoice.issued"]
    )
    contract = concluded(provider, organisation, owner)
    assert webhooks.deliver_due() == 1 and webhooks.deliver_due() == 0
    headers, body = Receiver.heard[0]
    told = json.loads(body)
    assert told["type"] == "invoice.issued" and told["data"]["number"] == contract.number
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == "v1," + expected


def test_another_organisation_hears_nothing(world: Any, receiver: str) -> None:
    provider, organisation, owner = world
    other, person = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    webhooks.create(provider=provider, organisation=other, person=person, url=receiver, events=[])
    concluded(provider, organisation, owner)
    assert not Delivery.objects.exists()


def test_a_failure_is_tried_again_later_and_logged(world: Any, receiver: str) -> None:
    provider, organisation, owner = world
    Receiver.answers = [500, 302]
    hook = webhooks.create(provider=provider, organisation=organisation, person=owner, url=receiver, events=[])
    webhooks.send_test(webhook=hook, person=owner)
    assert webhooks.deliver_due() == 0
    row = Delivery.objects.get()
    assert (row.tries, row.status) == (1, 500) and row.next_try_at > wall.now()
    webhooks.try_again(delivery=row, person=owner)
    assert webhooks.deliver_due() == 0
    webhooks.try_again(delivery=row, person=owner)
    assert webhooks.deliver_due() == 1
    ids = {headers["webhook-id"] for headers, _ in Receiver.heard}
    assert len(Receiver.heard) == 3 and len(ids) == 1


def test_it_is_given_up_after_the_last_try(world: Any) -> None:
    provider, organisation, owner = world
    hook = webhooks.create(
        provider=provider, organisation=organisation, person=owner, url="http://127.0.0.1:1/", events=[]
    )
    webhooks.send_test(webhook=hook, person=owner)
    for _ in range(len(webhooks.RETRIES) + 1):
        Delivery.objects.update(next_try_at=wall.now() - timedelta(seconds=1))
        webhooks.deliver_due()
    row = Delivery.objects.get()
    assert row.next_try_at is None and row.tries == len(webhooks.RETRIES) + 1 and row.status == 0


def test_nobody_makes_a_real_provider_call_into_its_own_network(world: Any) -> None:
    _, _, _ = world
    real = cast.make_provider("real", sandbox=False)
    organisation, owner = cast.make_contractor(real, "R", "owner@r.example")
    for url in ("http://example.com/", "https://127.0.0.1/", "https://localhost/x", "ftp://x/", "nonsense"):
        with pytest.raises(NotPossible):
            webhooks.create(provider=real, organisation=organisation, person=owner, url=url, events=[])


def test_who_may_make_and_revoke(world: Any) -> None:
    provider, organisation, owner = world
    member = cast.make_member(organisation, "m@sakura.example", Role.MEMBER)
    given = {"provider": provider, "organisation": organisation, "url": "http://localhost:1/", "events": []}
    with pytest.raises(NotAllowed):
        webhooks.create(**given, person=member)
    hook = webhooks.create(**given, person=owner)
    with pytest.raises(NotAllowed):
        webhooks.revoke(webhook=hook, person=member)


def test_the_pages_of_keys_and_webhooks(world: Any, receiver: str) -> None:
    client = Client()
    client.force_login(world[2])
    shown = client.post("/keys/new/", {"name": "会計", "scopes": ["read"]}).content.decode()
    key = ApiKey.objects.get()
    text = shown.split('id="fresh-key">')[1].split("<")[0]
    assert text.startswith("musubu_") and text not in client.get("/keys/").content.decode()
    bearer = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/contracts", headers=bearer).status_code == 200
    client.post(f"/keys/{key.public_id}/revocation/")
    assert Client().get("/api/v1/contracts", headers=bearer).status_code == 401
    page = client.post("/webhooks/new/", {"url": receiver}).url
    client.post(page + "change/", {"what": "test"})
    webhooks.deliver_due()
    assert "204" in client.get(page).content.decode()
    client.post(page + "change/", {"what": "revoke"})
    client.post(page + "change/", {"what": "test"})
    assert webhooks.deliver_due() == 0
    assert "/contracts" in Client().get("/developers/").content.decode()


def test_who_only_reads_does_not_see_the_secret(world: Any) -> None:
    provider, _, _ = world
    owner, auditor = cast.make_staff(provider, Role.OWNER), cast.make_staff(provider, Role.AUDITOR)
    hook = webhooks.create(provider=provider, organisation=None, person=owner, url="http://localhost:1/", events=[])
    for person, shown in ((owner, True), (auditor, False)):
        client = Client()
        client.force_login(person)
        assert (hook.secret in client.get(f"/webhooks/{hook.public_id}/").content.decode()) is shown
