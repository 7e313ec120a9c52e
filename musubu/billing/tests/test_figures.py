"""Recurring revenue with its movements, money by month, and the contracts' own future."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.billing import charts, figures, walks
from musubu.billing.models import Invoice, Outlook
from musubu.contracts import actions, offering
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider, Role
from musubu.parties.permissions import NotAllowed

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def provider(db: None) -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def opened(provider: Provider, service: str, code: str, options: list[str] | None = None) -> Contract:
    organisation, owner = cast.make_contractor(provider, f"{service}社", f"owner@{service}-{code}.example")
    plan = provider.plans.get(service=service, code=code)
    contract = actions.open_contract(
        provider=provider, organisation=organisation, plan=plan, responsible=owner, options=options
    )
    actions.conclude(contract=contract)
    return contract


def test_recurring_revenue_and_its_movements(provider: Provider) -> None:
    """New in April; a dearer price from June; a cancellation that ends in May; a fall to Free in May."""
    opened(provider, "simpleconnect", "standard", ["number"])
    leaves = opened(provider, "learno", "economy")
    opened(provider, "videog", "business")  # never paid: falls to Free on 17 April
    owner = cast.make_staff(provider, Role.OWNER)
    actions.cancel(contract=leaves, person=leaves.responsible)
    plan = provider.plans.get(service="simpleconnect", code="standard")
    offering.announce_price(of=plan, person=owner, valid_from=date(2026, 6, 1), monthly_fee=3_980)
    offering.announce_price(of=plan, person=owner, valid_from=date(2026, 7, 1), monthly_fee=3_000)
    sandbox.advance(provider, datetime(2026, 8, 1, tzinfo=clock.TOKYO))
    months = [date(2026, month, 1) for month in range(3, 9)]
    found = figures.recurring(provider, months, date(2026, 8, 1))
    assert [(one.new, one.expansion, one.contraction, one.churn, one.total) for one in found] == [
        (0, 0, 0, 0, 0),
        (3_480 + 19_800 + 9_800, 0, 0, 9_800, 23_280),
        (0, 0, 0, 19_800, 3_480),
        (0, 1_000, 0, 0, 4_480),
        (0, 0, 980, 0, 3_500),
        (0, 0, 0, 0, 3_500),
    ]
    assert figures.recurring(provider, months[3:], date(2026, 8, 1)) == found[3:]
    assert figures.recurring(provider, months, date(2026, 5, 1))[-1].total == 23_280


def test_invoiced_and_collected_by_month(provider: Provider) -> None:
    contract = opened(provider, "exaas", "basic-100")
    sandbox.advance(provider, datetime(2026, 6, 20, tzinfo=clock.TOKYO))
    with clock.standing_at(provider.sandbox_now):
        actions.pay(contract=contract, person=None, key="p")
    months = figures.months_to(date(2026, 6, 30), 4)
    assert figures.invoiced_and_collected(provider, months) == [
        (date(2026, 3, 1), 0, 0), (date(2026, 4, 1), 0, 0), (date(2026, 5, 1), 462_000, 0), (date(2026, 6, 1), 132_000, 462_000),
    ]  # fmt: skip


def test_the_outlook_comes_true(provider: Provider) -> None:
    contracts = [opened(provider, "exaas", "basic-100"), opened(provider, "liveon", "yearly")]
    person = cast.make_staff(provider, Role.AUDITOR)
    outlook = figures.look_ahead(provider=provider, person=person, months=3)
    assert figures.look_ahead(provider=provider, person=person) == outlook
    with pytest.raises(NotAllowed):
        figures.look_ahead(provider=provider, person=contracts[0].responsible)
    walks.go_on(figures.WALK)
    foreseen = figures.ahead(outlook)
    assert [month for month, _amount in foreseen] == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
    sandbox.advance(provider, datetime(2026, 7, 1, tzinfo=clock.TOKYO))
    for month, amount in foreseen:
        rows = Invoice.objects.filter(issued_at__year=month.year)
        issued = [row.total for row in rows if row.issued_at.astimezone(clock.TOKYO).date().replace(day=1) == month]
        assert sum(issued) == amount


def test_charts_keep_their_proportions() -> None:
    chart = charts.side_by_side(["a", "b"], [("x", "first", [100, 50])])
    assert chart.bars[0].height == pytest.approx(2 * chart.bars[1].height)
    both = charts.stacked(["a"], [("u", "first", [30]), ("v", "second", [10])], [("w", "fourth", [20])])
    up, more, down = both.bars
    assert up.y == pytest.approx(more.y + more.height) and down.y == pytest.approx(up.y + up.height)
    assert down.height == pytest.approx(2 * more.height)
    flat = charts.line(["a", "b"], [0, 0])
    assert flat.bars[0].y == flat.bars[1].y and charts.short(1_250_000) == "1.2M"


def test_the_page(provider: Provider) -> None:
    opened(provider, "exaas", "basic-100")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.make_staff(provider, Role.BILLING))
    sandbox.advance(provider, datetime(2026, 6, 20, tzinfo=clock.TOKYO))
    page = client.get("/staff/money/").content.decode()
    assert "462,000" in page and "<svg" in page and "120,000" in page
    assert client.post("/staff/money/").status_code == 302
    assert "data-progress" in client.get("/staff/money/").content.decode()
    walks.go_on(figures.WALK)
    assert client.get(f"/staff/money/{Outlook.objects.get().public_id}/").json()["ended"]
    assert "132000" in client.get("/staff/money/?format=coming").content.decode()
    assert "2026-05,462000,0" in client.get("/staff/money/?format=money").content.decode()
    assert "120000" in client.get("/staff/money/?format=recurring").content.decode()
