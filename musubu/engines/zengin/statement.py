"""Account statements (入出金取引明細, 種別 03): what came in, read like a deposit notice; 200 bytes a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from musubu.engines.zengin.files import (
    NOTICE_WIDTH,
    REIWA,
    Collection,
    Deposit,
    account_of,
    check_total,
    layout,
    read_deposits,
    records_of,
    value_day,
    yen_of,
)
from musubu.engines.zengin.records import FileError

STATEMENT = {
    "1": layout(
        ("record", "N", 1, "1"), ("kind", "N", 2, "03"), ("code", "N", 1), ("made", "N", 6), ("from", "N", 6),
        ("to", "N", 6), ("bank", "N", 4), ("bank_name", "C", 15), ("branch", "N", 3), ("branch_name", "C", 15),
        ("dummy1", "C", 3), ("account_kind", "N", 1), ("account", "N", 10), ("account_name", "C", 40),
        ("overdrawn", "C", 1), ("book", "C", 1), ("balance", "N", 14), ("dummy", "C", 71),
    ),
    "2": layout(
        ("record", "N", 1, "2"), ("reference", "N", 8), ("day", "N", 6), ("value_day", "N", 6), ("way", "N", 1),
        ("what", "N", 2), ("amount", "N", 12), ("check_amount", "N", 12), ("presented", "N", 6), ("returned", "N", 6),
        ("bill", "C", 1), ("bill_number", "C", 7), ("own_branch", "C", 3), ("payer_code", "C", 10), ("payer", "C", 48),
        ("bank_name", "C", 15), ("branch_name", "C", 15), ("note", "C", 20), ("edi", "C", 20), ("dummy", "C", 1),
    ),
    "8": layout(
        ("record", "N", 1, "8"), ("in_count", "N", 6), ("in_sum", "N", 13), ("out_count", "N", 6), ("out_sum", "N", 13),
        ("overdrawn", "C", 1), ("balance", "N", 14), ("count", "N", 7), ("dummy", "C", 139),
    ),
    "9": layout(("record", "N", 1, "9"), ("records", "N", 10), ("accounts", "N", 5), ("dummy", "C", 184)),
}  # fmt: skip
IN, OUT = "1", "2"
TRANSFER = "11"


def read_money_in(content: bytes) -> list[Deposit]:
    """What came in, from a deposit notice (種別 01) or an account statement (03). Raises FileError."""
    kind = content[1:3]
    if kind == b"03":
        return read_statement(content)
    if kind == b"01":
        return read_deposits(content)
    raise FileError(
        1, 2, "kind 01 (deposit notice) or 03 (account statement) was expected, not “%(found)s”",
        found=kind.decode("cp932", "replace"),
    )  # fmt: skip


def read_statement(content: bytes) -> list[Deposit]:
    """The credits of a statement. Raises FileError; nothing of a wrong file is given back."""
    rows: list[Deposit] = []
    account, block = "", list[tuple[str, int]]()
    for number, (kind, fields) in enumerate(records_of(content, STATEMENT, NOTICE_WIDTH), 1):
        if kind == "1":
            account, block = account_of(fields), []
        elif kind == "2":
            if fields["way"] not in (IN, OUT):
                raise FileError(number, 22, "way “%(found)s” is neither 1 (in) nor 2 (out)", found=fields["way"])
            block.append((fields["way"], int(fields["amount"])))
            if fields["way"] == IN:
                rows.append(Deposit(
                    fields["reference"], value_day(fields, number, 10, 16), yen_of(fields, number, 25),
                    fields["payer"] or fields["note"], fields["payer_code"], account, False, fields["edi"], number,
                ))  # fmt: skip
        elif kind == "8":
            _check(number, fields, block)
    return rows


def _check(number: int, fields: dict[str, str], block: list[tuple[str, int]]) -> None:
    came = [amount for way, amount in block if way == IN]
    went = [amount for way, amount in block if way == OUT]
    for name, column, value in (
        ("in_count", 2, len(came)), ("in_sum", 8, sum(came)), ("out_count", 21, len(went)), ("out_sum", 27, sum(went)),
        ("count", 55, len(block)),
    ):  # fmt: skip
        check_total(number, fields, name, column, value)


def account_statement(sender: Collection, made: date, rows: Iterable[Deposit], paid: Iterable[int] = ()) -> bytes:
    """A statement as a bank would send it, with money that went out too: for the demonstration and for tests."""

    def era(day: date) -> str:
        return f"{day.year - REIWA:02}{day:%m%d}"

    came, went = list(rows), list(paid)
    records = [STATEMENT["1"].pack(
        code="0", made=era(made), **{"from": era(made), "to": era(made)}, bank=sender.bank, branch=sender.branch,
        bank_name=sender.bank_name, branch_name=sender.branch_name, dummy1="000", account_kind=sender.kind,
        account=sender.account, account_name=sender.client_name, overdrawn="1", book="1",
    )]  # fmt: skip
    records += [
        STATEMENT["2"].pack(
            reference=row.reference, day=era(row.day), value_day=era(row.day), way=IN, what=TRANSFER, amount=row.amount,
            payer_code=row.payer_code, payer=row.payer, edi=row.remark,
        )
        for row in came
    ]  # fmt: skip
    records += [
        STATEMENT["2"].pack(reference="1", day=era(made), value_day=era(made), way=OUT, what=TRANSFER, amount=amount)
        for amount in went
    ]
    records.append(STATEMENT["8"].pack(
        in_count=len(came), in_sum=sum(row.amount for row in came), out_count=len(went), out_sum=sum(went),
        overdrawn="1", count=len(came) + len(went),
    ))  # fmt: skip
    records.append(STATEMENT["9"].pack(records=len(records) + 1, accounts=1))
    return b"".join(records)
