"""The journal as CSV, in the layouts that Japanese bookkeeping services read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from musubu import clock
from musubu.billing.models import Entry

# account -> its name in Japanese books, and the tax class that the services know
NAMES = {
    "bank": ("普通預金", "対象外"),
    "receivable": ("売掛金", "対象外"),
    "interest-receivable": ("未収入金", "対象外"),
    "customer-balance": ("前受金", "対象外"),
    "deposits-held": ("預り保証金", "対象外"),
    "refunds-payable": ("未払金", "対象外"),
    "sales": ("売上高", "課税売上10%"),
    "sales-returns": ("売上値引・返品", "課税売上返還10%"),
    "tax-10": ("仮受消費税", "対象外"),
    "tax-8": ("仮受消費税", "対象外"),
    "interest-income": ("受取利息", "非課税売上"),
    "card-clearing": ("未収入金", "対象外"),
    "card-fees": ("支払手数料", "非課税仕入"),
    "chargebacks": ("立替金", "対象外"),
    "bad-debts": ("貸倒損失", "課税売上貸倒10%"),
    "bad-debts-recovered": ("償却債権取立益", "課税売上貸倒回収10%"),
}
HEADS = {
    "plain": ["日付", "伝票", "契約", "借方勘定科目", "借方金額", "貸方勘定科目", "貸方金額", "条項"],
    "freee": ["取引日", "伝票番号", "借方勘定科目", "借方税区分", "借方金額", "貸方勘定科目", "貸方税区分", "貸方金額", "摘要"],
    "moneyforward": ["取引No", "取引日", "借方勘定科目", "借方税区分", "借方金額(円)", "貸方勘定科目", "貸方税区分", "貸方金額(円)", "摘要"],
    "yayoi": ["識別フラグ", "伝票No", "決算", "取引日付", "借方勘定科目", "借方税区分", "借方金額", "貸方勘定科目", "貸方税区分", "貸方金額", "摘要"],
}  # fmt: skip
NOTHING = ("", "", 0)


def rows(entries: Iterable[Entry], layout: str) -> Iterator[list[Any]]:
    """One row for each pair of sides; `entries` ordered by voucher, contract, outcome and line."""
    for number, (_key, group) in enumerate(
        groupby(entries, lambda one: (one.voucher_id, one.contract_id, one.outcome)), 1
    ):
        listed = list(group)
        debits = [(*NAMES[one.account], one.debit) for one in listed if one.debit]
        credits = [(*NAMES[one.account], one.credit) for one in listed if one.credit]
        first = listed[0]
        day = f"{first.at.astimezone(clock.TOKYO):%Y/%m/%d}"
        for place in range(max(len(debits), len(credits))):
            debit = debits[place] if place < len(debits) else NOTHING
            credit = credits[place] if place < len(credits) else NOTHING
            yield _row(layout, number, day, first, debit, credit)


def _row(
    layout: str, number: int, day: str, entry: Entry, debit: tuple[str, str, int], credit: tuple[str, str, int]
) -> list[Any]:
    number_of = entry.contract.number if entry.contract else ""
    note = f"{number_of} {entry.voucher.text if entry.voucher else entry.clause}".strip()
    sides = [debit[0], debit[1], debit[2] or "", credit[0], credit[1], credit[2] or ""]
    if layout == "freee":
        return [day, number, *sides, note]
    if layout == "moneyforward":
        return [number, day, *sides, note]
    if layout == "yayoi":
        return ["2000", number, "", day, *sides, note]
    return [day, number, number_of, debit[0], debit[2] or "", credit[0], credit[2] or "", entry.clause]
