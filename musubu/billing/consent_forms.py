"""The form with which a customer consents to direct debit (預金口座振替依頼書), as PDF to be signed and sealed."""

from __future__ import annotations

import json
from typing import Any

import typst

from musubu import clock
from musubu.billing.documents import _fonts
from musubu.billing.models import BankBranch, Mandate

# two copies on one sheet: the bank's and the provider's
SHEET = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title + " " + data.reference, date: datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2)))
#set page(paper: "a4", margin: (x: 18mm, y: 9mm))
#set text(font: "Noto Sans CJK JP", size: 8.5pt, lang: "ja")
#let cell(it) = table.cell(fill: luma(240), it)
#let digits(word) = box(baseline: 30%, grid(columns: word.len() * (5.5mm,), ..word.clusters().map(one => rect(width: 5.5mm, height: 6mm, stroke: 0.4pt, inset: 0pt, align(center + horizon, one)))))
#let copy(name) = [
  #grid(columns: (1fr, auto), align: (left + bottom, right + bottom), text(size: 14pt, weight: "bold", data.title), [#name #h(4mm) 整理番号 #data.reference])
  #v(1.5mm)
  #text(weight: "bold", data.bank.name) #h(2mm) 御中
  #v(1mm)
  #data.request
  #v(1.5mm)
  #table(columns: (34mm, 1fr), stroke: 0.4pt, inset: 4pt, align: (left + horizon, left + horizon),
    cell[金融機関・支店], [#data.bank.name #h(3mm) #digits(data.bank.code) #h(1mm) #data.branch.name #h(3mm) #digits(data.branch.code)],
    cell[預金種目・口座番号], [#data.kind #h(4mm) #digits(data.account)],
    cell[預金者名（カナ）], data.holder,
    cell[預金者名・お届印], block(height: 12mm, width: 100%, align(right + horizon, text(fill: gray)[印])),
    cell[ご契約者], [#data.customer.name \\ #data.customer.address #h(3mm) #data.customer.telephone],
    cell[振替日], data.days,
    cell[収納企業], [#data.provider.name #h(3mm) 委託者コード #data.provider.client],
    cell[ご記入日], [　　　　年　　　月　　　日])
  #text(size: 7.5pt)[#for (place, one) in data.terms.enumerate() [#(place + 1)．#one \\ ]]
]
#for (place, name) in data.copies.enumerate() {
  if place > 0 { v(2.5mm); line(length: 100%, stroke: (dash: "dashed", thickness: 0.4pt)); v(2.5mm) }
  copy(name)
}
""".encode()
KINDS = {"1": "普通", "2": "当座", "3": "納税準備", "9": "その他"}
REQUEST = (
    "私は、下記の収納企業から請求された金額を、私名義の下記預金口座から預金口座振替によって支払うこととしたいので、"
    "次の事項を確約のうえ依頼します。"
)
TERMS = (
    "貴行（金庫・組合）に請求書が送付されたときは、私に通知することなく、請求書記載金額を下記口座から引き落とし、支払ってください。"
    "この場合、預金規定または当座勘定規定にかかわらず、通帳・払戻請求書の提出または小切手の振出はしません。",
    "振替日の残高が請求金額に満たないときは、私に通知することなく請求書を返却されても差し支えありません。",
    "この契約を解約するときは、私から貴行（金庫・組合）に書面で届け出ます。届出がないまま長期間請求がない場合は、"
    "終了したものとして取り扱って差し支えありません。",
    "この取扱いについて仮に紛議が生じても、貴行（金庫・組合）の責めによる場合を除き、貴行に迷惑をかけません。",
)


def form(mandate: Mandate) -> bytes:
    """The form with the customer's and the account's data; PDF/A."""
    made = typst.compile(
        SHEET,
        sys_inputs={"data": json.dumps(_data(mandate), ensure_ascii=False)},
        font_paths=_fonts(),
        pdf_standards="a-2b",
    )
    assert isinstance(made, bytes)
    return made


def _data(mandate: Mandate) -> dict[str, Any]:
    provider, organisation = mandate.provider, mandate.organisation
    listed = BankBranch.objects.filter(provider=provider, bank=mandate.bank, branch=mandate.branch).first()
    day = clock.today()
    return {
        "title": "預金口座振替依頼書", "reference": f"{mandate.pk:08}", "day": [day.year, day.month, day.day],
        "bank": {"code": mandate.bank, "name": listed.bank_name if listed else f"金融機関 {mandate.bank}"},
        "branch": {"code": mandate.branch, "name": listed.branch_name if listed else f"支店 {mandate.branch}"},
        "kind": KINDS.get(mandate.account_kind, "普通"), "account": mandate.account, "holder": mandate.holder,
        "customer": {"name": organisation.name, "address": organisation.address, "telephone": organisation.telephone},
        "days": f"毎月 {_debit_days(mandate)} 日（金融機関の休業日の場合は翌営業日）",
        "provider": {"name": provider.name, "client": provider.collection.get("client", "")},
        "request": REQUEST, "terms": TERMS, "copies": ["金融機関用", "収納企業用"],
    }  # fmt: skip


def _debit_days(mandate: Mandate) -> str:
    """The days that the customer's contracts agreed on (SC-10.1: from the 25th to the 31st)."""
    own = mandate.organisation.contracts.filter(particulars__payment="debit").values_list("particulars", flat=True)
    return "・".join(str(one) for one in sorted({int(table.get("debit_day", 27)) for table in own}) or [27])
