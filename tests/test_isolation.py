"""Every address asked as everybody else. It grows with the addresses by itself."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from musubu import clock
from musubu.api import keys, webhooks
from musubu.billing import agencies, bank_csv, debits, deposits, equipment, figures, runs, trials
from musubu.billing.models import (
    CardCharge,
    CardDispute,
    CreditNote,
    DebitRun,
    Handover,
    Invoice,
    PaymentPlan,
    PayoutRun,
    Statement,
    WriteOff,
)
from musubu.contracts import actions, applications, pricelists
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.meetings.actions import licences, planning, recordings
from musubu.meetings.models import Attendance, Board, Share, Sitting, Track
from musubu.meetings.together import documents, files
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
    "api-reference", "meetings-join", "meetings-join-branded", "meetings-logo", "meetings-brand-css", "meetings-feed",
    "meetings-shared", "meetings-shared-film", "meetings-embed-script", "meetings-room", "meetings-enter",
    "meetings-check", "meetings-check-report",
}  # fmt: skip
# pages without an object in their address: everybody who is signed in sees, or changes, only what is their own
OWN_ONLY = {
    "portal-home", "portal-search", "portal-clock", "contracts-list", "contracts-applications", "contracts-register",
    "contracts-customers", "contracts-running", "contracts-desk", "contracts-publish", "contracts-end",
    "contracts-agency", "notices-mailbox", "notices-posts", "operations-reports", "parties-second-factor",
    "parties-profile", "parties-provider", "parties-picture", "parties-picture-set", "parties-switch", "parties-people", "parties-organisation", "parties-clients", "parties-audit",
    "billing-home", "billing-invoices", "billing-deposits", "billing-match", "billing-books", "billing-debits",
    "billing-ages", "billing-deferred", "billing-tax", "billing-dashboard", "billing-runs", "billing-trials", "billing-trial-new", "contracts-price-list", "contracts-rates", "api-keys", "api-create-key", "api-create-webhook",
    "billing-payments", "billing-card", "billing-card-leave", "billing-card-back", "billing-card-remove", "billing-card-desk",
    "billing-dunning", "billing-write-offs",
    "billing-odd", "billing-layouts", "billing-banks", "billing-agencies", "billing-equipment", "billing-equipment-desk",
    "billing-claims", "billing-claims-make", "billing-claims-desk", "billing-claims-pool", "billing-payouts",
    "billing-sales-desk", "billing-statements",
    "meetings-home", "meetings-staff", "staff-meeting-usage",
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
    with stage.sandbox(START) as provider:
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
                "<uuid:public_id>": lambda name: getattr(
                    objects.get(name, contracts["simpleconnect"]), "public_id", ""
                ),
                "<slug:service>": "videog",
                "<slug:sha256>": lambda name: getattr(objects.get(name), "sha256", ""),
                "<slug:slug>": "nothing",
                "<str:slug>": "nothing",
                "<int:n>": 1,
                "<str:uid>": "x",
                "<str:token>": "y",
                "<str:kind>": "svg",
                "<str:place>": "logo",
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
        **meeting_pages(contracts["liveon"], owner),
        "notices-attachment": Notice.objects.filter(organisation=organisation).first(),
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
        **_open_money(staff, contracts["videog"]),
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
        **_money(provider, organisation, owner, staff, contracts["simpleconnect"]),
        "billing-mandate-form": mandate,
        "billing-debit-decision": debit,
        "operations-report": report,
        "operations-update": report,
    }
    applying = ("apply-details", "apply-confirm", "apply-draft", "application", "decide", "withdraw", "refusal-letter")
    return pages | {f"contracts-{name}": application for name in applying}


def _open_money(staff: Any, contract: Any) -> dict[str, Any]:
    """Rows about what stays open and what a card paid."""
    row = Invoice.objects.filter(contract=contract).get()
    plan = PaymentPlan.objects.create(
        provider=row.provider, contract=contract, total=1, agreed_at=START, agreed_by=staff
    )
    charge = CardCharge.objects.create(
        provider=row.provider, contract=contract, invoice=row, how="due", amount=1, asked_at=START, began_at=START
    )
    dispute = CardDispute.objects.create(charge=charge, reference="du", amount=1, reason="x", opened_at=START)
    write_off = WriteOff.objects.create(
        provider=row.provider, invoice=row, amount=1, why="x", proposed_at=START, proposed_by=staff
    )
    return {
        "billing-plan-end": plan, "billing-card-look": charge, "billing-card-claim": dispute, "billing-write-off": write_off, "billing-dunning-case": row,
        "billing-pay-by-card": row, "billing-receipt": row,
    }  # fmt: skip


def _money(provider: Any, organisation: Any, owner: Any, staff: Any, contract: Any) -> dict[str, Any]:
    """Money in and out: what its pages have in their address."""
    bank_csv.add_usual(provider=provider, person=staff)
    layout = provider.bank_layouts.order_by("pk").first()
    text = "勘定日,入金金額(円),摘要,残高(円)\n2026/4/9,500,アイウ,500\n".encode()
    upload = bank_csv.upload(provider=provider, person=staff, name="a.csv", content=text)
    file = bank_csv.take(upload=upload, person=staff)
    waiting = bank_csv.upload(provider=provider, person=staff, name="b.csv", content=text + b"2026/4/9,7,B,9\n")
    deposit = file.deposits.get()
    deposits.match(deposit=deposit, contract=contract, person=staff)
    agency = agencies.add(provider=provider, person=staff, name="代行", kind="collection")
    handover = Handover.objects.create(provider=provider, agency=agency, made_at=START, made_by=staff)
    article = equipment.save_article(
        provider=provider, person=staff, code="sip", names={"ja": "電話機"}, price=9, warranty_months=1
    )
    order = equipment.order(contract=contract, person=owner, wanted={article: 1}, ship_to="x", token="t")
    actions.pay(contract=contract, person=staff, invoice=order.of_contract, key="pay")
    (unit,) = equipment.ship(order=order, person=staff, serials={order.lines.get(): ["1"]}, tracking_number="")
    case = equipment.report_fault(unit=unit, person=owner, fault="x")
    statement = Statement.objects.create(
        provider=provider, organisation=organisation, kind="seller", number=1, month=START.date(), sold=1, back=0, share=1,
        tax=0, carried=0, payable=1, rest=0, made_at=START, document={"to": {"name": "a", "address": "b"}},
    )  # fmt: skip
    mistake = bank_csv.take(
        upload=bank_csv.upload(provider=provider, person=staff, name="c.csv", content=text + b"2026/4/9,8,C,17\n"),
        person=staff,
    )
    run = PayoutRun.objects.create(provider=provider, day=START.date(), made_at=START, made_by=staff, content=b"x")
    return {
        "billing-csv": waiting, "billing-layout": layout, "billing-deposit": deposit, "billing-odd-step": deposit.parts.get(),
        "billing-agency": agency, "billing-handover-file": handover, "billing-equipment-cancel": order,
        "billing-equipment-order": order, "billing-equipment-fault": unit, "billing-equipment-replacement": case,
        "billing-article-withdraw": article, "billing-payout-run": run, "billing-payout-result": run,
        "billing-payout-file": run, "billing-payee": organisation, "billing-statement-pdf": statement,
        "billing-statement-csv": statement, "billing-file-back": mistake,
    }  # fmt: skip


def meeting_pages(contract: Any, owner: Any) -> dict[str, Any]:
    """Pages of meetings: of the contract, of one meeting, a licence, a group."""
    licence = licences.assign(contract=contract, person=owner, holder=owner)
    group = licences.save_group(contract=contract, person=owner, name="g", rights={})
    wish = planning.Wish("会議", START + timedelta(days=1))
    meeting = planning.plan(contract=contract, person=owner, wish=wish)
    of_contract = (
        "first-page", "start", "renew-feed", "list", "month", "plan", "personal", "people", "assign", "invite", "new-group",
        "settings", "running", "join-branded", "logo", "brand-css", "recordings", "usage", "quality",
    )  # fmt: skip
    sitting = Sitting.objects.create(meeting=meeting, started_at=START)
    came = {"sitting": sitting, "kind": "member", "name": "a", "joined_at": START}
    Attendance.objects.create(**came, person=owner, role="host", licence=licence)
    row = recordings.begin(sitting=sitting, by=sitting.attendances.get())
    recordings.stop(recording=row)
    of_recording = (
        "recording", "recording-film", "recording-poster", "recording-progress", "recording-retry", "recording-cancel",
        "recording-delete", "recording-bring-back", "recording-share",
    )  # fmt: skip
    more = {"recording": row, "feed": "f", "name": "a", "source": "mic", "kind": "audio", "file": "tracks/a.opus"}
    track = Track.objects.create(**more, starts_us=0, milliseconds=1, bytes=1)
    link = Share.objects.create(recording=row, token="t", made_by=owner, made_at=START, expires_at=START)
    of_meeting = ("meeting", "change", "cancel", "bring-back", "copy", "date", "end", "download", "material")
    pages = dict.fromkeys(of_contract, contract) | dict.fromkeys(of_meeting, meeting)
    pages |= dict.fromkeys(of_recording, row) | {"recording-track": track, "recording-revoke": link}
    pages |= dict.fromkeys(("sitting", "sitting-attendance", "sitting-quality"), sitting)
    pages |= left_behind(meeting, sitting)
    return {f"meetings-{name}": row for name, row in (pages | {"licence": licence, "group": group}).items()}


def left_behind(meeting: Any, sitting: Any) -> dict[str, Any]:
    """What rooms keep: a file, a document, a board."""
    attendance = sitting.attendances.get()
    content = {"read": io.BytesIO(b"x").read, "size": 1, "attendance": attendance}
    file = files.share(**content, name="a.txt", type="text/plain")
    paper = documents.bring(**content, name="a.txt")
    documents.convert(str(paper.public_id))
    board = Board.objects.create(meeting=meeting, sitting=sitting, title="b", created_at=START)
    pages = dict.fromkeys(("file", "file-preview"), file) | dict.fromkeys(("board", "board-picture"), board)
    return pages | dict.fromkeys(("document", "document-source", "document-notes"), paper)


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


@pytest.mark.long
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


@pytest.mark.long
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
