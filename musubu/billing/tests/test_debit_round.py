"""A debit round as a bank sees it: the consent's account, the day, the file's bytes, and what failed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from musubu import clock
from musubu.billing import accounts, consent_forms, debits, failed_debits, verify
from musubu.billing.models import BankBranch, DebitLine, DebitRun
from musubu.billing.tests.test_debits import answer
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.tests import stage
from musubu.notices.models import Notice
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def world() -> Any:
    with stage.sandbox(START) as provider:
        person = cast.make_staff(provider, Role.BILLING)
        accounts.take_example(provider=provider, person=person)
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="simpleconnect", code="standard")
        contract = actions.open_contract(
            provider=provider, organisation=organisation, plan=plan, responsible=owner,
            more={"payment": "debit", "debit_day": 27},
        )  # fmt: skip
        actions.conclude(contract=contract)
        mandate = debits.open_mandate(
            organisation=organisation, person=person, bank="9001", branch="102", account="1234567", holder="カ)サクラ"
        )
        debits.move_mandate(mandate=mandate, person=person, to="active")
    sandbox.advance(provider, datetime(2026, 6, 17, 9, tzinfo=clock.TOKYO))
    with clock.standing_at(provider.sandbox_now):
        yield provider, person, contract, mandate


def test_the_file_is_made_before_the_day_and_every_byte_is_in_its_place(world: Any) -> None:
    """SC-10.1: the 27th is a Saturday, so Monday 29 June. Offsets as the bankers' layout counts them, written out here."""
    provider, person, contract, _mandate = world
    invoice = contract.invoices.get()
    assert invoice.due_on == date(2026, 6, 29)
    with pytest.raises(NotPossible, match="Choose 2026-06-29"):
        debits.make_file(provider=provider, person=person, day=date(2026, 6, 27))
    with pytest.raises(NotPossible, match="today or later"):
        debits.make_file(provider=provider, person=person, day=date(2026, 6, 16))
    with pytest.raises(NotPossible, match="Nothing"):
        debits.make_file(provider=provider, person=person, day=date(2026, 6, 26))
    content = bytes(debits.make_file(provider=provider, person=person, day=date(2026, 6, 29)).content)
    header, data, trailer, end, rest = content.split(b"\r\n")
    assert [len(one) for one in (header, data, trailer, end)] == [120] * 4 and rest == b""
    assert header[0:4] == b"1910" and header[4:14] == b"1234567890"
    assert header[14:54] == "ｶ)ﾑｽﾌﾞ".encode("cp932").ljust(40) and header[54:58] == b"0629"
    assert header[58:62] == b"0001" and header[62:77] == "ﾐｽﾞﾎ".encode("cp932").ljust(15)
    assert header[77:80] == b"001" and header[80:95] == "ﾎﾝﾃﾝ".encode("cp932").ljust(15)
    assert header[95:103] == b"17654321" and header[103:] == b" " * 17
    assert data[0:5] == b"29001" and data[5:20] == "ﾐｽﾞｱｵ".encode("cp932").ljust(15)
    assert data[20:23] == b"102" and data[23:38] == "ﾏﾙﾉｳﾁ".encode("cp932").ljust(15) and data[38:42] == b" " * 4
    assert data[42:50] == b"11234567" and data[50:80] == "ｶ)ｻｸﾗ".encode("cp932").ljust(30)
    assert data[80:90] == f"{invoice.total:010}".encode() and data[90:91] == b"0"
    assert data[91:111] == f"{invoice.number:020}".encode() and data[111:112] == b"0" and data[112:] == b" " * 8
    assert trailer[0:19] == b"8000001" + f"{invoice.total:012}".encode()
    assert trailer[19:55] == b"0" * 36 and trailer[55:] == b" " * 65
    assert end == b"9" + b" " * 119


