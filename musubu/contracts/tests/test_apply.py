"""From a visitor's click to five contracts, each concluded by its own rule."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from musubu import clock
from musubu.contracts import applications, presets
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Application, Contract, LicenceKey
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import Person, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
OWN = {
    "liveon": {"delivery_email": "it@a.example"},
    "simpleconnect": {"use": "office"},
    "videog": {"publisher": "channel"},
    "learno": {"responsible_person": "Sato"},
    "exaas": {"administrator": "IT", "virus_protection": "ESET"},
}
ACCEPTED = dict.fromkeys(
    ("terms", "anti_social_forces", "privacy", "emergency_calls", "backup_abroad", "virus_protection"), "on"
)
PLAN = {
    "liveon": "monthly",
    "simpleconnect": "standard",
    "videog": "business",
    "learno": "economy",
    "exaas": "basic-100",
}
ACCOUNT = {
    "company": "株式会社あたらし",
    "address": "京都市",
    "telephone": "075",
    "name": "新井",
    "password": "hoshi-7-kumo-tsuki",
}


@pytest.fixture
def provider() -> Any:
    provider = cast.make_provider("demo")
    provider.sandbox_now = START
    provider.save()
    presets.seed_catalogue(provider)
    with clock.standing_at(START):
        yield provider


def apply(provider: Provider, service: str) -> tuple[Client, Application]:
    """As a visitor, through the pages."""
    client = Client()
    plan = provider.plans.get(service=service, code=PLAN[service])
    assert client.post("/apply/", {"plan": plan.public_id}).url == "/apply/account/"
    details = client.post("/apply/account/", {**ACCOUNT, "email": f"new@{service}.example"}).url
    confirm = client.post(details, {"payment": "transfer", **OWN[service]}).url
    assert client.get(confirm).status_code == 200
    incomplete = client.post(confirm, {"terms": "on"})
    assert incomplete.status_code == 200 and not Application.objects.filter(state="submitted").exists()
    done = client.post(confirm, ACCEPTED)
    assert client.get(done.url).status_code == 200
    client.post(confirm, ACCEPTED)
    translation.activate("en")
    return client, Application.objects.get(organisation__email=f"new@{service}.example")


def test_simpleconnect_is_concluded_at_once(provider: Provider) -> None:
    """SC-7"""
    _, application = apply(provider, "simpleconnect")
    contract = Contract.objects.get(application=application)
    assert contract.state == Contract.State.ACTIVE and contract.events.get().at == START
    assert {one.document for one in application.acceptances.all()} == {
        "terms",
        "anti_social_forces",
        "privacy",
        "emergency_calls",
    }
    assert application.acceptances.first().language == "ja"


def test_videog_on_approval(provider: Provider) -> None:
    """VG-4, VG-14"""
    _, application = apply(provider, "videog")
    assert application.state == "submitted" and not Contract.objects.exists()
    contract = applications.accept(application=application, person=cast.make_staff(provider, Role.SALES))
    contract.refresh_from_db()
    assert contract.state == Contract.State.ACTIVE
    again = applications.accept(application=application, person=cast.make_staff(provider, Role.SALES))
    assert again == contract and Contract.objects.count() == 1


def test_learno_starts_on_its_own_day(provider: Provider) -> None:
    """LN-12.1"""
    _, application = apply(provider, "learno")
    day = START.date() + timedelta(days=21)
    contract = applications.accept(application=application, person=cast.make_staff(provider, Role.SALES), start_on=day)
    assert contract.state == Contract.State.PROVISIONAL
    sandbox.advance(provider, START + timedelta(days=30))
    contract.refresh_from_db()
    assert contract.state == Contract.State.ACTIVE and contract.begins_on == day


def test_exaas_when_the_start_notice_arrives(provider: Provider) -> None:
    """EX-8, EX-9.1"""
    _, application = apply(provider, "exaas")
    staff = cast.make_staff(provider, Role.SALES)
    contract = applications.accept(application=application, person=staff)
    with pytest.raises(NotPossible, match="not been posted"):
        applications.notice_delivered(contract=contract, person=staff)
    applications.notice_posted(contract=contract, person=staff, tracking_number="123")
    assert Contract.objects.get().state == Contract.State.PROVISIONAL
    applications.notice_delivered(contract=contract, person=staff)
    assert Contract.objects.get().state == Contract.State.ACTIVE


def test_liveon_by_its_licence_key(provider: Provider) -> None:
    """LO-6, LO-8.1"""
    client, application = apply(provider, "liveon")
    contract = applications.accept(application=application, person=cast.make_staff(provider, Role.SALES))
    mail = Notice.objects.get(kind="licence-key")
    key = re.search(r"[0-9A-F]{4}(-[0-9A-F]{4}){3}", mail.body)[0]
    assert key not in str(LicenceKey.objects.values().get())
    page = f"/meetings/{contract.public_id}/"
    assert client.get(page).status_code == 403
    _, stranger = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    translation.activate("en")
    with pytest.raises(NotPossible, match="another organisation"):
        applications.register_key(key=key, person=stranger)
    assert b"no such" in client.post("/register/", {"key": "0000"}, headers={"accept-language": "en"}).content
    assert client.post("/register/", {"key": key.lower()}).status_code == 302
    assert client.get(page).status_code == 200
    with translation.override("en"), pytest.raises(NotPossible, match="registered already"):
        applications.register_key(key=key, person=Person.objects.get(email="new@liveon.example"))


def test_an_expired_key(provider: Provider) -> None:
    """LO-6"""
    _, application = apply(provider, "liveon")
    contract = applications.accept(application=application, person=cast.make_staff(provider, Role.SALES))
    LicenceKey.objects.update(expires_at=START - timedelta(days=1), sha256=applications.hashed("AAAA"))
    with pytest.raises(NotPossible, match="expired"):
        applications.register_key(key="aaaa", person=contract.responsible)


def test_refusal_needs_the_services_own_ground_and_is_told(provider: Provider) -> None:
    """VG-15: reasons are not told"""
    _, application = apply(provider, "videog")
    staff = cast.make_staff(provider, Role.SALES)
    with pytest.raises(NotPossible, match="VG-15"):
        applications.refuse(application=application, person=staff, ground="SC-8(1)")
    applications.refuse(application=application, person=staff, ground="VG-15(4)")
    applications.refuse(application=application, person=staff, ground="VG-15(4)")
    mail = Notice.objects.get(kind="application.refused")
    assert mail.clause == "VG-15" and "怠" not in mail.body
    with pytest.raises(NotPossible):
        applications.accept(application=application, person=staff)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.BILLING, Role.OPERATIONS])
def test_who_may_not_decide(provider: Provider, role: str) -> None:
    _, application = apply(provider, "videog")
    with pytest.raises(NotAllowed):
        applications.accept(application=application, person=cast.make_staff(provider, role))


def test_wrong_input_loses_nothing(provider: Provider) -> None:
    client = Client()
    client.post("/apply/", {"plan": provider.plans.get(service="videog", code="business").public_id})
    page = client.post(
        "/apply/account/", {**ACCOUNT, "email": "x", "password": "password12"}, headers={"accept-language": "en"}
    )
    text = page.content.decode()
    assert (
        "株式会社あたらし" in text and text.count("errorlist") >= 2 and not Person.objects.filter(name="新井").exists()
    )
    guessable = client.post("/apply/account/", {**ACCOUNT, "email": "a@b.example", "password": "password1234"})
    assert guessable.status_code == 200 and not Person.objects.filter(email="a@b.example").exists()


def test_cancelling_shows_consequences_first(provider: Provider) -> None:
    client, application = apply(provider, "simpleconnect")
    contract = Contract.objects.get(application=application)
    address = f"/contracts/{contract.public_id}/cancellation/"
    shown = client.post(address, {"what": "cancel", "wish": ""}, headers={"accept-language": "en"}).content.decode()
    assert "2026-05-31" in shown and "¥7,980" in shown
    assert contract.events.count() == 1
    for _ in range(2):
        client.post(address, {"what": "cancel", "wish": "", "confirmed": "1", "token": "t1"})
    assert contract.events.filter(what="cancel").count() == 1
