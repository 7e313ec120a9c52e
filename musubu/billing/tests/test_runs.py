"""The monthly run: foreseen with its reasons, approved by a second person, gone on with after a crash."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings

from musubu import clock, terms
from musubu.api import webhooks
from musubu.api.models import Webhook
from musubu.billing import preview, runs, walks
from musubu.billing.models import BillingRun, Invoice, RunLine
from musubu.cli import worker
from musubu.contracts import actions, offering
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.notices.models import Notice
from musubu.parties import cast, wall
from musubu.parties.models import AuditEntry, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible
from musubu.terms.calendar import months_before
from musubu.terms.tests.test_properties import UNTIL, lives

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def provider(db: None) -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def opened(provider: Provider, service: str, code: str, options: list[str] | None = None) -> Contract:
    organisation, owner = cast.make_contractor(provider, f"{service} 社", f"owner@{service}-{code}.example")
    plan = provider.plans.get(service=service, code=code)
    contract = actions.open_contract(
        provider=provider, organisation=organisation, plan=plan, responsible=owner, options=options
    )
    actions.conclude(contract=contract)
    return contract


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=clock.TOKYO)  # type: ignore[misc]


def moved(provider: Provider, to: datetime) -> Any:
    sandbox.advance(provider, to)
    return clock.standing_at(to)


def made(provider: Provider, person: Any, month: date) -> BillingRun:
    run = runs.prepare(provider=provider, person=person, month=month)
    walks.go_on(runs.PREVIEW)
    run.refresh_from_db()
    return run


def asked(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_what_a_month_comes_to_and_why_it_differs(provider: Provider) -> None:
    new = opened(provider, "simpleconnect", "standard", ["recording"])
    other = opened(provider, "exaas", "basic-100")
    person = cast.make_staff(provider, Role.BILLING)
    with moved(provider, at(2026, 5, 20, 9)):
        run = made(provider, person, JUNE)
    assert run.ended_at and (run.looked, run.contracts) == (2, 2)
    line = run.lines.get(contract=new)
    assert (line.subtotal, line.tax, line.to_pay, line.before) == (2_980 + 1_500 + 5_000, 948, 10_428, 0)
    assert line.day == date(2026, 6, 15) and [(one["kind"], one["clause"]) for one in line.reasons] == [
        ("new", "SC-9.2"), ("new", "SC-9.2"), ("once", "SC-9.3"), ("tax", "SC-12"),
    ]  # fmt: skip
    hosted = run.lines.get(contract=other)
    assert [(one["kind"], one["item"], one["now"] - one["before"]) for one in hosted.reasons] == [
        ("once", "initial", -300_000), ("tax", "", -30_000),
    ]  # fmt: skip
    assert hosted.difference == -330_000 and runs.total(run) == 10_428 + 132_000


def test_the_invoices_are_those_of_the_preview(provider: Provider) -> None:
    for service, code in (
        ("simpleconnect", "standard"),
        ("exaas", "basic-100"),
        ("learno", "economy"),
        ("liveon", "monthly"),
    ):
        opened(provider, service, code)
    with moved(provider, at(2026, 5, 20, 9)):
        run = made(provider, cast.make_staff(provider, Role.BILLING), JUNE)
    with moved(provider, at(2026, 7, 1)):
        for line in run.lines.all():
            rows = Invoice.objects.filter(
                contract=line.contract, issued_at__gte=at(2026, 6, 1), issued_at__lt=at(2026, 7, 1)
            )
            assert sum(row.total for row in rows) == line.subtotal + line.tax
            assert rows.count() == line.invoices
    assert run.lines.count() == 4


def test_a_new_price_and_an_end_are_named_with_their_clause(provider: Provider) -> None:
    stays = opened(provider, "simpleconnect", "standard")
    goes = opened(provider, "learno", "economy")
    owner = cast.make_staff(provider, Role.OWNER)
    with moved(provider, at(2026, 5, 2, 9)):
        plan = provider.plans.get(service="simpleconnect", code="standard")
        offering.announce_price(of=plan, person=owner, valid_from=date(2026, 6, 1), monthly_fee=3_500)
        actions.cancel(contract=goes, person=goes.responsible)
    with moved(provider, at(2026, 6, 20, 9)):
        run = made(provider, owner, JULY)
    kinds = {one["item"]: (one["kind"], one["clause"]) for one in run.lines.get(contract=stays).reasons}
    assert kinds["monthly"] == ("price", "SC-9.5") and kinds["initial"] == ("once", "SC-9.3")
    with clock.standing_at(at(2026, 6, 20, 9)):
        gone = made(provider, owner, JUNE).lines.get(contract=goes)
    assert gone.to_pay == 0 and gone.day is None and gone.reasons[0]["kind"] == "ended"
    assert gone.reasons[0]["clause"].startswith("LN-")


@settings(max_examples=120, deadline=None)
@given(lives())
def test_reasons_add_up_to_the_difference(life: tuple[str, dict[str, Any], list[terms.Event]]) -> None:
    service, contract, events = life
    played = terms.play(terms.load(service), contract, events, UNTIL)
    found = preview.months(played)
    for first in [date(2026, month, 1) for month in range(2, 13)] + [date(2027, month, 1) for month in range(1, 13)]:
        now, before = (found.get(day, preview.Month()) for day in (first, months_before(first, 1)))
        why = preview.reasons(played, first, found)
        assert sum(one.now - one.before for one in why) == now.to_pay - before.to_pay
        assert all(one.clause for one in why)
    invoiced = [one.data["total"] for one in played.outcomes if one.what == "invoice.issued"]
    assert sum(month.total for month in found.values()) == sum(invoiced)


def hook(provider: Provider, organisation: Any) -> Webhook:
    """Somebody's system that wants to hear of invoices, at an address where nobody answers."""
    webhooks.forget_listeners()
    return Webhook.objects.create(
        provider=provider, organisation=organisation, person=cast.make_staff(provider, Role.OWNER), url="http://127.0.0.1:9/", events=["invoice.issued"],
        secret=webhooks.PREFIX + "c2VjcmV0", created_at=clock.now(),
    )  # fmt: skip


