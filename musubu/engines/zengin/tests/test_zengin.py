"""Bank files byte by byte, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from musubu.engines import zengin
from musubu.engines.zengin import files

SENDER = zengin.Collection("1234567890", "ｶ)ﾑｽﾌﾞ", "0001", "001", "7654321", bank_name="ﾐｽﾞﾎ", branch_name="ﾎﾝﾃﾝ")
DEBIT = zengin.Debit("9900", "123", "0000001", "ｶ)ｻｸﾗｼﾖｳｼﾞ", 110_000, "LN000001".replace("LN", "00"))


@pytest.mark.parametrize(("layouts", "width"), [(files.TRANSFER, 120), (files.DEBIT, 120), (files.NOTICE, 200)])
def test_every_record_has_its_width(layouts: dict[str, files.Layout], width: int) -> None:
    assert {layout.width for layout in layouts.values()} == {width}


def test_the_offsets_of_a_transfer() -> None:
    """Zero-based: 0,1,5,20,23,38,42,43,50,80,90,91,101,111,112,113."""
    offsets, at = [], 0
    for field in files.TRANSFER["2"].fields:
        offsets.append(at)
        at += field.width
    assert offsets == [0, 1, 5, 20, 23, 38, 42, 43, 50, 80, 90, 91, 101, 111, 112, 113]


def test_a_transfer_file_byte_by_byte() -> None:
    made = zengin.transfers(SENDER, date(2026, 12, 25), [zengin.Transfer("0005", "010", "123", "ﾔﾏﾀﾞ ﾀﾛｳ", 5_000)])
    header, row, trailer, end = made.split(b"\r\n")[:4]
    assert header == (
        b"1210" + b"1234567890" + "ｶ)ﾑｽﾌﾞ".encode("cp932").ljust(40) + b"1225" + b"0001"
        + "ﾐｽﾞﾎ".encode("cp932").ljust(15) + b"001" + "ﾎﾝﾃﾝ".encode("cp932").ljust(15) + b"1" + b"7654321" + b" " * 17
    )  # fmt: skip
    assert row == (
        b"2" + b"0005" + b" " * 15 + b"010" + b" " * 15 + b"0000" + b"1" + b"0000123"
        + "ﾔﾏﾀﾞ ﾀﾛｳ".encode("cp932").ljust(30) + b"0000005000" + b"0" + b"0" * 10 + b"0" * 10 + b"7" + b" " + b" " * 7
    )  # fmt: skip
    assert trailer == b"8" + b"000001" + b"000000005000" + b" " * 101 and end == b"9" + b" " * 119


def test_a_debit_goes_out_and_its_answer_comes_back() -> None:
    sent = zengin.debit_request(SENDER, date(2026, 12, 28), [DEBIT, DEBIT])
    assert all(len(record) == 120 for record in sent.split(b"\r\n")[:-1])
    answered = bytearray(sent)
    place = 122 + 122 + 111  # result of the second row
    answered[place : place + 1] = b"1"
    trailer = 122 * 3
    answered[trailer + 19 : trailer + 55] = b"000001" + b"000000110000" + b"000001" + b"000000110000"
    assert [row.result for row in zengin.read_debit_result(bytes(answered))] == ["paid", "no-funds"]


def deposits(**more: object) -> bytes:
    row = zengin.Deposit("000001", date(2026, 7, 10), 110_000, "ｶ)ｻｸﾗｼﾖｳｼﾞ", "", "", False)
    return files.deposit_notice(SENDER, date(2026, 7, 10), [row])


def test_a_deposit_notice_comes_in_with_reiwa_days() -> None:
    found = zengin.read_deposits(deposits())
    assert [(one.day, one.amount, one.payer) for one in found] == [(date(2026, 7, 10), 110_000, "ｶ)ｻｸﾗｼﾖｳｼﾞ")]
    assert b"080710" in deposits()


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        (lambda made: made[:-1], (4, 200), "200 bytes"),
        (lambda made: made.replace(b"0000110000", b"0000110001", 1), (3, 8), "sum says 110000"),
        (lambda made: made[200:], (1, 1), "a record 1 was expected"),
        (lambda made: made[:600], (4, 1), "end record 9"),
        (lambda made: made.replace("ｻｸﾗ".encode("cp932"), "ｻ,ﾞ".encode("cp932")), (2, 54), "sound mark"),
        (lambda made: made.replace(b"080710", b"081310"), (2, 14), "no day"),
        (lambda made: made[:203] + b"x" + made[204:], (2, 2), "6 digits"),
        (lambda made: made[:200] + b"\n" + made[200:], (2, 1), "CR and LF"),
        (lambda made: b"", (1, 1), "empty"),
    ],
)
def test_a_wrong_file_names_record_column_and_what_was_expected(
    change: object, place: tuple[int, int], expected: str
) -> None:
    with pytest.raises(zengin.FileError, match=expected) as caught:
        zengin.read_deposits(change(deposits()))  # type: ignore[operator]
    assert (caught.value.record, caught.value.column) == place


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("カ)サクラショウジ", "ｶ)ｻｸﾗｼﾖｳｼﾞ"),
        ("ばーく デザイン", "ﾊﾞ-ｸ ﾃﾞｻﾞｲﾝ"),
        ("Musubu", "MUSUBU"),
        ("パナ", "ﾊﾟﾅ"),
    ],
)
def test_names_are_written_as_banks_want_them(name: str, written: str) -> None:
    assert zengin.kana(name) == written


@pytest.mark.parametrize("name", ["株式会社", "ア゛", "a,b", "ヲ"])
def test_what_no_bank_takes(name: str) -> None:
    with pytest.raises(zengin.CharacterError):
        zengin.kana(name)


def test_a_name_is_refused_and_never_cut() -> None:
    with pytest.raises(ValueError, match="name"):
        zengin.debit_request(SENDER, date(2026, 12, 28), [zengin.Debit("1", "1", "1", "ｶ" * 31, 1, "1")])
    for amount in (0, -1, 10**10):
        with pytest.raises(ValueError, match=r"amount|1 yen"):
            zengin.transfers(SENDER, date(2026, 12, 28), [zengin.Transfer("1", "1", "1", "ｶ", amount)])


@given(
    some.lists(some.tuples(some.integers(1, 10**10 - 1), some.text("ｱｶﾞ0A ", max_size=20).map(str.strip)), max_size=5)
)
def test_what_is_written_is_read(rows: list[tuple[int, str]]) -> None:
    listed = [
        zengin.Deposit(f"{n:06}", date(2026, 7, 10), amount, name, "", "0001-001-7654321", False)
        for n, (amount, name) in enumerate(rows)
        if _fits(name)
    ]
    if listed:
        assert zengin.read_deposits(files.deposit_notice(SENDER, date(2026, 7, 10), listed)) == listed


def _fits(name: str) -> bool:
    try:
        zengin.check_name(name)
    except zengin.CharacterError:
        return False
    return True
