"""Whole files: general transfer (総合振込, 21), direct debit (預金口座振替, 91), deposit notice (振込入金通知, 01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from musubu.engines.zengin.records import Field, FileError, Layout, split

WIDTH, NOTICE_WIDTH = 120, 200
REIWA = 2018  # Reiwa 1 is 2019


def layout(*fields: tuple[str, str, int] | tuple[str, str, int, str]) -> Layout:
    return Layout(tuple(Field(*field) for field in fields))


_BANK = (("bank", "N", 4), ("bank_name", "C", 15), ("branch", "N", 3), ("branch_name", "C", 15))
_END = (("record", "N", 1, "9"), ("dummy", "C", 119))


def _header(kind: str) -> Layout:
    return layout(
        ("record", "N", 1, "1"), ("kind", "N", 2, kind), ("code", "N", 1, "0"), ("client", "N", 10),
        ("client_name", "C", 40), ("day", "N", 4), *_BANK, ("account_kind", "N", 1), ("account", "N", 7),
        ("dummy", "C", 17),
    )  # fmt: skip


TRANSFER = {
    "1": _header("21"),
    "2": layout(
        ("record", "N", 1, "2"), *_BANK, ("clearing", "N", 4), ("account_kind", "N", 1), ("account", "N", 7),
        ("name", "C", 30), ("amount", "N", 10), ("new", "N", 1), ("customer1", "N", 10), ("customer2", "N", 10),
        ("how", "N", 1), ("edi", "C", 1), ("dummy", "C", 7),
    ),
    "8": layout(("record", "N", 1, "8"), ("count", "N", 6), ("sum", "N", 12), ("dummy", "C", 101)),
    "9": layout(*_END),
}  # fmt: skip
DEBIT = {
    "1": _header("91"),
    "2": layout(
        ("record", "N", 1, "2"), *_BANK, ("dummy1", "C", 4), ("account_kind", "N", 1), ("account", "N", 7),
        ("name", "C", 30), ("amount", "N", 10), ("new", "N", 1), ("customer", "N", 20), ("result", "N", 1),
        ("dummy", "C", 8),
    ),
    "8": layout(
        ("record", "N", 1, "8"), ("count", "N", 6), ("sum", "N", 12), ("done_count", "N", 6), ("done_sum", "N", 12),
        ("failed_count", "N", 6), ("failed_sum", "N", 12), ("dummy", "C", 65),
    ),
    "9": layout(*_END),
}  # fmt: skip
NOTICE = {
    "1": layout(
        ("record", "N", 1, "1"), ("kind", "N", 2, "01"), ("code", "N", 1), ("made", "N", 6), ("from", "N", 6),
        ("to", "N", 6), *_BANK, ("account_kind", "N", 1), ("account", "N", 7), ("account_name", "C", 40),
        ("dummy", "C", 93),
    ),
    "2": layout(
        ("record", "N", 1, "2"), ("reference", "N", 6), ("day", "N", 6), ("value_day", "N", 6), ("amount", "N", 10),
        ("check_amount", "N", 10), ("payer_code", "C", 10), ("payer", "C", 48), ("bank_name", "C", 15),
        ("branch_name", "C", 15), ("cancelled", "C", 1), ("edi", "C", 20), ("dummy", "C", 52),
    ),
    "8": layout(
        ("record", "N", 1, "8"), ("count", "N", 6), ("sum", "N", 12), ("cancelled_count", "N", 6),
        ("cancelled_sum", "N", 12), ("dummy", "C", 163),
    ),
    "9": layout(("record", "N", 1, "9"), ("dummy", "C", 199)),
}  # fmt: skip
NEXT = {"": "1", "1": "28", "2": "28", "8": "19"}  # which records may follow which
RESULTS = {"0": "paid", "1": "no-funds", "2": "no-account", "3": "stopped-by-payer", "4": "no-consent", "8": "stopped-by-us", "9": "other"}  # fmt: skip


@dataclass(frozen=True)
class Collection:
    """Who sends the file, and the own account: `kind` 1 ordinary, 2 current, 9 other. Names in bank kana."""

    client: str
    client_name: str
    bank: str
    branch: str
    account: str
    kind: str = "1"
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class Transfer:
    """Money to somebody, in whole yen."""

    bank: str
    branch: str
    account: str
    name: str
    amount: int
    kind: str = "1"
    customer: str = "0"
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class Debit:
    """Money to be collected; `result` as the bank's answer has it ("" in a request)."""

    bank: str
    branch: str
    account: str
    name: str
    amount: int
    customer: str
    kind: str = "1"
    result: str = ""
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class Deposit:
    """Money that came in."""

    reference: str
    day: date
    amount: int
    payer: str
    payer_code: str
    account: str
    cancelled: bool
    remark: str = ""
    record: int = field(default=0, compare=False)  # where it stands in its file


