"""Sales of sellers and agents, their statements, and money out by a transfer file, byte by byte."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from musubu import clock
from musubu.billing import payables, payouts, sales, statements
from musubu.billing.models import Payable, PayoutLine, Sale, Statement
from musubu.billing.tests.worlds import START, agreed, balance, later, provider
from musubu.parties import cast
from musubu.parties.models import Organisation, Person, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
ACCOUNT = {"bank": "9001", "branch": "102", "account": "7654321", "holder": "ド)ツバメキカク"}


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        own = provider()
        person = cast.make_staff(own, Role.BILLING)
        seller, owner = cast.make_contractor(own, "合同会社つばめ企画", "owner@tsubame.example")
        agent = cast.make_organisation(own, "はやぶさ代理店", Organisation.Kind.AGENT)
        sales.agree(provider=own, person=person, kind="seller", rate="85", valid_from=clock.today(), organisation=None)
        sales.agree(
            provider=own, person=person, kind="agent", rate="12.5", valid_from=clock.today(), organisation=agent
        )
        yield own, person, seller, owner, agent


def sold(own: Provider, organisation: Organisation, record: str, amount: int, kind: str = "seller") -> Sale:
    return sales.hand_in(
        provider=own, record=record, kind=kind, organisation=organisation, at=clock.now(), text="講座", amount=amount
    )


def test_a_record_counts_once(world: Any) -> None:
    own, person, seller, _owner, agent = world
    first = sold(own, seller, "v-1", 999)
    assert sold(own, seller, "v-1", 999) == first and first.share == 849
    with pytest.raises(sales.OtherRecord):
        sold(own, seller, "v-1", 1_000)
    back = sales.hand_back(provider=own, record="r-1", of="v-1", at=clock.now(), text="返金")
    assert sales.hand_back(provider=own, record="r-1", of="v-1", at=clock.now(), text="返金") == back
    with pytest.raises(NotPossible, match="came back already"):
        sales.hand_back(provider=own, record="r-2", of="v-1", at=clock.now(), text="返金")
    with pytest.raises(NotPossible, match="No share"):
        sold(own, seller, "a-1", 5, "agent")
    for wrong in (0, -1, 10**12):
        with pytest.raises(ValueError, match="1 to"):
            sold(own, seller, "v-2", wrong)
    for rate in ("0", "101", "x", "-5", ""):
        with pytest.raises(NotPossible, match="per cent"):
            sales.agree(
                provider=own, person=person, kind="seller", rate=rate, valid_from=clock.today(), organisation=None
            )
    with pytest.raises(NotPossible, match="today or later"):
        sales.agree(
            provider=own, person=person, kind="agent", rate="5", valid_from=date(2026, 1, 1), organisation=agent
        )
    assert Sale.objects.count() == 2


def test_statements_chargebacks_and_books(world: Any) -> None:
    own, person, seller, _owner, agent = world
    sold(own, seller, "v-1", 10_000)
    sold(own, seller, "v-2", 3_300)
    sold(own, agent, "a-1", 22_000, "agent")
    with pytest.raises(NotPossible, match="not over"):
        statements.close_month(provider=own, person=person, month=date(2026, 4, 1))
    with later(own, days=25):
        with pytest.raises(NotAllowed):
            statements.close_month(provider=own, person=cast.make_staff(own, Role.SUPPORT), month=date(2026, 4, 1))
        made = statements.close_month(provider=own, person=person, month=date(2026, 4, 15))
        assert statements.close_month(provider=own, person=person, month=date(2026, 4, 15)) == []
        assert {(one.kind, one.sold, one.share, one.payable) for one in made} == {
            ("seller", 13_300, 11_305, 11_305), ("agent", 22_000, 2_750, 2_750),
        }  # fmt: skip
        kept = balance(own)
        assert kept["sales-clearing"] == 13_300 and kept["sellers-payable"] == -11_305
        assert (kept["commission-income"], kept["tax-10"]) == (-1_814, -181)
        assert (kept["agent-commission"], kept["tax-paid"], kept["agents-payable"]) == (2_500, 250, -2_750)
        sales.hand_back(provider=own, record="r-1", of="v-1", at=clock.now(), text="チャージバック")
        sold(own, seller, "v-3", 1_000)
    with later(own, days=30):
        (second,) = statements.close_month(provider=own, person=person, month=date(2026, 5, 1))
        assert (second.share, second.payable, second.rest) == (-7_650, 0, -7_650)
        sold(own, seller, "v-4", 20_000)
    with later(own, days=30):
        (third,) = statements.close_month(provider=own, person=person, month=date(2026, 6, 1))
        assert (third.carried, third.payable, third.rest) == (-7_650, 9_350, 0)
        with pytest.raises(NotPossible, match="has a statement"):
            sales.hand_in(
                provider=own, record="late", kind="seller", organisation=seller, at=START, text="", amount=100
            )
            statements.close_month(provider=own, person=person, month=date(2026, 4, 1))
    assert [one.number for one in Statement.objects.order_by("number")] == [1, 2, 3, 4]
    assert balance(own)["sellers-payable"] == -(11_305 + 9_350)
    agreed(own)


def owed(own: Provider, organisation: Organisation | None, key: str, amount: int) -> Payable:
    return payables.owe(
        provider=own,
        organisation=organisation,
        kind="refund",
        key=key,
        amount=amount,
        account="refunds-payable",
        text=key,
    )


def test_the_transfer_file_byte_by_byte(world: Any) -> None:
    """総合振込 (種別 21), offsets written out from the bankers' layout; what goes to one account is one transfer."""
    own, person, seller, owner, agent = world
    payouts.set_account(organisation=seller, person=owner, **ACCOUNT)
    payouts.set_account(organisation=agent, person=person, **ACCOUNT | {"account": "1", "holder": "ハヤブサ"})
    rows = [owed(own, seller, "a", 11_000), owed(own, agent, "b", 500), owed(own, seller, "c", 305)]
    with pytest.raises(NotPossible, match="Choose 2026-04-13"):
        payouts.make_run(provider=own, person=person, day=date(2026, 4, 11), payables=rows)
    run = payouts.make_run(provider=own, person=person, day=date(2026, 4, 13), payables=rows)
    header, one, two, trailer, end, rest = bytes(run.content).split(b"\r\n")
    assert [len(record) for record in (header, one, two, trailer, end)] == [120] * 5 and rest == b""
    assert header[:14] == b"1210" + b"1234567890" and header[14:54] == "ｶ)ﾑｽﾌﾞ".encode("cp932").ljust(40)
    assert header[54:58] == b"0413" and header[58:62] == b"0001" and header[62:77] == "ﾐｽﾞﾎ".encode("cp932").ljust(15)
    assert header[77:80] == b"001" and header[80:95] == "ﾎﾝﾃﾝ".encode("cp932").ljust(15)
    assert header[95:96] == b"1" and header[96:103] == b"7654321" and header[103:] == b" " * 17
    assert one[0:1] == b"2" and one[1:5] == b"9001" and one[5:20] == b" " * 15 and one[20:23] == b"102"
    assert one[23:38] == b" " * 15 and one[38:42] == b"0000" and one[42:43] == b"1" and one[43:50] == b"7654321"
    assert one[50:80] == "ﾄﾞ)ﾂﾊﾞﾒｷｶｸ".encode("cp932").ljust(30) and one[80:90] == b"0000011305" and one[90:91] == b"0"
    assert one[91:101] == b"0000000001" and one[101:111] == b"0" * 10 and one[111:112] == b"7"
    assert one[112:113] == b" " and one[113:120] == b" " * 7
    assert two[43:50] == b"0000001" and two[80:90] == b"0000000500" and two[91:101] == b"0000000002"
    assert trailer == b"8" + b"000002" + b"000000011805" + b" " * 101 and end == b"9" + b" " * 119
    assert list(run.lines.order_by("pk").values_list("place", flat=True)) == [1, 1, 2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"holder": "株式会社"}, "kana"), ({"holder": "ア" * 31}, "at most 30"), ({"holder": "ア,イ"}, "kana"),
        ({"holder": "アイ゛"}, "kana"), ({"bank": "12345"}, "Bank"), ({"account": "12a"}, "Account"), ({"holder": " "}, "at most"),
    ],
)  # fmt: skip
def test_what_a_bank_would_refuse_is_refused_not_cut(world: Any, wrong: dict[str, str], said: str) -> None:
    _own, _person, seller, owner, _agent = world
    with pytest.raises(NotPossible, match=said):
        payouts.set_account(organisation=seller, person=owner, **ACCOUNT | wrong)