def test_too_little_money_is_asked_for_twice_then_a_person_decides(world: Any) -> None:
    provider, person, contract, _mandate = world
    day = date(2026, 6, 29)
    for _try in range(2):
        run = debits.make_file(provider=provider, person=person, day=day)
        assert not failed_debits.waiting(provider)
        debits.read_answer(run=run, person=person, name="r", content=answer(bytes(run.content), "1"))
        day += timedelta(days=7)
    (line,) = failed_debits.waiting(provider)
    assert debits.due(provider, day) == []
    with pytest.raises(NotAllowed):
        failed_debits.decide(line=line, person=cast.make_staff(provider, Role.AUDITOR), to="again")
    with pytest.raises(NotPossible, match="Choose"):
        failed_debits.decide(line=line, person=person, to="other")
    failed_debits.decide(line=line, person=person, to="again")
    failed_debits.decide(line=line, person=person, to="again")
    assert len(debits.due(provider, day)) == 1 and not failed_debits.waiting(provider)
    first, run = DebitRun.objects.earliest("pk"), debits.make_file(provider=provider, person=person, day=day)
    for old in (
        answer(bytes(first.content), "1"),
        answer(bytes(first.content), "0"),
    ):  # the same sums of an earlier day
        with pytest.raises(NotPossible, match="another request"):
            debits.read_answer(run=run, person=person, name="r", content=old)
    debits.read_answer(run=run, person=person, name="r", content=answer(bytes(run.content), "0"))
    assert not contract.invoices.get().debit_lines.filter(result="").exists()
    assert list(verify.differences(provider)) == []


@pytest.mark.parametrize("code", ["2", "3", "4", "8", "9"])
def test_other_reasons_wait_for_a_person_and_the_customer_is_told_how_to_transfer(world: Any, code: str) -> None:
    provider, person, contract, _mandate = world
    run = debits.make_file(provider=provider, person=person, day=date(2026, 6, 29))
    debits.read_answer(run=run, person=person, name="r", content=answer(bytes(run.content), code))
    (line,) = failed_debits.waiting(provider)
    failed_debits.decide(line=line, person=person, to="transfer")
    with pytest.raises(NotPossible, match="already"):
        failed_debits.decide(line=line, person=person, to="again")
    assert debits.due(provider, date(2026, 12, 29)) == [] and not failed_debits.waiting(provider)
    told = Notice.objects.get(kind="debit.transfer-instead")
    assert f"{contract.organisation_id:010}" in told.body and "7654321" in told.body
    assert DebitLine.objects.get().decided_by == person


def test_a_wrong_code_is_refused_with_what_stands_near(world: Any) -> None:
    _provider, person, _contract, mandate = world
    debits.move_mandate(mandate=mandate, person=person, to="ended")
    good = {"bank": "9001", "branch": "102", "account": "1", "holder": "ア"}
    for wrong, said in (
        ({"bank": "9010"}, "9001 みずあお銀行"),
        ({"branch": "120"}, "102 丸の内支店"),
        ({"kind": "7"}, "kind"),
    ):
        with pytest.raises(NotPossible, match=said):
            debits.open_mandate(organisation=mandate.organisation, person=person, **good | wrong)


def test_the_list_of_banks_comes_from_a_file(world: Any) -> None:
    provider, person, _contract, _mandate = world
    heading = ",".join(accounts.HEADING)
    good = f"{heading}\n33,アオイ,あおい銀行,1,ホンテン,本店\n33,アオイ,あおい銀行,2,ミナト,港支店\n".encode("cp932")
    assert accounts.take_list(provider=provider, person=person, content=good) == 2
    assert accounts.names(provider, "0033", "002") == ("ｱｵｲ", "ﾐﾅﾄ")
    for wrong, said in (
        (b"a,b\n", "Line 1"),
        (f"{heading}\n33,アオイ,x,1,ホンテン\n".encode(), "Line 2: 6 columns"),
        (f"{heading}\n33,アオイ,x,1,ホンテン,y\n3x,ア,x,1,ア,y\n".encode(), "Line 3, bank: up to 4 digits"),
        (f"{heading}\n33,(アオイ),x,1,ア,y\n".encode(), "Line 2, bank_kana"),
        (f"{heading}\n33,{'ア' * 16},x,1,ア,y\n".encode(), "Line 2, bank_kana: at most 15"),
        (f"{heading}\n33,ア,x,1,ア,y\n0033,ア,x,001,ア,y\n".encode(), "twice"),
        (heading.encode() + b"\n\x81\x20,", "Line 2: neither"),
    ):
        with pytest.raises(NotPossible, match=said):
            accounts.take_list(provider=provider, person=person, content=wrong)
    assert BankBranch.objects.filter(provider=provider).count() == 2
    with pytest.raises(NotAllowed):
        accounts.take_list(provider=provider, person=cast.make_staff(provider, Role.SUPPORT), content=good)


def test_the_consent_form_is_a_document(world: Any) -> None:
    _provider, _person, _contract, mandate = world
    made = consent_forms.form(mandate)
    assert made.startswith(b"%PDF") and b"pdfaid" in made
    assert "27 日" in consent_forms._data(mandate)["days"]
