"""Deposits: files of every kind, one transfer for several contracts, what does not fit, wrong matches undone."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import translation

from musubu import clock
from musubu.billing import (
    bank_csv,
    bank_files,
    deposits,
    matching,
    odd_payments,
    payables,
    proposals,
    queries,
    texts,
    verify,
)
from musubu.billing.models import (
    BankDeposit,
    BankFile,
    BankLayout,
    CsvUpload,
    DepositPart,
    Invoice,
    Payable,
    PayerName,
    Voucher,
)
from musubu.billing.tests import worlds
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, Event
from musubu.contracts.tests import stage
from musubu.engines import zengin
from musubu.engines.zengin.files import deposit_notice
from musubu.engines.zengin.statement import account_statement
from musubu.parties import cast
from musubu.parties.models import Organisation, Person, Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
DAY = date(2026, 4, 10)
BANK = zengin.Collection("1234567890", "ｶ)ﾑｽﾌﾞ", "0001", "001", "7654321")


@pytest.fixture
def provider() -> Any:
    with stage.sandbox(START) as provider:
        yield provider


@pytest.fixture
def person(provider: Provider) -> Person:
    return cast.make_staff(provider, Role.BILLING)


def opened(provider: Provider, service: str, code: str, name: str = "株式会社さくら商事") -> Contract:
    organisation, owner = cast.make_contractor(provider, name, "owner@sakura.example")
    Organisation.objects.filter(pk=organisation.pk).update(name_kana="カ)サクラショウジ")
    plan = provider.plans.get(service=service, code=code)
    contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
    actions.conclude(contract=contract)
    return contract


def came(provider: Provider, person: Person, amount: int, payer: str = "ｶ)ｻｸﾗｼﾖｳｼﾞ", remark: str = "") -> BankDeposit:
    row = zengin.Deposit(f"{amount % 10**6:06}", DAY, amount, payer, "", "", False, remark)
    deposits.read_file(provider=provider, person=person, name="n", content=deposit_notice(BANK, DAY, [row]))
    return BankDeposit.objects.latest("pk")


def agreed(provider: Provider) -> None:
    assert list(verify.differences(provider)) == []


def test_one_transfer_for_several_contracts(provider: Provider, person: Person) -> None:
    video, school = opened(provider, "videog", "business"), opened(provider, "learno", "economy")
    deposit = came(provider, person, 10_780 + 76_780)
    best = deposits.proposals(deposit, deposits.candidates(provider))[0]
    assert {(one.number, amount) for one, amount in best.parts} == {(video.number, 10_780), (school.number, 76_780)}
    with pytest.raises(NotPossible, match="to the last yen"):
        matching.allocate(deposit=deposit, parts=[(video, 10_780), (school, 1)], person=person)
    with pytest.raises(NotPossible, match="once"):
        matching.allocate(deposit=deposit, parts=[(video, 10_780), (video, 76_780)], person=person)
    with pytest.raises(NotPossible, match="1 yen"):
        matching.allocate(deposit=deposit, parts=[(video, 87_561), (school, -1)], person=person)
    matching.allocate(deposit=deposit, parts=best.parts, person=person)
    assert queries.open_amounts([video.pk, school.pk]) == {} and not odd_payments.waiting(provider)
    agreed(provider)


def test_an_invoice_number_in_the_remark_names_the_contract(provider: Provider, person: Person) -> None:
    opened(provider, "videog", "business")
    other = opened(provider, "learno", "economy", "学校法人あおば")
    number = Invoice.objects.get(contract=other).number
    for remark, payer in ((f"INV {number:06}", "ﾀﾀﾞﾉ ﾋﾄ"), ("", f"{number:06} ﾀﾀﾞﾉ ﾋﾄ")):
        deposit = came(provider, person, 76_780 if remark else 76_779, payer, remark)
        best = deposits.proposals(deposit, deposits.candidates(provider))[0]
        assert (best.contract, best.reason) == (other, "invoice-number")
    assert deposits.match_all_sure(provider=provider, person=person) == 1
    agreed(provider)


def test_a_bank_fee_is_borne_or_stays_owed(provider: Provider, person: Person) -> None:
    """SC-10.1, SC-13"""
    contract = opened(provider, "videog", "business")
    deposits.match(deposit=came(provider, person, 10_340), contract=contract, person=person)
    (odd,) = odd_payments.waiting(provider)
    assert (odd.part.kind, odd.left, odd.age) == ("fee", 440, 0)
    with pytest.raises(NotAllowed):
        odd_payments.bear_fee(part=odd.part, person=cast.make_staff(provider, Role.AUDITOR))
    odd_payments.bear_fee(part=odd.part, person=person)
    with pytest.raises(NotPossible, match="already"):
        odd_payments.bear_fee(part=odd.part, person=person)
    assert queries.open_amounts([contract.pk]) == {} and not odd_payments.waiting(provider)
    balance = worlds.balance(provider)
    assert balance["bank"] == 10_340 and balance["bank-fees"] == 440
    matching.undo(deposit=BankDeposit.objects.get(), person=person, why="別の会社")
    balance = worlds.balance(provider)
    assert balance["bank"] == balance["bank-fees"] == 0 and balance["receivable"] == 10_780
    agreed(provider)


def test_what_is_short_waits_until_it_is_paid(provider: Provider, person: Person) -> None:
    contract = opened(provider, "learno", "economy")
    deposits.match(deposit=came(provider, person, 50_000), contract=contract, person=person)
    (odd,) = odd_payments.waiting(provider)
    assert (odd.part.kind, odd.left) == ("short", 26_780)
    with pytest.raises(NotPossible, match="fee"):
        odd_payments.bear_fee(part=odd.part, person=person)
    actions.pay(contract=contract, person=person, amount=26_780, key="rest")
    assert not odd_payments.waiting(provider)
    agreed(provider)


def test_what_is_over_is_kept_or_given_back_once(provider: Provider, person: Person) -> None:
    contract = opened(provider, "videog", "business")
    deposits.match(deposit=came(provider, person, 12_000), contract=contract, person=person)
    (odd,) = odd_payments.waiting(provider)
    assert (odd.part.kind, odd.left) == ("over", 1_220)
    odd_payments.give_back_over(part=odd.part, person=person)
    with pytest.raises(NotPossible, match="already"):
        odd_payments.keep_over(part=odd.part, person=person)
    assert Payable.objects.get().amount == 1_220 and not odd_payments.waiting(provider)
    with pytest.raises(NotPossible, match="given back meanwhile"):
        matching.undo(deposit=BankDeposit.objects.get(), person=person, why="x")
    with translation.override("ja"), pytest.raises(NotPossible, match="入金 1 のうち 1,220 円はすでに返金されています"):
        matching.undo(deposit=BankDeposit.objects.get(), person=person, why="x")
    agreed(provider)


def test_a_wrong_match_is_undone_and_matched_anew(provider: Provider, person: Person) -> None:
    wrong, right = opened(provider, "videog", "business"), opened(provider, "videog", "business", "別の会社")
    deposit = came(provider, person, 10_780, "ﾍﾞﾂﾉｶｲｼﾔ")
    deposits.match(deposit=deposit, contract=wrong, person=person)
    with pytest.raises(NotPossible, match="Say why"):
        matching.undo(deposit=deposit, person=person, why=" ")
    with pytest.raises(NotAllowed):
        matching.undo(deposit=deposit, person=cast.make_staff(provider, Role.SUPPORT), why="x")
    matching.undo(deposit=deposit, person=person, why="社名の取り違え")
    with pytest.raises(NotPossible, match="not matched"):
        matching.undo(deposit=deposit, person=person, why="again")
    assert queries.open_amounts([wrong.pk]) and not PayerName.objects.exists()
    deposits.match(deposit=deposit, contract=right, person=person)
    assert queries.open_amounts([right.pk]) == {}
    deposit.refresh_from_db()
    matching.undo(deposit=deposit, person=person, why="ためし")
    deposits.match(deposit=deposit, contract=right, person=person)
    assert [part.undone_at is None for part in DepositPart.objects.order_by("pk")] == [False, False, True]
    agreed(provider)


def test_undone_after_the_due_day_the_reminders_run_again(provider: Provider, person: Person) -> None:
    """VG-11.3, VG-11.4"""
    contract = opened(provider, "videog", "business")
    deposit = came(provider, person, 10_780)
    deposits.match(deposit=deposit, contract=contract, person=person)
    sandbox.advance(provider, START + timedelta(days=10))
    with clock.standing_at(START + timedelta(days=10)):
        matching.undo(deposit=deposit, person=person, why="取り違え")
    sandbox.advance(provider, START + timedelta(days=20))
    assert list(contract.outcomes.filter(what__in=("reminder", "plan.changed")).order_by("n").values_list("what", flat=True)) == [
        "reminder", "plan.changed",
    ]  # fmt: skip
    agreed(provider)


def test_money_of_an_unknown_payer_is_held_found_or_sent_back(provider: Provider, person: Person) -> None:
    contract = opened(provider, "videog", "business")
    deposit = came(provider, person, 10_780, "ﾅｿﾞﾉ ﾋﾄ")
    target = {"bank": "1", "branch": "2", "account": "3", "holder": "ナゾノ ヒト"}
    with pytest.raises(NotPossible, match="aside"):
        payables.send_back(deposit=deposit, person=person, target=target)
    deposits.set_aside(deposit=deposit, person=person, why="不明", unknown=True)
    balance = worlds.balance(provider)
    assert balance["suspense"] == -10_780 and balance["bank"] == 10_780
    deposits.set_aside(deposit=deposit, person=person, why="")
    deposits.match(deposit=deposit, contract=contract, person=person)
    balance = worlds.balance(provider)
    assert balance["suspense"] == 0 and balance["bank"] == 10_780
    second = came(provider, person, 999, "ﾅｿﾞﾉ ﾋﾄ")
    deposits.set_aside(deposit=second, person=person, why="不明", unknown=True)
    with pytest.raises(NotPossible, match="digits"):
        payables.send_back(deposit=second, person=person, target=target | {"bank": "x"})
    payables.send_back(deposit=second, person=person, target=target)
    payables.send_back(deposit=second, person=person, target=target)
    assert Payable.objects.get().amount == 999
    with pytest.raises(NotPossible, match="sent back"):
        deposits.set_aside(deposit=second, person=person, why="")
    assert Voucher.objects.filter(kind="suspense").count() == 3
    agreed(provider)


def test_a_statement_is_read_for_what_came_in(provider: Provider, person: Person) -> None:
    row = zengin.Deposit("1", DAY, 500, "ｶ)ｻｸﾗ", "0000000012", "", False, "INV1234")
    content = account_statement(BANK, DAY, [row], [70_000])
    assert len(content) == 5 * 200
    deposits.read_file(provider=provider, person=person, name="s", content=content)
    kept = BankDeposit.objects.get()
    assert (kept.amount, kept.payer, kept.payer_code, kept.remark) == (500, "ｶ)ｻｸﾗ", "0000000012", "INV1234")
    with pytest.raises(NotPossible, match="read before"):
        deposits.read_file(provider=provider, person=person, name="another name", content=content)
    for wrong, said in (
        (content[:3] + b"x" + content[4:], "record 1, column 4"),
        (content[:200] + b"2" + b"0" * 20 + b"7" + content[222:], "record 2, column 22"),
        (content[:600] + b"8" + b"9" * 6 + content[607:], "in_count says 999999"),
        (content[:-1], "record 5, column 200"),
        (content[:200] + content[600:800] + content[200:], "a record 1, 9 was expected"),
        (content[:800], "end record 9 is missing"),
        (b"1210" + content[4:], "kind"),
    ):
        with pytest.raises(zengin.FileError, match=said):
            deposits.read_file(provider=provider, person=person, name="w", content=wrong)
    assert BankDeposit.objects.count() == 1 and BankFile.objects.get().kind == "statement"


CSV = """口座情報,普通 7654321
日付,内容,出金金額(円),入金金額(円),残高(円),メモ
2026/04/09,振込 カ）サクラシヨウジ,,"10,780","110,780",INV 000001
R8.4.9,振込手数料,440,,"110,340",
令和8年4月10日,振込　アオバガクエン,,７６７８０,"187,120",
合計,,440,"87,560",,
"""


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_banks_csv_is_looked_at_and_then_taken_once(provider: Provider, person: Person, code: str) -> None:
    assert bank_csv.add_usual(provider=provider, person=person) == len(bank_csv.USUAL)
    assert bank_csv.add_usual(provider=provider, person=person) == 0
    content = CSV.encode(code)
    kept = bank_csv.upload(provider=provider, person=person, name="a.csv", content=content)
    assert kept.layout.name == "住信SBIネット銀行"
    found = bank_csv.preview(provider, kept.layout, content)
    assert [(line.day, line.amount, line.payer) for line in found.lines] == [
        (date(2026, 4, 9), 10_780, "ｶ)ｻｸﾗｼﾖｳｼﾞ"), (date(2026, 4, 10), 76_780, "ｱｵﾊﾞｶﾞｸｴﾝ"),
    ]  # fmt: skip
    assert found.skipped == 1 and found.errors == [] and BankDeposit.objects.count() == 0
    bank_csv.take(upload=kept, person=person)
    with pytest.raises(NotPossible, match="meanwhile"):
        bank_csv.take(upload=kept, person=person)
    with pytest.raises(NotPossible, match="read before"):
        bank_csv.upload(provider=provider, person=person, name="b.csv", content=content)
    assert BankDeposit.objects.count() == 2 and not CsvUpload.objects.exists()


def test_files_that_overlap_meet_once(provider: Provider, person: Person) -> None:
    bank_csv.add_usual(provider=provider, person=person)
    more = CSV.replace("合計", "2026/04/10,振込 カ）フジ,,500,187620,\n合計")
    for text in (CSV, more):
        kept = bank_csv.upload(provider=provider, person=person, name="x.csv", content=text.encode())
        bank_csv.take(upload=kept, person=person)
    assert sorted(BankDeposit.objects.values_list("amount", flat=True)) == [500, 10_780, 76_780]


def test_every_wrong_cell_is_named_and_nothing_is_taken(provider: Provider, person: Person) -> None:
    bank_csv.add_usual(provider=provider, person=person)
    wrong = (
        CSV.replace("2026/04/09", "2026/13/09").replace("７６７８０", "7.5").replace("合計", "2026/5/1,あす,,7,,\n合計")
    )
    kept = bank_csv.upload(provider=provider, person=person, name="x", content=wrong.encode())
    errors = bank_csv.preview(provider, kept.layout, wrong.encode()).errors
    assert [error.partition(":")[0] for error in errors] == [
        "Line 3, column 1", "Line 5, column 4", "Line 6, column 1",
    ]  # fmt: skip
    with pytest.raises(NotPossible, match="Line 3, column 1"):
        bank_csv.take(upload=kept, person=person)
    with pytest.raises(NotPossible, match="No layout fits"):
        bank_csv.upload(provider=provider, person=person, name="x", content=b"a,b,c\n1,2,3\n")
    with pytest.raises(NotPossible, match="missing: 入金金額"):
        layout = BankLayout.objects.get(name="住信SBIネット銀行")
        bank_csv.upload(
            provider=provider, person=person, name="x", content=CSV.replace("入金金額", "入金").encode(), layout=layout
        )
    with pytest.raises(NotAllowed):
        bank_csv.take(upload=kept, person=cast.make_staff(provider, Role.AUDITOR))
    bank_csv.put_away(upload=kept, person=person)
    assert BankDeposit.objects.count() == 0 and BankFile.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026/7/9", date(2026, 7, 9)), ("20260709", date(2026, 7, 9)), ("2026年7月9日", date(2026, 7, 9)),
        ("R8.7.9", date(2026, 7, 9)), ("令和元年5月1日", date(2019, 5, 1)), ("Ｈ３１／４／３０", date(2019, 4, 30)),
        ("08/07/09", date(2026, 7, 9)), ("26/07/09", date(2026, 7, 9)), ("080709", date(2026, 7, 9)),
    ],
)  # fmt: skip
def test_days_western_and_by_era(text: str, day: date) -> None:
    assert bank_csv.read_day(text, date(2026, 7, 10)) == day


def test_a_layout_is_kept_by_the_provider(provider: Provider, person: Person) -> None:
    columns = {"day": ["年月日"], "amount": ["入金"], "payer": ["依頼人"]}
    layout = bank_csv.save_layout(provider=provider, person=person, name="信金", columns=columns)
    with pytest.raises(NotPossible, match="already"):
        bank_csv.save_layout(provider=provider, person=person, name="信金", columns=columns)
    with pytest.raises(NotPossible, match="needs a name"):
        bank_csv.save_layout(provider=provider, person=person, name="x", columns={"day": ["a"]})
    text = "年月日\t依頼人\t入金\nR8.4.1\tﾀﾅｶ\t5,000\n"
    kept = bank_csv.upload(provider=provider, person=person, name="t", content=text.encode("cp932"), layout=layout)
    bank_csv.take(upload=kept, person=person)
    assert BankDeposit.objects.get().payer == "ﾀﾅｶ"
    with pytest.raises(NotAllowed):
        bank_csv.drop_layout(layout=layout, person=cast.make_staff(provider, Role.AUDITOR))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="two connections need a database server")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_match_one_deposit_one_wins(provider: Provider, person: Person) -> None:
    """Two connections at the same moment."""
    contracts = [opened(provider, "videog", "business"), opened(provider, "videog", "business", "別の会社")]
    deposit = came(provider, person, 10_780)
    start, said = threading.Barrier(2), []

    def work(contract: Contract) -> None:
        try:
            start.wait(10)
            with clock.standing_at(START):
                deposits.match(deposit=deposit, contract=contract, person=person)
            said.append("won")
        except NotPossible as error:
            said.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(one,)) for one in contracts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == 2 and said.count("won") == 1, (connection.vendor, said)
    assert Event.objects.filter(what="pay").count() == 1
    agreed(provider)


def banks(*rows: zengin.Deposit, kind: str = "notice", bank: zengin.Collection = BANK) -> bytes:
    return (deposit_notice if kind == "notice" else account_statement)(bank, DAY, list(rows))


def row(number: int, amount: int = 10_780, payer: str = "ｶ)ｻｸﾗ", day: date = DAY, cancelled: bool = False) -> Any:
    return zengin.Deposit(str(number), day, amount, payer, "", "", cancelled)


@pytest.mark.parametrize(("lang", "said"), [
    ("ja", "2 番目のレコードの 26 桁目：金額：10 桁の数字のはずですが"), ("en", "Record 2, column 20: amount"),
    ("zh-hans", "第 2 条记录第 20 位：金额"),
])  # fmt: skip
def test_a_wrong_file_is_refused_in_the_readers_language(
    provider: Provider, person: Person, lang: str, said: str
) -> None:
    content = banks(row(1))
    wrong = content[:219] + b"X" + content[220:]
    with translation.override(lang), pytest.raises(zengin.FileError) as caught:
        deposits.read_file(provider=provider, person=person, name="w", content=wrong)
    with translation.override(lang):
        assert said.replace("26", "20") in texts.refusal(caught.value)
    assert not BankDeposit.objects.exists() and not BankFile.objects.exists()


@pytest.mark.parametrize(("wrong", "said"), [
    (row(1, amount=0), "1 yen or more"), (row(1, day=DAY + timedelta(days=30)), "future"),
])  # fmt: skip
def test_no_yen_and_days_to_come_are_refused(provider: Provider, person: Person, wrong: Any, said: str) -> None:
    with pytest.raises(zengin.FileError, match=said):
        deposits.read_file(provider=provider, person=person, name="w", content=banks(row(2), wrong))
    assert not BankDeposit.objects.exists()


def test_the_same_records_with_other_line_ends_are_the_same_file(provider: Provider, person: Person) -> None:
    content = banks(row(1), row(2, 5_000))
    deposits.read_file(provider=provider, person=person, name="a", content=content)
    lines = b"".join(content[at : at + 200] + b"\r\n" for at in range(0, len(content), 200))
    for again in (lines, lines + b"\x1a", content + b"\x1a"):
        with pytest.raises(NotPossible, match="read before"):
            deposits.read_file(provider=provider, person=person, name="b", content=again)
    assert BankDeposit.objects.count() == 2


def test_rows_that_an_earlier_file_had_are_left_out(provider: Provider, person: Person) -> None:
    """A longer notice of the same day, and the statement that tells of the same money."""
    deposits.read_file(provider=provider, person=person, name="a", content=banks(row(1), row(2)))
    file = deposits.read_file(provider=provider, person=person, name="b", content=banks(row(1), row(2), row(3)))
    assert (file.rows, file.known) == (1, 2)
    content = banks(*(row(number) for number in range(71, 75)), kind="statement")
    file = deposits.read_file(provider=provider, person=person, name="c", content=content)
    assert (file.rows, file.known) == (1, 3) and BankDeposit.objects.count() == 4
    file = deposits.read_file(provider=provider, person=person, name="d", content=banks(row(4), row(5, cancelled=True)))
    assert (file.rows, file.known, file.cancelled) == (0, 1, 1)
    agreed(provider)


def test_a_notice_whose_first_sign_is_damaged_is_still_read_as_one(provider: Provider, person: Person) -> None:
    client = Client()
    client.force_login(person)
    for damage, said in ((b"X", "1 番目のレコードの 1 桁目"), (b"", "2 桁目：種別コード")):
        page = client.post("/staff/deposits/", {"file": SimpleUploadedFile("n", damage + banks(row(1))[1:])})
        assert said in page.content.decode()


def test_a_file_of_another_account_is_told_of_once(provider: Provider, person: Person) -> None:
    other = replace(BANK, branch="102", account="1111111")
    client = Client()
    client.force_login(person)
    for number, told in ((1, True), (2, False)):
        given = {"file": SimpleUploadedFile("n", banks(row(number), bank=other))}
        page = client.post("/staff/deposits/", given, follow=True).content.decode()
        assert ("このファイルは口座 0001-102-1111111 のもの" in page) is told
    assert BankFile.objects.first().accounts == ["0001-102-1111111"] and BankDeposit.objects.count() == 2


def test_a_file_read_by_mistake_is_taken_back_and_can_be_read_again(provider: Provider, person: Person) -> None:
    given = {"provider": provider, "person": person, "name": "a", "content": banks(row(1), row(2))}
    file = deposits.read_file(**given)
    client = Client()
    client.force_login(cast.make_staff(provider, Role.SUPPORT))
    assert client.post(f"/staff/deposits/files/{file.sha256}/back/").status_code == 403
    with pytest.raises(NotAllowed):
        bank_files.take_back(file=file, person=cast.make_staff(provider, Role.SUPPORT))
    client.force_login(person)
    assert "取り消す" in client.get("/staff/deposits/").content.decode()
    client.post(f"/staff/deposits/files/{file.sha256}/back/")
    assert not BankFile.objects.exists() and not BankDeposit.objects.exists()
    assert deposits.read_file(**given).rows == 2


def test_a_file_that_was_worked_on_is_not_taken_back(provider: Provider, person: Person) -> None:
    file = deposits.read_file(provider=provider, person=person, name="a", content=banks(row(1), row(2)))
    deposits.set_aside(deposit=BankDeposit.objects.first(), person=person, why="?", unknown=True)
    client = Client()
    client.force_login(person)
    answer = client.post(f"/staff/deposits/files/{file.sha256}/back/", follow=True)
    assert "先にその処理を取り消して" in answer.content.decode() and BankDeposit.objects.count() == 2
    deposits.set_aside(deposit=BankDeposit.objects.first(), person=person, why="")
    with pytest.raises(NotPossible):  # what was booked stays in the books
        bank_files.take_back(file=file, person=person)


@pytest.mark.parametrize("damage", [
    '日付,入金金額,摘要\n2026/04/10,100,"ｻｸﾗ\n2026/04/10,200,ｱｵﾊﾞ\n', '日付,入金金額,摘要\n2026/04/10,100,"' + "x" * 200_000 + "\n",
])  # fmt: skip
def test_a_quotation_mark_that_is_not_closed_swallows_no_line(provider: Provider, person: Person, damage: str) -> None:
    layout = bank_csv.save_layout(
        provider=provider, person=person, name="x", columns={"day": ["日付"], "amount": ["入金金額"], "payer": ["摘要"]}
    )
    with pytest.raises(NotPossible, match="quotation mark"):
        bank_csv.upload(provider=provider, person=person, name="x", content=damage.encode(), layout=layout)
    mac = "日付,入金金額,摘要\r2026/04/10,100,ｻｸﾗ\r".encode()
    assert len(bank_csv.preview(provider, layout, mac).lines) == 1
    with pytest.raises(NotPossible, match="damaged"):
        bank_csv.upload(
            provider=provider, person=person, name="x", content="日付".encode("utf-16") + b"\x00", layout=layout
        )


@pytest.mark.parametrize("text", [
    "振込＊カ）サクラシヨウジ", "振込　カ）サクラショウジ", "振込入金:ｶ)ｻｸﾗｼﾖｳｼﾞ", "振込 ｻｸﾗｼﾖｳｼﾞ(ｶ", "ﾌﾘｺﾐ ｶ)ｻｸﾗｼﾖｳｼﾞ", "入金／カ）サクラショウジ",
    "カ）サクラショウジ", "他行振込 カ)サクラショウジ",
])  # fmt: skip
def test_a_banks_own_words_before_the_payer_hide_no_name(text: str) -> None:
    assert proposals.plain(bank_csv.payer_of(text)) == "ｻｸﾗｼﾖｳｼﾞ"