def _file(layouts: dict[str, Layout], sender: Collection, day: date, rows: list[dict[str, Any]]) -> bytes:
    header = {
        "client": sender.client, "client_name": sender.client_name, "day": f"{day:%m%d}", "bank": sender.bank,
        "bank_name": sender.bank_name, "branch": sender.branch, "branch_name": sender.branch_name,
        "account_kind": sender.kind, "account": sender.account,
    }  # fmt: skip
    records = [layouts["1"].pack(**header), *(layouts["2"].pack(**row) for row in rows)]
    records.append(layouts["8"].pack(count=len(rows), sum=sum(row["amount"] for row in rows)))
    records.append(layouts["9"].pack())
    return b"".join(record + b"\r\n" for record in records)


def transfers(sender: Collection, day: date, rows: Iterable[Transfer]) -> bytes:
    """A file of general transfers for a value day. Raises ValueError for what a bank would refuse."""
    packed = []
    for row in rows:
        if row.amount <= 0:
            raise ValueError(f"{row.name}: a transfer is 1 yen or more")
        packed.append({
            "bank": row.bank, "bank_name": row.bank_name, "branch": row.branch, "branch_name": row.branch_name,
            "account_kind": row.kind, "account": row.account, "name": row.name, "amount": row.amount,
            "customer1": row.customer, "how": "7",
        })  # fmt: skip
    return _file(TRANSFER, sender, day, packed)


def debit_request(sender: Collection, day: date, rows: Iterable[Debit]) -> bytes:
    """A file that asks for direct debits on a day; every result is 0 until the bank answers."""
    packed = []
    for row in rows:
        if row.amount <= 0:
            raise ValueError(f"{row.name}: a debit is 1 yen or more")
        packed.append({
            "bank": row.bank, "bank_name": row.bank_name, "branch": row.branch, "branch_name": row.branch_name,
            "account_kind": row.kind, "account": row.account, "name": row.name, "amount": row.amount,
            "customer": row.customer, "result": "0",
        })  # fmt: skip
    return _file(DEBIT, sender, day, packed)


def records_of(content: bytes, layouts: dict[str, Layout], width: int) -> list[tuple[str, dict[str, str]]]:
    """(record kind, fields) in order, the order checked."""
    found: list[tuple[str, dict[str, str]]] = []
    before = ""
    for number, record in enumerate(split(content, width), 1):
        kind = record[:1].decode("ascii", "replace")
        if kind not in NEXT.get(before, ""):
            wanted = ", ".join(NEXT.get(before, "")) or "–"
            raise FileError(number, 1, "a record %(wanted)s was expected, not “%(found)s”", wanted=wanted, found=kind)
        found.append((kind, layouts[kind].read(record, number)))
        before = kind
    if before != "9":
        raise FileError(len(found) + 1, 1, "the end record 9 is missing")
    return found


def check_total(number: int, fields: dict[str, str], name: str, column: int, found: int) -> None:
    if int(fields[name]) != found:
        raise FileError(
            number, column, "%(name)s says %(said)s, the records before come to %(found)s", name=name,
            said=int(fields[name]), found=found,
        )  # fmt: skip


def read_debit_result(content: bytes) -> list[Debit]:
    """The bank's answer to a debit file. Raises FileError; nothing of a wrong file is given back."""
    rows: list[Debit] = []
    for number, (kind, fields) in enumerate(records_of(content, DEBIT, WIDTH), 1):
        if kind == "2":
            if fields["result"] not in RESULTS:
                raise FileError(
                    number, 112, "result “%(found)s” is none of %(allowed)s", found=fields["result"],
                    allowed=", ".join(RESULTS),
                )  # fmt: skip
            rows.append(Debit(
                fields["bank"], fields["branch"], fields["account"], fields["name"], int(fields["amount"]),
                fields["customer"], fields["account_kind"], RESULTS[fields["result"]],
            ))  # fmt: skip
        if kind == "8":
            done = [row.amount for row in rows if row.result == "paid"]
            failed = [row.amount for row in rows if row.result != "paid"]
            for name, column, value in (
                ("count", 2, len(rows)), ("sum", 8, sum(done) + sum(failed)), ("done_count", 20, len(done)),
                ("done_sum", 26, sum(done)), ("failed_count", 38, len(failed)), ("failed_sum", 44, sum(failed)),
            ):  # fmt: skip
                check_total(number, fields, name, column, value)
    return rows


