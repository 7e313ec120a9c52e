"""The journal as CSV: plain, and in the column layouts that Japanese bookkeeping services import. There sales carry
their tax within the line (税込), with the tax beside it, because the services keep the tax account themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, zip_longest
from typing import Any

from django.http import HttpResponse

from musubu import clock
from musubu.billing.models import Entry, Invoice
from musubu.tables import csv_file

# account -> its name in Japanese books, and the tax class in plain words
NAMES = {
    "bank": ("普通預金", "対象外"),
    "receivable": ("売掛金", "対象外"),
    "interest-receivable": ("未収入金", "対象外"),
    "customer-balance": ("前受金", "対象外"),
    "deposits-held": ("預り保証金", "対象外"),
    "refunds-payable": ("未払金", "対象外"),
    "sales": ("売上高", "対象外売上"),
    "sales-returns": ("売上値引・返品", "対象外売上"),
    "tax-10": ("仮受消費税", "対象外"),
    "tax-8": ("仮受消費税", "対象外"),
    "interest-income": ("受取利息", "非課税売上"),
    "card-clearing": ("未収入金", "対象外"),
    "card-fees": ("支払手数料", "非課税仕入"),
    "chargebacks": ("立替金", "対象外"),
    "bad-debts": ("貸倒損失", "課税売上貸倒10%"),
    "bad-debts-recovered": ("償却債権取立益", "課税売上貸倒回収10%"),
    "suspense": ("仮受金", "対象外"),
    "bank-fees": ("支払手数料", "課税仕入10%"),
    "agency-receivable": ("未収入金", "対象外"),
    "sales-clearing": ("未収入金", "対象外"),
    "sellers-payable": ("預り金", "対象外"),
    "agents-payable": ("未払金", "対象外"),
    "agent-commission": ("販売手数料", "課税仕入10%"),
    "commission-income": ("受取手数料", "課税売上10%"),
    "tax-paid": ("仮払消費税", "対象外"),
}
TAXES = {"tax-10": 10, "tax-8": 8}
SALES = {"sales": "課税売上", "sales-returns": "課税売上返還"}
# the tax classes as each service calls them; what is not here is called as it is
CLASSES = {
    "freee": {
        "課税売上10%": "課税売上10%", "課税売上8%": "課税売上8%（軽）", "課税売上返還10%": "課税売返10%",
        "課税売上返還8%": "課税売返8%（軽）", "非課税売上": "非課売上", "対象外売上": "対外売上",
    },
    "moneyforward": {
        "課税売上10%": "課税売上 10%", "課税売上8%": "課税売上 (軽)8%", "課税売上返還10%": "課税売上-返還等 10%",
        "課税売上返還8%": "課税売上-返還等 (軽)8%", "対象外売上": "対象外売上",
    },
    "yayoi": {
        "課税売上10%": "課税売上込10%", "課税売上8%": "課税売上込軽減8%", "課税売上返還10%": "課税売返込10%",
        "課税売上返還8%": "課税売返込軽減8%", "非課税売上": "非課売上", "対象外売上": "対外売上",
    },
}  # fmt: skip
_FREEE = ["勘定科目", "科目コード", "補助科目", "取引先", "取引先コード", "部門", "品目", "メモタグ", "セグメント1", "セグメント2",
          "セグメント3", "金額", "税区分", "税額"]  # fmt: skip
_MF = ["勘定科目", "補助科目", "部門", "取引先", "税区分", "インボイス", "金額(円)", "税額"]
_YAYOI = ["勘定科目", "補助科目", "部門", "税区分", "金額", "税金額"]
BOTH = ("借方", "貸方")
HEADS = {
    "plain": ["日付", "伝票", "契約", "借方勘定科目", "借方金額", "貸方勘定科目", "貸方金額", "条項"],
    "freee": ["日付", "伝票番号", "決算整理仕訳", *(side + name for side in BOTH for name in _FREEE), "摘要"],
    "moneyforward": [
        "取引No", "取引日", *(side + name for side in BOTH for name in _MF), "摘要", "仕訳メモ", "タグ", "MF仕訳タイプ",
        "決算整理仕訳", "作成日時", "作成者", "最終更新日時", "最終更新者",
    ],
    "yayoi": [
        "識別フラグ", "伝票No", "決算", "取引日付", *(side + name for side in BOTH for name in _YAYOI), "摘要", "番号", "期日",
        "タイプ", "生成元", "仕訳メモ", "付箋1", "付箋2", "調整",
    ],
}  # fmt: skip
YAYOI_NOTE = 64  # characters of the summary that it keeps
MOST_GROUPS = 1000  # whose invoices are looked up together


@dataclass(frozen=True, slots=True)
class Side:
    """One line of a voucher on one side; `amount` with the tax that is named beside it."""

    account: str
    tax_class: str
    amount: int
    tax: int = 0
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What belongs together: one outcome of a contract, or one voucher."""

    number: int
    day: date
    contract: str
    clause: str
    note: str
    debits: list[Side]
    credits: list[Side]


