"""Each line opens its why: price version, rule, clause, special agreement, records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.billing import why
from musubu.billing.models import Charge, Invoice
from musubu.contracts import actions, offering, pricelists, special, usage
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def provider() -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def made(provider: Provider, service: str = "simpleconnect", code: str = "standard") -> Contract:
    organisation, owner = cast.make_contractor(provider, service, f"owner@{service}.example")
    plan = provider.plans.get(service=service, code=code)
    return actions.open_contract(
        provider=provider, organisation=organisation, plan=plan, responsible=owner,
        options=["number"] if service == "simpleconnect" else [],
    )  # fmt: skip


def asked(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_the_price_version_of_each_line(provider: Provider) -> None:
    contract = made(provider)
    actions.conclude(contract=contract)
    owner = cast.make_staff(provider, Role.OWNER)
    offering.announce_price(of=contract.plan, person=owner, valid_from=date(2026, 6, 1), monthly_fee=3_500)
    sandbox.advance(provider, datetime(2026, 7, 20, tzinfo=clock.TOKYO))
    found = {(line.item, line.first.month): why.of(line, "ja") for line in Charge.objects.filter(invoice__isnull=False)}
    assert found["monthly", 5].price and found["monthly", 5].price.monthly_fee == 2_980 and not found["monthly", 5].told
    assert found["monthly", 6].price and found["monthly", 6].price.monthly_fee == 3_500 and found["monthly", 6].told
    assert found["number", 6].price and found["number", 6].price.monthly_fee == 500
    assert found["initial", 5].price and found["initial", 5].clause[0]
    assert ("from_next_month", True) in found["monthly", 5].figures


def test_from_the_invoice_to_its_records(provider: Provider) -> None:
    contract = made(provider)
    actions.conclude(contract=contract)
    person = cast.make_staff(provider, Role.OWNER)
    table = pricelists.read_rates(b"prefix,seconds,block,call\n0,180,8.5,0\n03,180,10,0\n")
    pricelists.publish_rates(
        provider=provider, service="simpleconnect", person=person, valid_from=START.date(), table=table
    )
    may = datetime(2026, 5, 12, 9, tzinfo=clock.TOKYO)
    sandbox.advance(provider, may)
    with clock.standing_at(may):
        usage.hand_in(contract=contract, records=[
            {"id": "call-1", "at": may, "number": "0312345678", "seconds": 200},
            {"id": "call-2", "at": may, "number": "0612345678", "seconds": 10},
        ])  # fmt: skip
    sandbox.advance(provider, datetime(2026, 6, 16, tzinfo=clock.TOKYO))
    line = Charge.objects.get(item="usage")
    assert line.amount == 28
    page = asked(contract.responsible).get(f"/billing/invoices/{line.invoice.public_id}/")  # type: ignore[union-attr]
    path = f"/billing/invoices/{line.invoice.public_id}/lines/{line.outcome}/"  # type: ignore[union-attr]
    assert path in page.content.decode()
    records = asked(contract.responsible).get(path).content.decode()
    assert "call-1" in records and "031234****" in records and "0312345678" not in records
    assert "SC-9.2" in records and "2026-04-10" in records
    csv = asked(person).get(path + "?format=csv").content.decode()
    assert "call-2" in csv and ",0," in csv and ",8.5" in csv
    _, stranger = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    assert asked(stranger).get(path).status_code == 404


def test_a_special_agreement_is_shown_with_its_clause(provider: Provider) -> None:
    contract = made(provider, "exaas", "basic-100")
    sales = cast.make_staff(provider, Role.SALES)
    special.agree(contract=contract, person=sales, figure="EX-19.prorate_first_month", value="true")
    special.agree(contract=contract, person=sales, figure="EX-25.late_rate", value="10")
    special.agree(contract=contract, person=sales, figure="EX-25.late_rate", value="")
    assert [(one.clause, one.figure, one.ordinary, one.agreed, one.carried_by) for one in special.agreed(contract)] == [
        ("EX-19", "prorate_first_month", False, True, "EX-1")
    ]
    with pytest.raises(NotPossible, match="true or false"):
        special.agree(contract=contract, person=sales, figure="EX-19.prorate_first_month", value="perhaps")
    with pytest.raises(NotPossible, match="unknown figure"):
        special.agree(contract=contract, person=sales, figure="EX-19.colour", value="1")
    with pytest.raises(NotAllowed):
        special.agree(contract=contract, person=contract.responsible, figure="EX-25.late_rate", value="0")
    assert (
        "prorate_first_month" in asked(contract.responsible).get(f"/contracts/{contract.public_id}/").content.decode()
    )
    actions.conclude(contract=contract)
    with pytest.raises(NotPossible, match="concluded"):
        special.agree(contract=contract, person=sales, figure="EX-25.late_rate", value="0")
    sandbox.advance(provider, datetime(2026, 5, 2, tzinfo=clock.TOKYO))
    line = Charge.objects.get(contract=contract, item="monthly", first=date(2026, 4, 1))
    assert line.amount == 120_000 * 21 // 30 and why.of(line, "en").special
    invoice = Invoice.objects.get(contract=contract)
    page = asked(sales).get(f"/billing/invoices/{invoice.public_id}/lines/{line.outcome}/").content.decode()
    assert "Special agreement" in page or "特約" in page


def test_a_service_without_special_agreements(provider: Provider) -> None:
    contract = made(provider, "videog", "business")
    with pytest.raises(NotPossible, match="no special agreement"):
        special.agree(
            contract=contract, person=cast.make_staff(provider, Role.SALES), figure="VG-11.3.new_due_days", value="3"
        )
