"""Every address asked as everybody else. It grows with the addresses by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from musubu import clock
from musubu.api import keys, webhooks
from musubu.billing import debits, figures, runs, trials
from musubu.billing.models import CreditNote, DebitRun, Invoice
from musubu.contracts import actions, applications, presets, pricelists
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.notices import actions as notices
from musubu.notices.models import Notice
from musubu.operations import actions as operations
from musubu.parties import actions as people
from musubu.parties import cast
from musubu.parties.models import Person, Role

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
PUBLIC = {
    "public-home", "contracts-services", "contracts-service", "contracts-terms", "contracts-terms-difference",
    "contracts-areas", "contracts-terminals", "contracts-apply-start", "contracts-apply-account", "notices-board",
    "notices-contact", "operations-live", "operations-ready", "operations-status", "parties-sign-in", "parties-code",
    "parties-sign-out", "parties-language", "parties-forgotten", "parties-new-password", "parties-invitation",
    "api-reference",
}  # fmt: skip
# pages without an object in their address: everybody who is signed in sees, or changes, only what is their own
OWN_ONLY = {
    "portal-home", "portal-search", "portal-clock", "contracts-list", "contracts-applications", "contracts-register",
    "contracts-customers", "contracts-running", "contracts-desk", "contracts-publish", "contracts-end",
    "contracts-agency", "notices-mailbox", "notices-posts", "operations-reports", "parties-second-factor",
    "parties-profile", "parties-provider", "parties-switch", "parties-people", "parties-organisation", "parties-clients", "parties-audit",
    "billing-home", "billing-invoices", "billing-deposits", "billing-match", "billing-books", "billing-debits",
    "billing-ages", "billing-deferred", "billing-tax", "billing-dashboard", "billing-runs", "billing-trials", "billing-trial-new", "contracts-price-list", "contracts-rates", "api-keys", "api-create-key", "api-create-webhook",
}  # fmt: skip


def patterns(resolver: URLResolver | None = None, before: str = "") -> list[tuple[str, str]]:
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += patterns(one, path)
        elif isinstance(one, URLPattern):
            found.append((str(one.name), path))
    return [(name, path) for name, path in found if not path.startswith("api/")]


def walked(values: dict[str, Any]) -> list[tuple[str, str]]:
    out = []
    for name, path in patterns():
        for part, value in values.items():
            path = path.replace(part, str(value(name) if callable(value) else value))
        assert "<" not in path, f"no object is registered for {name}: {path}"
        out.append((name, "/" + path))
    return out


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        provider = cast.make_provider("demo")
        provider.sandbox_now = START
        provider.save()
        presets.seed_catalogue(provider)
        organisation, owner = cast.make_contractor(provider)
        contracts = {}
        for service in ("liveon", "simpleconnect", "videog", "learno", "exaas"):
            plan = provider.plans.filter(service=service).first()
            contracts[service] = actions.open_contract(
                provider=provider, organisation=organisation, plan=plan, responsible=owner
            )
            actions.conclude(contract=contracts[service])
        plan = provider.plans.get(service="learno", code="economy")
        application = applications.start(plan=plan, organisation=organisation, person=owner, language="ja")
        objects = _objects(provider, organisation, owner, contracts, application)
        yield (
            provider,
            owner,
            {
                "<uuid:public_id>": lambda name: objects.get(name, contracts["simpleconnect"]).public_id,
                "<slug:service>": "videog",
                "<int:n>": 1,
                "<str:uid>": "x",
                "<str:token>": "y",
            },
        )


def _objects(
    provider: Any, organisation: Any, owner: Any, contracts: dict[str, Any], application: Any
) -> dict[str, Any]:
    """What an address with an object in it is asked with: a name of a page -> somebody's row."""
    staff = cast.make_staff(provider, Role.OWNER)
    client = people.add_client(contractor=organisation, person=owner, data={"name": "取引先"})
    invitation = people.invite(
        provider=provider, organisation=organisation, person=owner, email="a@b.example", role=Role.MEMBER, language="ja"
    )
    post = notices.publish(provider=provider, person=staff, titles={"ja": "題"}, bodies={"ja": "文"}, clause="")
    report = operations.open_incident(
        provider=provider, person=staff, service="videog", impact="outage", titles={"ja": "障害"}, starts_at=START
    )
    run = sandbox.start_run(provider=provider, person=staff, to=START + timedelta(days=1))
    key, _ = keys.create(provider=provider, organisation=organisation, person=owner, name="k", scopes=["read"])
    hook = webhooks.create(
        provider=provider, organisation=organisation, person=owner, url="http://localhost:1/", events=[]
    )
    note = CreditNote.objects.create(
        provider=provider, contract=contracts["videog"], number=1, outcome=999, issued_at=START, kind="credit", amount=1,
        tax=0, clause="VG-45.1", document=Invoice.objects.filter(contract=contracts["videog"]).get().document,
    )  # fmt: skip
    mandate = debits.open_mandate(
        organisation=organisation, person=staff, bank="1", branch="1", account="1", holder="ｱ"
    )
    debit = DebitRun.objects.create(provider=provider, day=START.date(), made_at=START, made_by=staff, content=b"x")
    month = runs.prepare(provider=provider, person=staff, month=START.date())
    rates = pricelists.publish_rates(
        provider=provider,
        service="simpleconnect",
        person=staff,
        valid_from=START.date(),
        table=pricelists.read_rates(b"prefix,seconds,block,call\n0,180,8,0\n"),
    )
    trial = trials.begin(
        provider=provider,
        person=staff,
        service="videog",
        valid_from=START.date() + timedelta(days=30),
        months=1,
        reach="everybody",
        prices={"plan-business": 1},
    )
    pages = {
        "meetings-first-page": contracts["liveon"],
        "telephony-first-page": contracts["exaas"],
        "contact-center-first-page": contracts["simpleconnect"],
        "videos-first-page": contracts["videog"],
        "learning-first-page": contracts["learno"],
        "notices-message": Notice.objects.filter(organisation=organisation).first(),
        "notices-withdrawal": post,
        "contracts-customer": organisation,
        "parties-client": client,
        "parties-membership": owner.memberships.get(),
        "parties-withdraw-invitation": invitation,
        "portal-clock-run": run,
        "portal-clock-stop": run,
        "api-revoke-key": key,
        "api-webhook": hook,
        "api-change-webhook": hook,
        "billing-invoice": Invoice.objects.filter(contract__organisation=organisation).first(),
        "billing-invoice-pdf": Invoice.objects.filter(contract__organisation=organisation).first(),
        "billing-credit-note-pdf": note,
        "billing-mandate": mandate,
        "billing-debit-run": debit,
        "billing-debit-file": debit,
        "billing-invoice-of": contracts["videog"],
        "billing-run-act": month,
        "billing-outlook-progress": figures.look_ahead(provider=provider, person=staff),
        "billing-line": Invoice.objects.get(contract=contracts["videog"]),
        "billing-trial": trial,
        "billing-trial-act": trial,
        "billing-trial-progress": trial,
        "contracts-rate-file": rates,
        "billing-run-progress": month,
        "operations-report": report,
        "operations-update": report,
    }
    applying = ("apply-details", "apply-confirm", "apply-draft", "application", "decide", "withdraw", "refusal-letter")
    return pages | {f"contracts-{name}": application for name in applying}