Rates = dict[tuple[int, int], list[list[int]]]  # (contract, invoice as the terms count) -> [[rate, net, tax], …]


def slips(entries: Iterable[Entry], taxed: bool) -> Iterator[Slip]:
    """Vouchers in the order of `entries`, which stand together by voucher, contract and outcome."""
    grouped = (list(group) for _key, group in groupby(entries, _key))
    number = 0
    while chunk := [group for _n, group in zip(range(MOST_GROUPS), grouped, strict=False)]:
        rates = _rates(chunk) if taxed else {}
        for group in chunk:
            number += 1
            yield _slip(number, group, rates, taxed)


def _key(one: Entry) -> tuple[Any, ...]:
    return one.voucher_id, one.contract_id, one.outcome


def _rates(groups: list[list[Entry]]) -> Rates:
    wanted = {one.contract_id for group in groups for one in group if one.account == "sales"}
    rows = Invoice.objects.filter(contract__in=wanted).values_list("contract", "of_contract", "document__rates")
    return {(contract, number): rates or [] for contract, number, rates in rows}


def _slip(number: int, group: list[Entry], rates: Rates, taxed: bool) -> Slip:
    first = group[0]
    about = next((one for one in group if one.account == "receivable" and one.debit), None)
    known = rates.get((about.contract_id or 0, about.of_contract or 0), []) if about else []
    contract = first.contract.number if first.contract else ""
    text = first.voucher.text if first.voucher else first.clause
    sides = [
        _sides([(one, one.debit) for one in group if one.debit], [], taxed),
        _sides([(one, one.credit) for one in group if one.credit], known, taxed),
    ]
    day = first.at.astimezone(clock.TOKYO).date()
    return Slip(number, day, contract, first.clause or text, f"{contract} {text}".strip(), sides[0], sides[1])


def _sides(entries: list[tuple[Entry, int]], rates: list[list[int]], taxed: bool) -> list[Side]:
    """The lines of one side; with `taxed` each sale carries its tax."""
    taxes = {one.account: amount for one, amount in entries if one.account in TAXES}
    sales = next(((one, amount) for one, amount in entries if one.account in SALES), None)
    if not taxed or sales is None or (not taxes and not rates):
        return [_plain(one, amount) for one, amount in entries]
    others = [_plain(one, amount) for one, amount in entries if one.account not in TAXES and one is not sales[0]]
    return others + _sales(sales[0].account, sales[1], taxes, rates)


