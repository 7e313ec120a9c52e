"""Account statements (入出金取引明細) byte by byte against the bankers' layout, and what is wrong with them by its place."""

from __future__ import annotations

from datetime import date

import pytest

from musubu.engines import zengin
from musubu.engines.zengin.statement import account_statement, read_money_in, read_statement

BANK = zengin.Collection("1234567890", "ｶ)ﾑｽﾌﾞ", "0001", "001", "7654321", "1", "ﾐｽﾞﾎ", "ﾎﾝﾃﾝ")
DAY = date(2026, 7, 10)
ROW = zengin.Deposit("12", DAY, 10_780, "ｶ)ｻｸﾗ", "0000000012", "", False, "INV000001")
# start (from 0), width, what stands there: written out from the published tables, not from the writer
HEADER = (
    (0, 1, "1"), (1, 2, "03"), (3, 1, "0"), (4, 6, "080710"), (10, 6, "080710"), (16, 6, "080710"), (22, 4, "0001"),
    (26, 15, "ﾐｽﾞﾎ"), (41, 3, "001"), (44, 15, "ﾎﾝﾃﾝ"), (59, 3, "000"), (62, 1, "1"), (63, 10, "0007654321"),
    (73, 40, "ｶ)ﾑｽﾌﾞ"), (113, 1, "1"), (114, 1, "1"), (115, 14, "0" * 14), (129, 71, ""),
)  # fmt: skip
DATA = (
    (0, 1, "2"), (1, 8, "00000012"), (9, 6, "080710"), (15, 6, "080710"), (21, 1, "1"), (22, 2, "11"),
    (24, 12, "000000010780"), (36, 12, "0" * 12), (48, 6, "000000"), (54, 6, "000000"), (60, 1, ""), (61, 7, ""),
    (68, 3, ""), (71, 10, "0000000012"), (81, 48, "ｶ)ｻｸﾗ"), (129, 15, ""), (144, 15, ""), (159, 20, ""),
    (179, 20, "INV000001"), (199, 1, ""),
)  # fmt: skip
TRAILER = (
    (0, 1, "8"), (1, 6, "000001"), (7, 13, "0000000010780"), (20, 6, "000001"), (26, 13, "0000000070000"), (39, 1, "1"),
    (40, 14, "0" * 14), (54, 7, "0000002"), (61, 139, ""),
)  # fmt: skip
END = ((0, 1, "9"), (1, 10, "0000000005"), (11, 5, "00001"), (16, 184, ""))


def made() -> list[bytes]:
    content = account_statement(BANK, DAY, [ROW], [70_000])
    return [content[at : at + 200] for at in range(0, len(content), 200)]


@pytest.mark.parametrize(("place", "layout"), [(0, HEADER), (1, DATA), (3, TRAILER), (4, END)])
def test_every_byte_is_in_its_place(place: int, layout: tuple[tuple[int, int, str], ...]) -> None:
    record = made()[place]
    assert len(record) == 200 and sum(width for _start, width, _text in layout) == 200
    for start, width, text in layout:
        assert record[start : start + width] == text.encode("cp932").ljust(width), (start, text)


def test_only_what_came_in_is_read() -> None:
    (row,) = read_money_in(b"".join(made()))
    assert (row.day, row.amount, row.payer, row.payer_code, row.remark) == (
        DAY, 10_780, "ｶ)ｻｸﾗ", "0000000012", "INV000001",
    )  # fmt: skip
    assert read_money_in(b"".join(record + b"\r\n" for record in made())) == [row]


def test_a_day_without_money_is_a_file_too() -> None:
    assert read_statement(account_statement(BANK, DAY, [])) == []


def changed(record: int, column: int, to: bytes) -> bytes:
    records = made()
    line = records[record - 1]
    records[record - 1] = line[: column - 1] + to + line[column - 1 + len(to) :]
    return b"".join(records)


@pytest.mark.parametrize(
    ("content", "record", "column"),
    [
        (changed(1, 2, b"04"), 1, 2),
        (changed(1, 4, b"x"), 1, 4),
        (changed(2, 16, b"081332"), 2, 16),
        (changed(2, 22, b"3"), 2, 22),
        (changed(2, 25, b"00000001078x"), 2, 25),
        (changed(2, 82, b"\x82\xa0"), 2, 82),
        (changed(2, 82, b"abc"), 2, 82),
        (changed(4, 2, b"000009"), 4, 2),
        (changed(4, 8, b"0000000010781"), 4, 8),
        (changed(4, 21, b"000000"), 4, 21),
        (changed(4, 27, b"0000000000001"), 4, 27),
        (changed(4, 55, b"0000009"), 4, 55),
        (changed(3, 1, b"9"), 3, 1),
        (b"".join(made())[:-7], 5, 194),
        (b"".join(made()[:-1]), 5, 1),
        (b"", 1, 2),
        (b"1910" + b"".join(made())[4:], 1, 2),
    ],
)
def test_what_is_wrong_is_named_by_record_and_column(content: bytes, record: int, column: int) -> None:
    with pytest.raises(zengin.FileError) as caught:
        read_money_in(content)
    assert (caught.value.record, caught.value.column) == (record, column), str(caught.value)


def test_names_of_banks_hold_fewer_signs_and_nothing_is_cut() -> None:
    for name, said in (("ﾐｽﾞﾎ(ｶ)", "cannot stand"), ("ｱ" * 16, "15 are allowed"), ("ｱﾞ", "sound mark")):
        with pytest.raises(ValueError, match=said):
            account_statement(zengin.Collection("1", "ｱ", "1", "1", "1", "1", name), DAY, [])
    assert zengin.check_bank_name("ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ")
