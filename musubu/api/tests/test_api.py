"""The HTTP API: keys, scopes, pages of contracts, timelines, one effect for a repeated write, problem+json."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.api import keys
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def world() -> Any:
    with stage.sandbox(START) as provider:
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="simpleconnect", code="standard")
        contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        actions.conclude(contract=contract)
        _, text = keys.create(
            provider=provider, organisation=organisation, person=owner, name="k", scopes=["read", "write"]
        )
        yield provider, organisation, owner, contract, text


def call(path: str, key: str = "", body: Any = None, **headers: str) -> Any:
    all_headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **headers}
    client = Client()
    if body is None:
        return client.get("/api/v1" + path, headers=all_headers)
    return client.post("/api/v1" + path, json.dumps(body), content_type="application/json", headers=all_headers)


def test_the_catalogue_and_the_schema_are_public(world: Any) -> None:
    assert {one["id"] for one in call("/services").json()} == {"liveon", "simpleconnect", "videog", "learno", "exaas"}
    assert call("/openapi.json").json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["/contract", "/contracts/x/y/z", "/../v2/contracts"])
def test_a_wrong_address_is_answered_for_programs(world: Any, path: str) -> None:
    for answer in (call(path), Client(enforce_csrf_checks=True).post(f"/api/v1{path}")):
        assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"
        assert "openapi.json" in answer.json()["detail"]


def test_a_key_sees_its_own_contracts(world: Any) -> None:
    _, _, _, contract, key = world
    assert [one["number"] for one in call("/contracts", key).json()["items"]] == [contract.number]
    timeline = call(f"/contracts/{contract.public_id}/timeline", key).json()
    assert timeline["past"][0]["what"] == "term.begins" and timeline["ahead"][0]["clause"]


def test_another_customers_key_sees_nothing(world: Any) -> None:
    provider, _, _, contract, _ = world
    other, person = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    _, key = keys.create(provider=provider, organisation=other, person=person, name="k", scopes=["read", "write"])
    assert call("/contracts", key).json()["items"] == []
    for path in (f"/contracts/{contract.public_id}", f"/contracts/{contract.public_id}/timeline"):
        answer = call(path, key)
        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    assert call(f"/contracts/{contract.public_id}/cancellation", key, {}, **{"Idempotency-Key": "a"}).status_code == 404
    assert Contract.objects.get().ends_on is None


def test_without_key_or_scope_or_after_revoking(world: Any) -> None:
    provider, organisation, owner, contract, _key = world
    assert call("/contracts").status_code == 401 and call("/contracts", "wrong").status_code == 401
    reading_row, reading = keys.create(
        provider=provider, organisation=organisation, person=owner, name="r", scopes=["read"]
    )
    refused = call(f"/contracts/{contract.public_id}/cancellation", reading, {}, **{"Idempotency-Key": "a"})
    assert refused.status_code == 403
    keys.revoke(key=reading_row, person=owner)
    assert call("/contracts", reading).status_code == 401
    with pytest.raises(NotAllowed):
        keys.create(
            provider=provider,
            organisation=organisation,
            person=cast.make_member(organisation, "m@sakura.example", Role.MEMBER),
            name="k",
            scopes=["read"],
        )


def test_a_repeated_cancellation_has_one_effect(world: Any) -> None:
    _, _, _, contract, key = world
    path = f"/contracts/{contract.public_id}/cancellation"
    assert call(path, key, {}).status_code == 422
    first, again = (call(path, key, {"wish": "2026-06-10"}, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json() == again.json() == {"id": str(contract.public_id), "ends_on": "2026-06-30"}
    assert contract.events.filter(what="cancel").count() == 1
    assert call(path, key, {"wish": "2026-07-10"}, **{"Idempotency-Key": "one"}).status_code == 422


def test_simulation_plays_a_scenario(world: Any) -> None:
    scenario = {
        "terms": "simpleconnect",
        "until": "2026-07-31",
        "contract": {"monthly_fee": 100000},
        "event": [
            {"at": "2026-04-10T10:00:00", "what": "concluded"},
            {"at": "2026-07-10T10:00:00", "what": "pay", "invoice": 1},
        ],
    }
    found = [one for one in call("/simulation", body=scenario).json() if one["what"] == "interest"]
    assert found[0]["amount"] == 396
    wrong = call("/simulation", body={**scenario, "until": "x"})
    assert wrong.status_code == 422 and "until" in wrong.json()["detail"]