def debit_head(content: bytes) -> tuple[str, str]:
    """Of a debit file that was read: whose request it is (委託者コード), and its day as MMDD."""
    head = DEBIT["1"].read(split(content, WIDTH)[0], 1)
    return head["client"], head["day"]


def era_day(text: str, record: int, column: int) -> date:
    """YYMMDD in Reiwa, which a bank file does not name."""
    try:
        return date(REIWA + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise FileError(record, column, "“%(found)s” is no day YYMMDD in Reiwa", found=text) from None


def value_day(fields: dict[str, str], record: int, column: int, value_column: int) -> date:
    """The day from which money counts; some banks leave it zero where it is the day on which they entered it."""
    if fields["value_day"].strip("0"):
        return era_day(fields["value_day"], record, value_column)
    return era_day(fields["day"], record, column)


def yen_of(fields: dict[str, str], record: int, column: int) -> int:
    if not int(fields["amount"]):
        raise FileError(record, column, "%(name)s: 1 yen or more was expected", name="amount")
    return int(fields["amount"])


def account_of(fields: dict[str, str]) -> str:
    """Whose account a block is about: bank, branch, number."""
    return f"{int(fields['bank']):04}-{int(fields['branch']):03}-{int(fields['account']):07}"


def read_deposits(content: bytes) -> list[Deposit]:
    """A deposit notice. Raises FileError; nothing of a wrong file is given back."""
    rows: list[Deposit] = []
    account = ""
    block: list[Deposit] = []
    for number, (kind, fields) in enumerate(records_of(content, NOTICE, NOTICE_WIDTH), 1):
        if kind == "1":
            account, block = account_of(fields), []
        elif kind == "2":
            block.append(Deposit(
                fields["reference"], value_day(fields, number, 8, 14), yen_of(fields, number, 20), fields["payer"],
                fields["payer_code"], account, fields["cancelled"] == "1", fields["edi"], number,
            ))  # fmt: skip
        elif kind == "8":
            live = [row for row in block if not row.cancelled]
            gone = [row for row in block if row.cancelled]
            for name, column, value in (
                ("count", 2, len(live)), ("sum", 8, sum(row.amount for row in live)),
                ("cancelled_count", 20, len(gone)), ("cancelled_sum", 26, sum(row.amount for row in gone)),
            ):  # fmt: skip
                check_total(number, fields, name, column, value)
            rows += block
    return rows


def deposit_notice(sender: Collection, made: date, rows: Iterable[Deposit]) -> bytes:
    """A deposit notice as a bank would send it: for the demonstration and for tests."""

    def era(day: date) -> str:
        return f"{day.year - REIWA:02}{day:%m%d}"

    listed = list(rows)
    live = [row for row in listed if not row.cancelled]
    gone = [row for row in listed if row.cancelled]
    records = [NOTICE["1"].pack(
        code="0", made=era(made), **{"from": era(made), "to": era(made)}, bank=sender.bank, branch=sender.branch,
        bank_name=sender.bank_name, branch_name=sender.branch_name, account_kind=sender.kind, account=sender.account,
        account_name=sender.client_name,
    )]  # fmt: skip
    records += [
        NOTICE["2"].pack(
            reference=row.reference, day=era(row.day), value_day=era(row.day), amount=row.amount, payer=row.payer,
            payer_code=row.payer_code, cancelled="1" if row.cancelled else "", edi=row.remark,
        )
        for row in listed
    ]  # fmt: skip
    records.append(NOTICE["8"].pack(
        count=len(live), sum=sum(row.amount for row in live), cancelled_count=len(gone),
        cancelled_sum=sum(row.amount for row in gone),
    ))  # fmt: skip
    return b"".join([*records, NOTICE["9"].pack()])
