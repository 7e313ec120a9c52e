"""The demonstration, fourteen months on: months' runs approved, bank files matched, debit rounds with failures, cards with
3-D Secure and refusals, usage, an outage and its claim, a deposit, payouts. Every invoice is what `musubu terms simulate`
says of the same contract, and nothing is off."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from musubu import clock
from musubu.billing import card_charges, deposits, plans, queries, runs, verify, walks
from musubu.billing.models import BankDeposit, CardCharge, DebitLine, Invoice, PayoutLine
from musubu.cli import terms as command
from musubu.contracts import actions, pricelists, scenario, usage
from musubu.contracts import clock as sandbox
from musubu.contracts import verify as replay
from musubu.contracts.models import Contract
from musubu.demo import cards, money, seed
from musubu.engines.payments.standin import walk
from musubu.parties import audit, cast
from musubu.parties.models import Membership, Person, Provider, Role
from musubu.refusals import NotPossible
from musubu.terms.calendar import next_month_first

MONTHS = 14


def staff(provider: Provider, role: Role) -> Person:
    return Membership.objects.get(provider=provider, organisation=None, role=role).person


def month(provider: Provider, n: int, phone: Contract, school: Contract) -> None:
    """One month of billing staff's work, by the sandbox's clock."""
    maker, second = staff(provider, Role.BILLING), staff(provider, Role.OWNER)
    run = runs.prepare(provider=provider, person=maker, month=clock.today())
    walks.go_on(runs.PREVIEW, 60)
    if n % 3:
        runs.approve(run=run, person=second)
    content = deposits.demonstration_notice(provider, clock.today())
    deposits.read_file(provider=provider, person=maker, name=f"{n}.txt", content=content)
    with pytest.raises(NotPossible):
        deposits.read_file(provider=provider, person=maker, name="again.txt", content=content)
    deposits.match_all_sure(provider=provider, person=maker, least=75)
    now = clock.now()
    calls = [{"id": f"{n}-{k}", "at": now, "number": "09012345678", "seconds": 61 * k} for k in range(1, 40)]
    late = {"id": f"{n}-late", "at": now - timedelta(days=25), "number": "0312345678", "seconds": 999}
    usage.hand_in(contract=phone, records=[*calls, late])
    if n == 4:
        ends = clock.now().astimezone(clock.TOKYO).replace(tzinfo=None)
        outage = {"began": ends - timedelta(hours=50), "ends": ends, "cause": "provider"}
        actions.record_event(contract=school, what="outage", data=outage)
        actions.record_event(contract=school, what="claim", data={"outage": 1})
    if n == 6:
        actions.record_event(
            contract=phone, what="deposit", data={"amount": 30_000, "due": next_month_first(clock.today())}
        )
        actions.pay(contract=phone, person=maker, amount=30_000, key="deposit")


DESK_DAYS = {2, 6, 15, 16, 17, 18, 19, 27, 28, 29, 30}  # statements, sales, payouts, and debits moved to a bank day


def pass_days(provider: Provider, days: int, shop: Contract) -> None:
    """Let so many days pass, with what billing staff do on some of them, and a customer who looks every third day."""
    own = {role: staff(provider, role) for role in (Role.BILLING, Role.OWNER)}
    assert provider.sandbox_now
    end = provider.sandbox_now + timedelta(days=days)
    for n in range(1, days + 1):
        day = end - timedelta(days=days - n)
        if day.astimezone(clock.TOKYO).day in DESK_DAYS or n % 3 == 0 or day == end:
            sandbox.advance(provider, day)
            with clock.standing_at(day):
                money.pass_day(provider, own, day)
                pay_on_the_page(shop)


def video_shop(provider: Provider) -> Contract:
    """A new customer whose card wants 3-D Secure at every payment."""
    assert provider.sandbox_now
    with clock.standing_at(provider.sandbox_now):
        organisation, owner = cast.make_contractor(provider, "株式会社ほたる映像", "owner@hotaru.example")
        plan = provider.plans.get(service="videog", code="business")
        more = {"payment": "card"}
        contract = actions.open_contract(
            provider=provider, organisation=organisation, plan=plan, responsible=owner, more=more
        )
        actions.conclude(contract=contract)
        cards.set_up_card(contract, "3184")
    return contract


def pay_on_the_page(contract: Contract) -> None:
    """What waits for the customer's authentication is paid with it, on the card company's page."""
    for one in plans.open_of(contract):
        page = card_charges.pay_page(invoice=one.invoice, person=contract.responsible, back="http://localhost/back/")
        walk(page.address, "3184", "approve")
        charge = CardCharge.objects.get(invoice=one.invoice, how="page", state="started")
        assert card_charges.finish_page(charge).state == "paid"


def simulated(contract: Contract, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the command says of the contract's own journal."""
    assert contract.played_to
    file = folder / f"{contract.number}.toml"
    until = contract.played_to.astimezone(clock.TOKYO).date() - timedelta(days=1)
    file.write_text(scenario.as_toml(contract, until), encoding="utf-8")
    capsys.readouterr()
    assert command.run(["simulate", str(file), "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.slow
@pytest.mark.django_db
def test_fourteen_months(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provider = seed.seed()
    runs.set_rule(provider=provider, person=staff(provider, Role.OWNER), second_person=True)
    phone = Contract.objects.filter(provider=provider, plan__code="standard", service="simpleconnect").order_by("pk")[0]
    school = Contract.objects.filter(provider=provider, service="learno").order_by("pk")[0]
    rates = pricelists.read_rates(b"prefix,seconds,block,call\n0,180,8.5,0\n090,60,16,0\n")
    with clock.standing_at(provider.sandbox_now):
        first = clock.today() - timedelta(days=60)
        pricelists.publish_rates(
            provider=provider,
            service="simpleconnect",
            person=staff(provider, Role.SALES),
            valid_from=first,
            table=rates,
        )
    with cards.card_company():
        shop = video_shop(provider)
        for n in range(MONTHS):
            assert provider.sandbox_now
            pass_days(provider, 30 + n % 2, shop)
            with clock.standing_at(provider.sandbox_now):
                month(provider, n, phone, school)
        sandbox.advance(provider, provider.sandbox_now + timedelta(days=3))
    assert list(verify.differences(provider)) == [] == list(replay.differences(provider))
    assert audit.first_broken(provider) is None
    compared = 0
    for contract in Contract.objects.filter(provider=provider, played_to__isnull=False):
        said = [one for one in simulated(contract, tmp_path, capsys) if one["what"] == "invoice.issued"]
        issued = Invoice.objects.filter(contract=contract).order_by("of_contract")
        last = contract.played_to.astimezone(clock.TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)  # type: ignore[union-attr]
        kept = [
            (row.of_contract, row.due_on.isoformat(), row.subtotal, row.tax, row.total)
            for row in issued
            if row.issued_at < last
        ]
        assert kept == [(one["invoice"], one["due"], one["subtotal"], one["tax"], one["total"]) for one in said]
        compared += len(kept)
    assert compared > 60 and BankDeposit.objects.filter(matched_at__isnull=False).count() > 20
    charges = Counter(CardCharge.objects.filter(provider=provider).values_list("state", flat=True))
    assert charges["paid"] > 20 and charges["refused"] and charges["needs-authentication"] > 10
    debited = Counter(DebitLine.objects.filter(run__provider=provider).values_list("result", flat=True))
    assert debited["paid"] > 12 and debited["no-funds"] and debited["no-consent"]
    transfers = Counter(PayoutLine.objects.filter(run__provider=provider).values_list("result", flat=True))
    assert transfers["paid"] > 20 and transfers["failed"]
    fell = Contract.objects.filter(provider=provider, service="videog", outcomes__what="plan.changed")
    hours = {one.outcomes.get(what="plan.changed").at.astimezone(clock.TOKYO).hour for one in fell}
    assert hours == {18}  # VG-11.5
    kinds = Counter(Contract.objects.filter(provider=provider).values_list("outcomes__what", flat=True))
    for what in (
        "interest",
        "reminder",
        "plan.changed",
        "credit",
        "deposit.received",
        "short-payment",
        "contract.ends",
    ):
        assert kinds[what], what
    assert queries.month_sums(provider, provider.sandbox_now - timedelta(days=60), provider.sandbox_now)["invoiced"] > 0  # type: ignore[operator]