def asked(person: Person | None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def strangers(provider: Any) -> dict[str, Person | None]:
    _, other = cast.make_contractor(provider, "株式会社よそ", "owner@yoso.example")
    elsewhere = cast.make_provider("elsewhere")
    return {
        "visitor": None,
        "another customer": other,
        "another provider's staff": cast.make_staff(elsewhere, Role.OWNER),
    }


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_sees_or_changes_anything(world: Any, method: str) -> None:
    provider, _owner, values = world
    before = (
        Contract.objects.get(service="simpleconnect").events.count(),
        Notice.objects.filter(provider=provider).count(),
    )
    for who, person in strangers(provider).items():
        for name, path in walked(values):
            if name in PUBLIC or (name in OWN_ONLY and person):
                continue
            answer = getattr(asked(person), method)(path)
            if answer.status_code == 405:
                continue
            to_sign_in = answer.status_code == 302 and answer.url.startswith("/sign-in/")
            assert to_sign_in or answer.status_code in (403, 404), f"{who} {method} {path}: {answer.status_code}"
    after = (
        Contract.objects.get(service="simpleconnect").events.count(),
        Notice.objects.filter(provider=provider).count(),
    )
    assert before == after


def test_lists_hold_ones_own_alone(world: Any) -> None:
    provider, _owner, _values = world
    for person in strangers(provider).values():
        if person:
            for path in (
                "/contracts/",
                "/applications/",
                "/mailbox/",
                "/home/",
                "/people/",
                "/keys/",
                "/search/?q=さくら",
            ):
                assert "株式会社さくら" not in asked(person).get(path).content.decode()


def test_the_owner_and_staff_see_their_pages(world: Any) -> None:
    provider, owner, values = world
    staff = cast.make_staff(provider, Role.OWNER)
    for person in (owner, staff):
        for name, path in walked(values):
            answer = asked(person).get(path)
            assert answer.status_code < 500, f"{path}: {answer.status_code}"
            if name == "contracts-contract":
                assert answer.status_code == 200


def test_staff_without_a_second_factor_set_one_up_first(world: Any) -> None:
    provider, _owner, _values = world
    person = cast.make_staff(provider, Role.SALES)
    Person.objects.filter(pk=person.pk).update(totp_confirmed_at=None, totp_secret="")
    assert asked(person).get("/contracts/").url == "/second-factor/"


def test_headers_of_every_page(world: Any) -> None:
    answer = Client().get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "script-src 'self'" in policy and answer["X-Frame-Options"] == "DENY"
    assert Client().get("/nothing/").status_code == 404
    assert Client(enforce_csrf_checks=True).post("/language/", {"language": "en"}).status_code == 403