def test_booked_once_failed_ones_come_back(world: Any) -> None:
    own, person, seller, owner, agent = world
    owes = [owed(own, seller, "a", 1_000), owed(own, agent, "b", 500)]
    with pytest.raises(NotPossible, match="no bank account"):
        payouts.make_run(provider=own, person=person, day=date(2026, 4, 13), payables=owes)
    payouts.set_account(organisation=seller, person=owner, **ACCOUNT)
    payouts.set_account(organisation=agent, person=person, **ACCOUNT | {"account": "1"})
    with pytest.raises(NotAllowed):
        payouts.make_run(provider=own, person=cast.make_staff(own, Role.SUPPORT), day=date(2026, 4, 13), payables=owes)
    run = payouts.make_run(provider=own, person=person, day=date(2026, 4, 13), payables=owes)
    with pytest.raises(NotPossible, match="another file"):
        payouts.make_run(provider=own, person=person, day=date(2026, 4, 13), payables=owes)
    with pytest.raises(NotPossible, match="not come yet"):
        payouts.book_run(run=run, person=person, failed={})
    with later(own, days=5):
        with pytest.raises(NotPossible, match="why"):
            payouts.book_run(run=run, person=person, failed={2: " "})
        payouts.book_run(run=run, person=person, failed={2: "口座なし"})
        with pytest.raises(NotPossible, match="already"):
            payouts.book_run(run=run, person=person, failed={})
        assert balance(own)["bank"] == -1_000
        ((row, _target, failed),) = payouts.waiting(own)
        assert row == owes[1] and failed and failed.why == "口座なし"
        line = PayoutLine.objects.get(result="paid")
        for _time in range(2):
            payouts.came_back(line=line, person=person, why="組戻し")
        assert balance(own)["bank"] == 0 and len(payouts.waiting(own)) == 2
        again = payouts.make_run(provider=own, person=person, day=date(2026, 4, 15), payables=owes)
        payouts.withdraw_run(run=again, person=person)
        assert len(payouts.waiting(own)) == 2
        last = payouts.make_run(provider=own, person=person, day=date(2026, 4, 15), payables=owes)
        payouts.book_run(run=last, person=person, failed={})
        assert balance(own)["bank"] == -1_500 and payouts.waiting(own) == []


def test_an_account_is_set_by_its_own_people(world: Any) -> None:
    own, _person, seller, _owner, _agent = world
    stranger: Person = cast.make_contractor(own, "よそ", "owner@yoso.example")[1]
    with pytest.raises(NotAllowed):
        payouts.set_account(organisation=seller, person=stranger, **ACCOUNT)
    with pytest.raises(NotAllowed):
        payouts.set_account(organisation=seller, person=cast.make_member(seller, "m@x.example"), **ACCOUNT)
    assert payouts.account_of(seller) is None