def _sales(account: str, net: int, taxes: dict[str, int], rates: list[list[int]]) -> list[Side]:
    """A sale by its rates: those of the invoice where they are known and agree, else the one rate that has tax."""
    fits = sum(one[1] for one in rates) == net and sum(one[2] for one in rates) == sum(taxes.values())
    if not (rates and fits):
        rates = [[TAXES[name], 0, tax] for name, tax in taxes.items()]
        rates[0][1] = net
    name = NAMES[account][0]
    return [
        Side(name, f"{SALES[account]}{rate}%" if rate else NAMES[account][1], part + tax, tax)
        for rate, part, tax in rates
        if part + tax
    ]


def _plain(one: Entry, amount: int) -> Side:
    name, tax_class = NAMES.get(one.account, (one.account, "対象外"))
    partner = one.contract.organisation.name if one.account == "receivable" and one.contract else ""
    return Side(name, tax_class, amount, 0, partner)


def _freee(slip: Slip, debit: Side | None, credit: Side | None, place: int, count: int) -> list[Any]:
    def side(one: Side | None) -> list[Any]:
        if one is None:
            return [""] * len(_FREEE)
        kind = CLASSES["freee"].get(one.tax_class, one.tax_class)
        return [one.account, "", "", one.partner, *[""] * 7, one.amount, kind, one.tax or ""]

    return [f"{slip.day:%Y/%m/%d}", slip.number, "", *side(debit), *side(credit), slip.note]


def _moneyforward(slip: Slip, debit: Side | None, credit: Side | None, place: int, count: int) -> list[Any]:
    def side(one: Side | None) -> list[Any]:
        if one is None:
            return [""] * len(_MF)
        kind = CLASSES["moneyforward"].get(one.tax_class, one.tax_class)
        return [one.account, "", "", one.partner, kind, "", one.amount, one.tax or ""]

    return [slip.number, f"{slip.day:%Y/%m/%d}", *side(debit), *side(credit), slip.note, *[""] * 8]


def _yayoi(slip: Slip, debit: Side | None, credit: Side | None, place: int, count: int) -> list[Any]:
    """One line by itself is a journal line (2000); several are a slip: its first, middle and last lines."""
    flag = "2000" if count == 1 else "2110" if place == 0 else "2101" if place == count - 1 else "2100"

    def side(one: Side | None) -> list[Any]:
        if one is None:
            return ["", "", "", "", 0, 0]
        return [one.account, "", "", CLASSES["yayoi"].get(one.tax_class, one.tax_class), one.amount, one.tax]

    kind = 0 if count == 1 else 3
    note = slip.note[:YAYOI_NOTE]
    return [flag, "", "", f"{slip.day:%Y/%m/%d}", *side(debit), *side(credit), note, "", "", kind, "", "", 0, 0, "no"]


def _bare(slip: Slip, debit: Side | None, credit: Side | None, place: int, count: int) -> list[Any]:
    sides = [cell for one in (debit, credit) for cell in ((one.account, one.amount) if one else ("", ""))]
    return [f"{slip.day:%Y/%m/%d}", slip.number, slip.contract, *sides, slip.clause]


Row = Callable[[Slip, Side | None, Side | None, int, int], list[Any]]
LAYOUTS: dict[str, Row] = {"plain": _bare, "freee": _freee, "moneyforward": _moneyforward, "yayoi": _yayoi}


def rows(entries: Iterable[Entry], layout: str) -> Iterator[list[Any]]:
    """One row for each pair of sides, in the columns of HEADS[layout]."""
    for slip in slips(entries, taxed=layout != "plain"):
        pairs = list(zip_longest(slip.debits, slip.credits))
        for place, (debit, credit) in enumerate(pairs):
            yield LAYOUTS[layout](slip, debit, credit, place, len(pairs))


def file(name: str, layout: str, entries: Iterable[Entry]) -> HttpResponse:
    """The journal as the service wants its file: one wants Shift_JIS and no heading."""
    if layout != "yayoi":
        return csv_file(name, HEADS[layout], rows(entries, layout))
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows(entries, layout))
    response = HttpResponse(out.getvalue().encode("cp932", "replace"), content_type="text/csv; charset=Shift_JIS")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