def test_a_second_person_approves_and_the_mail_waits_for_it(provider: Provider) -> None:
    contract = opened(provider, "simpleconnect", "standard")
    maker, second = cast.make_staff(provider, Role.BILLING), cast.make_staff(provider, Role.OWNER)
    runs.set_rule(provider=provider, person=second, second_person=True)
    theirs, own = hook(provider, contract.organisation), hook(provider, None)
    with moved(provider, at(2026, 6, 15, 9)):
        assert webhooks.deliver_due() == 0  # nobody answers there; the provider's own system was told
        assert [theirs.deliveries.get().tries, own.deliveries.get().tries] == [0, 1]
        row = Invoice.objects.get(contract=contract)
        mail = Notice.objects.get(contract=contract, kind="invoice.issued")
        assert mail.sent_at is None and mail.leave_at == at(2026, 6, 15, 18)
        assert f"/billing/contracts/{contract.public_id}/invoices/1/" in mail.body
        customer = asked(contract.responsible)
        assert customer.get(f"/billing/invoices/{row.public_id}/").status_code == 404
        assert asked(maker).get(f"/billing/invoices/{row.public_id}/").status_code == 200
        run = made(provider, maker, JUNE)
        with pytest.raises(NotPossible, match=r"second person|別の担当者"):
            runs.approve(run=run, person=maker)
        with pytest.raises(NotAllowed):
            runs.approve(run=run, person=cast.make_staff(provider, Role.SALES))
        runs.approve(run=run, person=second)
        runs.approve(run=run, person=second)
        assert customer.get(f"/billing/invoices/{row.public_id}/").status_code == 200
    with moved(provider, at(2026, 6, 15, 9, 1)):
        webhooks.deliver_due()
        assert theirs.deliveries.get().tries == 1
        mail.refresh_from_db()
        assert mail.sent_at and mail.sent_at < at(2026, 6, 15, 18)
    assert AuditEntry.objects.filter(action="billing.approve").count() == 1


def test_approved_beforehand_nothing_waits(provider: Provider) -> None:
    contract = opened(provider, "simpleconnect", "standard")
    maker, second = cast.make_staff(provider, Role.BILLING), cast.make_staff(provider, Role.OWNER)
    runs.set_rule(provider=provider, person=second, second_person=True)
    with moved(provider, at(2026, 6, 3, 9)):
        runs.approve(run=made(provider, maker, JUNE), person=second)
        with pytest.raises(NotPossible, match="Take the approval back"):
            runs.prepare(provider=provider, person=maker, month=JUNE)
    with moved(provider, at(2026, 6, 15, 0, 1)):
        assert Notice.objects.get(contract=contract, kind="invoice.issued").sent_at
        assert runs.held(provider) is None


