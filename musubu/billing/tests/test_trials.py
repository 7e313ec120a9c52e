"""Prices tried before they are live: what each contract would pay, to the yen, and nobody is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.billing import trials, walks
from musubu.billing.models import Invoice, PriceTrial
from musubu.contracts import actions, pricelists, usage
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, Price, RateTable
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
RATES = b"prefix,seconds,block,call\n0,180,8,0\n"


@pytest.fixture
def provider() -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def opened(provider: Provider, service: str, code: str, options: list[str] | None = None) -> Contract:
    organisation, owner = cast.make_contractor(provider, f"{service} {code}", f"owner@{service}-{code}.example")
    plan = provider.plans.get(service=service, code=code)
    contract = actions.open_contract(
        provider=provider, organisation=organisation, plan=plan, responsible=owner, options=options
    )
    actions.conclude(contract=contract)
    return contract


def tried(provider: Provider, service: str, reach: str, prices: dict[str, int], **more: Any) -> PriceTrial:
    given = {"valid_from": date(2026, 6, 1), "months": 3, **more}
    trial = trials.begin(
        provider=provider,
        person=cast.make_staff(provider, Role.SALES),
        service=service,
        reach=reach,
        prices=prices,
        **given,
    )
    walks.go_on(trials.WALK)
    trial.refresh_from_db()
    assert trial.complete
    return trial


def test_by_the_terms_and_as_if(provider: Provider) -> None:
    """A fee of 2,980 becomes 3,980 from 1 June; June is invoiced in July."""
    phone = opened(provider, "simpleconnect", "standard", ["number"])
    opened(provider, "exaas", "basic-100")
    by_terms = tried(provider, "simpleconnect", "terms", {"plan-standard": 3_980, "option-number": 500}).lines.get()
    assert by_terms.contract == phone and by_terms.months == [
        ["2026-06", 9_328, 9_328], ["2026-07", 3_828, 4_928], ["2026-08", 3_828, 4_928],
    ]  # fmt: skip
    assert by_terms.difference == 2_200
    as_if = tried(provider, "simpleconnect", "everybody", {"option-number": 700}).lines.get()
    assert as_if.months[1] == ["2026-07", 3_828, 4_048]
    assert phone.events.count() == 1 and Price.objects.filter(valid_from=date(2026, 6, 1)).count() == 0


def test_where_the_terms_revise_no_running_fee_nothing_changes(provider: Provider) -> None:
    opened(provider, "exaas", "basic-100")
    assert tried(provider, "exaas", "terms", {"plan-basic-100": 1}).lines.get().difference == 0
    assert tried(provider, "exaas", "everybody", {"plan-basic-100": 130_000}).lines.get().difference == 3 * 11_000


def test_announced_it_comes_out_as_tried(provider: Provider) -> None:
    phone = opened(provider, "simpleconnect", "standard")
    trial = tried(provider, "simpleconnect", "terms", {"plan-standard": 3_980})
    owner = cast.make_staff(provider, Role.OWNER)
    trials.announce(trial=trial, person=owner)
    trials.announce(trial=trial, person=owner)
    assert phone.events.filter(what="change-price").count() == 1
    sandbox.advance(provider, datetime(2026, 9, 1, tzinfo=clock.TOKYO))
    for month, _as_is, expected in trial.lines.get().months:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=clock.TOKYO)
        rows = Invoice.objects.filter(contract=phone, issued_at__gte=first, issued_at__lt=first + timedelta(days=31))
        assert sum(row.total for row in rows) == expected


def test_rates_are_tried_on_the_last_months_use(provider: Provider) -> None:
    phone = opened(provider, "simpleconnect", "standard")
    table = pricelists.read_rates(RATES)
    person = cast.make_staff(provider, Role.OWNER)
    pricelists.publish_rates(
        provider=provider, service="simpleconnect", person=person, valid_from=START.date(), table=table
    )
    may = datetime(2026, 5, 12, 9, tzinfo=clock.TOKYO)
    sandbox.advance(provider, may)
    with clock.standing_at(may):
        calls = [{"id": f"c{n}", "at": may, "number": "0312345678", "seconds": 360} for n in range(100)]
        usage.hand_in(contract=phone, records=calls)  # 1,600 yen
    june = may + timedelta(days=30)
    sandbox.advance(provider, june)
    with clock.standing_at(june):
        dearer = pricelists.read_rates(b"prefix,seconds,block,call\n0,60,4,0\n")
        trial = tried(provider, "simpleconnect", "terms", {}, rates=dearer, valid_from=date(2026, 7, 1), months=2)
        for wrong in (b"06,60,4,0\n", b"0312345679,60,4,0\n"):
            with pytest.raises(NotPossible, match=r"numbers like 031234\*\*\*\*"):
                rates = pricelists.read_rates(b"prefix,seconds,block,call\n" + wrong)
                tried(provider, "simpleconnect", "terms", {}, rates=rates, valid_from=date(2026, 7, 1), months=2)
    assert trial.lines.get().months == [["2026-07", 5_038, 5_918], ["2026-08", 5_038, 5_918]]


def test_tried_rates_keep_what_a_month_includes_and_the_tiers(provider: Provider) -> None:
    """Made live, they still rate what is counted: use of it would be refused otherwise."""
    person = cast.make_staff(provider, Role.OWNER)
    tiers = {"gb": [[100, "0"], [None, "5"]]}
    pricelists.publish_rates(
        provider=provider, service="simpleconnect", person=person, valid_from=START.date(),
        table=pricelists.read_rates(RATES, "500", tiers),
    )  # fmt: skip
    rates = pricelists.read_rates(b"prefix,seconds,block,call\n0,60,4,0\n")
    trial = tried(provider, "simpleconnect", "terms", {}, rates=rates, valid_from=date(2026, 7, 1), months=1)
    trials.announce(trial=trial, person=person)
    live = RateTable.objects.get(valid_from=date(2026, 7, 1))
    assert live.monthly == {"included": "500", "tiers": tiers} and live.rows == rates.rows


def test_what_is_refused(provider: Provider) -> None:
    person = cast.make_staff(provider, Role.BILLING)

    def begin(**more: Any) -> PriceTrial:
        given = {
            "provider": provider, "person": person, "service": "exaas", "valid_from": date(2026, 6, 1), "months": 1,
            "reach": "terms", "prices": {"plan-basic-100": 1},
        }  # fmt: skip
        return trials.begin(**{**given, **more})

    for wrong in ({"valid_from": START.date()}, {"months": 0}, {"months": 25}, {"reach": "all"}):
        with pytest.raises(NotPossible, match="Choose a day"):
            begin(**wrong)
    with pytest.raises(NotPossible, match="Nothing differs"):
        begin(prices={"plan-basic-100": 120_000})
    for role in (Role.SUPPORT, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            begin(person=cast.make_staff(provider, role))
    trial = begin()
    with pytest.raises(NotAllowed):
        trials.announce(trial=trial, person=person)


def test_the_pages(provider: Provider) -> None:
    contract = opened(provider, "exaas", "basic-100")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.make_staff(provider, Role.SALES))
    assert "120000" in client.get("/staff/trials/new/exaas/").content.decode()
    data = {"valid_from": "2026-06-01", "months": "2", "reach": "everybody", "plan-basic-100": "100000"}
    answer = client.post("/staff/trials/new/exaas/", data)
    assert answer.status_code == 302
    assert "data-progress" in client.get(answer.url).content.decode()
    walks.go_on(trials.WALK)
    page = client.get(answer.url).content.decode()
    assert contract.number in page and "-44,000" in page
    assert contract.number in client.get(answer.url + "?format=csv").content.decode()
    wrong = client.post("/staff/trials/new/exaas/", {**data, "plan-basic-100": "-5"})
    assert wrong.status_code == 200 and "aria-invalid" in wrong.content.decode()
