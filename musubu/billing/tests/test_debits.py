"""Direct debit: consent, file, answer with failures, second try; nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from musubu import clock
from musubu.billing import debits, documents, queries, verify
from musubu.billing.models import DebitLine, Invoice
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.tests import stage
from musubu.engines import zengin
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
ACCOUNT = {"bank": "5", "branch": "10", "account": "1234567", "holder": "カ)サクラ"}


@pytest.fixture
def world() -> Any:
    with stage.sandbox(START) as provider:
        billing = cast.make_staff(provider, Role.BILLING)
        contracts = []
        for n in range(3):
            organisation, owner = cast.make_contractor(provider, f"会社{n}", f"owner@c{n}.example")
            plan = provider.plans.get(service="simpleconnect", code="standard")
            contract = actions.open_contract(
                provider=provider, organisation=organisation, plan=plan, responsible=owner,
                more={"payment": "debit", "debit_day": 27},
            )  # fmt: skip
            actions.conclude(contract=contract)
            mandate = debits.open_mandate(organisation=organisation, person=billing, **ACCOUNT)
            if n < 2:
                debits.move_mandate(mandate=mandate, person=billing, to="active")
            contracts.append(contract)
    sandbox.advance(provider, datetime(2026, 6, 29, 9, tzinfo=clock.TOKYO))
    with clock.standing_at(provider.sandbox_now):
        yield provider, billing, contracts


def answer(content: bytes, *results: str) -> bytes:
    """As the bank would fill the request in."""
    records = [bytearray(record) for record in content.split(b"\r\n")[:-1]]
    amounts = [int(record[80:90]) for record in records[1:-2]]
    for record, result in zip(records[1:-2], results, strict=True):
        record[111:112] = result.encode()
    done = [amount for amount, result in zip(amounts, results, strict=True) if result == "0"]
    failed = [amount for amount, result in zip(amounts, results, strict=True) if result != "0"]
    totals = f"{len(done):06}{sum(done):012}{len(failed):06}{sum(failed):012}".encode()
    records[-2][19:55] = totals
    return b"".join(bytes(record) + b"\r\n" for record in records)


def test_only_consents_in_force_are_asked_and_answers_are_booked(world: Any) -> None:
    provider, billing, contracts = world
    day = clock.today()
    run = debits.make_file(provider=provider, person=billing, day=day)
    content = bytes(run.content)
    assert content.count(b"\r\n") == 5 and run.lines.count() == 2
    with pytest.raises(NotPossible, match="Nothing"):
        debits.make_file(provider=provider, person=billing, day=day)
    filled = answer(content, "0", "1")
    assert debits.read_answer(run=run, person=billing, name="r", content=filled) == {"paid": 1, "no-funds": 1}
    with pytest.raises(NotPossible, match="answered before"):
        debits.read_answer(run=run, person=billing, name="r", content=filled)
    open_ones = queries.open_amounts([contract.pk for contract in contracts])
    assert len(open_ones) == 2
    again = debits.make_file(provider=provider, person=billing, day=day + timedelta(days=7))
    assert again.lines.get().invoice.contract == contracts[1]
    assert list(verify.differences(provider)) == []


def test_what_needs_a_person_is_not_asked_again(world: Any) -> None:
    provider, billing, _ = world
    run = debits.make_file(provider=provider, person=billing, day=clock.today())
    debits.read_answer(run=run, person=billing, name="r", content=answer(bytes(run.content), "4", "2"))
    assert debits.due(provider, clock.today()) == []
    assert set(DebitLine.objects.values_list("result", flat=True)) == {"no-consent", "no-account"}


def test_an_answer_to_another_request_is_refused_whole(world: Any) -> None:
    provider, billing, _ = world
    run = debits.make_file(provider=provider, person=billing, day=clock.today())
    number = f"{Invoice.objects.filter(debit_lines__run=run).first().number:020}".encode()
    other = answer(bytes(run.content), "0", "0").replace(number, b"0" * 19 + b"9")
    with pytest.raises(NotPossible, match="another request"):
        debits.read_answer(run=run, person=billing, name="r", content=other)
    with pytest.raises(zengin.FileError):
        debits.read_answer(run=run, person=billing, name="r", content=other[:-4])
    assert not DebitLine.objects.exclude(result="").exists()


def test_consents(world: Any) -> None:
    provider, billing, contracts = world
    organisation = contracts[0].organisation
    with pytest.raises(NotPossible, match="in force already"):
        debits.open_mandate(organisation=organisation, person=billing, **ACCOUNT)
    mandate = organisation.mandates.get()
    with pytest.raises(NotPossible, match="not back"):
        debits.move_mandate(mandate=mandate, person=billing, to="received")
    debits.move_mandate(mandate=mandate, person=billing, to="ended")
    for wrong in ({"bank": "12345"}, {"account": "x"}, {"holder": "株式会社"}, {"holder": "ア" * 31}):
        with pytest.raises(NotPossible):
            debits.open_mandate(organisation=organisation, person=billing, **{**ACCOUNT, **wrong})
    with pytest.raises(NotAllowed):
        who = cast.make_staff(provider, Role.AUDITOR)
        debits.open_mandate(organisation=organisation, person=who, **ACCOUNT)


def test_the_pages_from_consent_to_answer(world: Any) -> None:
    _, billing, contracts = world
    client = Client()
    client.force_login(billing)
    waiting = contracts[2].organisation.mandates.get()
    client.post(f"/staff/mandates/{waiting.public_id}/", {"to": "active"})
    page = client.post("/staff/debits/", {"form": "run", "day": clock.today().isoformat()}).url
    content = client.get(page + "file/").content
    assert len(content) == 122 * 6
    wrong = client.post(page, {"file": SimpleUploadedFile("r", content[:-3])})
    assert "6 番目のレコードの 120 桁目" in wrong.content.decode()
    client.post(page, {"file": SimpleUploadedFile("r", answer(content, "0", "0", "1"))})
    assert DebitLine.objects.filter(result="paid").count() == 2
    assert queries.open_amounts([contracts[0].pk]) == {}
    refused = client.post(
        "/staff/debits/", {"form": "mandate", "organisation": contracts[0].organisation_id, "kind": "1", **ACCOUNT}
    )
    assert refused.status_code == 200


def test_an_own_name_that_no_bank_takes_is_told_and_nothing_is_made(world: Any) -> None:
    provider, person, _contracts = world
    provider.collection = provider.collection | {"client_name": "株式会社"}
    provider.save()
    with pytest.raises(NotPossible, match="cannot be made"):
        debits.make_file(provider=provider, person=person, day=clock.today())
    assert not DebitLine.objects.exists()


def test_an_invoice_is_printed_where_the_own_account_knows_no_names() -> None:
    bank = {"client": "1", "client_name": "ｱ", "bank": "5", "branch": "1", "account": "1"}
    (line, _code) = documents._paying({"way": "transfer", "bank": bank, "code": "1"}, "ja")
    assert "(5)" in line and "普通 1 ア" in line