def test_without_approval_it_leaves_on_the_last_lawful_day_and_staff_are_told(provider: Provider) -> None:
    """SC-10.2: by the 15th, whoever has not approved"""
    contract = opened(provider, "simpleconnect", "standard")
    staff = cast.make_staff(provider, Role.BILLING)
    runs.set_rule(provider=provider, person=cast.make_staff(provider, Role.OWNER), second_person=True)
    with moved(provider, at(2026, 6, 14, 9)):
        assert Notice.objects.filter(to_email=staff.email, kind="approval-missing").count() >= 1
    with moved(provider, at(2026, 6, 17)):
        sent = Notice.objects.get(contract=contract, kind="invoice.issued").sent_at
        assert sent and sent.astimezone(clock.TOKYO).date() == date(2026, 6, 15)
        assert Notice.objects.filter(to_email=staff.email, kind="left-unapproved").count() == 1
    assert AuditEntry.objects.filter(action="billing.left-unapproved").count() == 1


def test_a_worker_that_died_is_gone_on_from_and_no_contract_counts_twice(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):
        organisation, owner = cast.make_contractor(provider, f"c{n}", f"owner@c{n}.example")
        plan = provider.plans.get(service="exaas", code="basic-100")
        actions.conclude(
            contract=actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        )
    monkeypatch.setattr(walks, "BATCH", 2)
    person = cast.make_staff(provider, Role.BILLING)
    run = runs.prepare(provider=provider, person=person, month=date(2026, 5, 1))
    assert runs.prepare(provider=provider, person=person, month=date(2026, 5, 1)) == run
    kept = RunLine.objects.bulk_create

    def dies(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    walks.step(runs.PREVIEW, run.pk)
    monkeypatch.setattr(RunLine.objects, "bulk_create", dies)
    with pytest.raises(KeyboardInterrupt):
        walks.step(runs.PREVIEW, run.pk)
    monkeypatch.setattr(RunLine.objects, "bulk_create", kept)
    BillingRun.objects.update(beat_at=wall.now() - walks.SILENCE)
    run.refresh_from_db()
    assert run.looked == run.lines.count() == 2
    worker.round_once()
    run.refresh_from_db()
    assert run.ended_at and run.looked == run.lines.count() == run.contracts == 7


def test_stopped_it_says_so_and_cannot_be_approved(provider: Provider) -> None:
    opened(provider, "exaas", "basic-100")
    maker, second = cast.make_staff(provider, Role.BILLING), cast.make_staff(provider, Role.OWNER)
    run = runs.prepare(provider=provider, person=maker, month=date(2026, 5, 1))
    runs.stop(run=run, person=maker)
    walks.go_on(runs.PREVIEW)
    run.refresh_from_db()
    assert run.ended_at and not run.lines.exists()
    with pytest.raises(NotPossible, match="not complete"):
        runs.approve(run=run, person=second)
    assert (
        "stopped before its end"
        in asked(maker).get("/staff/runs/?month=2026-05", headers={"accept-language": "en"}).content.decode()
    )


def test_who_may_and_for_which_month(provider: Provider) -> None:
    with pytest.raises(NotAllowed):
        runs.prepare(provider=provider, person=cast.make_staff(provider, Role.SALES), month=JUNE)
    with pytest.raises(NotAllowed):
        runs.set_rule(provider=provider, person=cast.make_staff(provider, Role.AUDITOR), second_person=True)
    with pytest.raises(NotPossible, match="up to a year"):
        runs.prepare(provider=provider, person=cast.make_staff(provider, Role.BILLING), month=date(2029, 1, 1))


def test_the_page(provider: Provider) -> None:
    contract = opened(provider, "simpleconnect", "standard")
    client = asked(cast.make_staff(provider, Role.BILLING))
    with moved(provider, at(2026, 5, 20, 9)):
        client.post("/staff/runs/?month=2026-06", {"what": "prepare"})
        state = client.get(f"/staff/runs/{BillingRun.objects.get().public_id}/progress/").json()
        assert state["ended"] is False
        walks.go_on(runs.PREVIEW)
        page = client.get("/staff/runs/?month=2026-06&kind=new").content.decode()
        assert contract.number in page and "SC-9.2" in page
        assert contract.number not in client.get("/staff/runs/?month=2026-06&kind=credit").content.decode()
        assert contract.number in client.get("/staff/runs/?month=2026-06&format=csv").content.decode()
    support = cast.make_staff(provider, Role.SUPPORT)
    assert (
        asked(support).post(f"/staff/runs/{BillingRun.objects.get().public_id}/", {"what": "stop"}).status_code == 403
    )
