"""Receipts (領収書) of what was paid of an invoice, where the service's terms give them (SC-9.14: none)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import documents
from musubu.billing.models import Invoice
from musubu.contracts.models import Contract, Event, Outcome
from musubu.parties import audit
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.terms.rules import methods

SHEET = b"""
#set document(title: data.title + " " + data.number, date: datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2)))
#set page(paper: "a4", margin: (x: 24mm, y: 24mm), footer: align(center, text(size: 8pt, fill: gray, data.foot)))
#set text(size: 10pt)
#align(center, text(size: 20pt, weight: "bold", data.title))
#v(6mm)
#grid(columns: (1fr, auto), text(size: 13pt, weight: "bold")[#data.to.name #data.honorific],
  align(right)[#data.number_word #data.number \\ #data.issued_word #data.issued])
#v(6mm)
#block(width: 100%, fill: luma(240), inset: 5mm, align(center, text(size: 18pt, weight: "bold", data.total)))
#v(3mm)
#data.text
#v(4mm)
#table(columns: (1fr, 1fr, auto), align: (left, left, right), stroke: (x, y) => (bottom: 0.4pt + gray), inset: 5pt,
  table.header(..data.heads.map(one => text(weight: "bold", one))), ..data.payments.flatten())
#v(3mm)
#align(right, table(columns: (auto, auto, auto), align: right, stroke: (x, y) => (bottom: 0.4pt + gray), inset: 5pt,
  ..data.rate_heads.map(one => text(weight: "bold", one)), ..data.rates.flatten()))
#v(8mm)
#issuer(data.registered)
#v(4mm)
#text(size: 8.5pt, fill: gray.darken(40%), data.note)
"""
WORDS: dict[str, dict[str, Any]] = {
    "ja": {
        "title": "領収書", "honorific": "御中", "number": "番号", "issued": "発行日", "text": "上記の金額を、請求書 {invoice}（契約番号 {contract}）の代金として正に領収いたしました。",
        "heads": ["入金日", "お支払方法", "金額（税込）"], "rates": ["税率", "対象額", "うち消費税"], "registered": "登録番号",
        "note": "電子的に交付した領収書につき、収入印紙は不要です。", "back": "残高からの充当",
        "how": {"card": "クレジットカード", "debit": "口座振替", "transfer": "銀行振込"},
    },
    "en": {
        "title": "Receipt", "honorific": "", "number": "No.", "issued": "Issued", "text": "Received with thanks, for invoice {invoice} (contract {contract}).",
        "heads": ["Received on", "Paid by", "Amount with tax"], "rates": ["Rate", "Net", "Tax"], "registered": "Registration number",
        "note": "Issued electronically; no revenue stamp is needed.", "back": "from the balance",
        "how": {"card": "Credit card", "debit": "Direct debit", "transfer": "Bank transfer"},
    },
    "zh": {
        "title": "收据", "honorific": "", "number": "编号", "issued": "开具日期", "text": "兹收到账单 {invoice}（合同编号 {contract}）的款项。",
        "heads": ["到账日期", "付款方式", "金额（含税）"], "rates": ["税率", "对象额", "消费税"], "registered": "登记号码",
        "note": "以电子方式开具，无需印花税票。", "back": "余额抵充",
        "how": {"card": "信用卡", "debit": "口座扣款", "transfer": "银行转账"},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Paid:
    """Money that paid an invoice, wholly or in part."""

    contract: Contract
    invoice: int  # as the terms count
    at: datetime
    amount: int
    how: str  # card | debit | transfer


MOST = 50_000  # payments of one list


def of(contracts: Any, most: int = MOST) -> list[Paid]:
    """Payments of some contracts, the newest first, without what was taken back of them."""
    rows = Outcome.objects.filter(contract__in=contracts, what="paid", data__from="money").select_related("contract")
    found = list(rows.order_by("-at", "-n")[:most])
    if not found:
        return []
    told = Event.objects.filter(contract__in=contracts, what="pay", at__gte=found[-1].at)
    ways: dict[tuple[int, datetime], list[tuple[str, int | None]]] = defaultdict(list)
    for contract, at, key, data in told.values_list("contract", "at", "key", "data"):
        ways[contract, at].append((key, data.get("amount")))
    gone = _taken_back(contracts)
    kept = []
    for row in found:
        one = (row.contract_id, row.at, row.data["invoice"])
        back = min(gone[one], row.data["amount"])
        gone[one] -= back
        if left := row.data["amount"] - back:
            kept.append(Paid(row.contract, row.data["invoice"], row.at, left, _way(ways[row.contract_id, row.at], row)))
    return kept


def _taken_back(contracts: Any) -> Counter[tuple[int, datetime, int]]:
    """What was taken back: (contract, moment of the payment, invoice) -> yen."""
    rows = list(Outcome.objects.filter(contract__in=contracts, what="payment.taken-back", data__from="invoice"))
    moments: dict[int, list[datetime]] = defaultdict(list)  # of each contract's payments, as the terms count them
    paid = Event.objects.filter(contract__in={row.contract_id for row in rows}, what="pay").order_by("contract", "n")
    for contract, at in paid.values_list("contract", "at"):
        moments[contract].append(at)
    gone: Counter[tuple[int, datetime, int]] = Counter()
    for row in rows:
        at = moments[row.contract_id][row.data["payment"] - 1]
        gone[row.contract_id, at, row.data["invoice"]] += row.data["amount"]
    return gone


def _way(events: list[tuple[str, int | None]], paid: Outcome) -> str:
    """Of several payments of one moment it is the one of this amount, else one that named none."""
    fits = sorted(events, key=lambda one: (one[1] != paid.data["amount"], one[1] is not None))
    return way(fits[0][0]) if fits else "transfer"


def way(key: str) -> str:
    """How money came, by the key of its event."""
    return next((name for name in ("card", "debit") if key.startswith(name + "-")), "transfer")


def given(service: str) -> bool:
    """Whether these terms give receipts."""
    return methods.receipt_issued(service)


def paid_of(invoice: Invoice) -> list[Paid]:
    """What paid an invoice, the oldest first."""
    own = of(Contract.objects.filter(pk=invoice.contract_id))
    return [one for one in reversed(own) if one.invoice == invoice.of_contract]


def issue(*, invoice: Invoice, person: Person, lang: str) -> bytes:
    """The receipt for what was paid until now; that it was made is written down. Raises NotPossible."""
    if not given(invoice.contract.service):
        raise NotPossible(
            _("No receipts are issued under these terms (SC-9.14). The bank's record of the transfer serves.")
        )
    paid = paid_of(invoice)
    if not paid:
        raise NotPossible(_("Nothing was paid of this invoice yet."))
    audit.record(
        provider=invoice.provider, actor=person, action="receipts.issue", subject=f"{invoice.number:06}",
        organisation=invoice.contract.organisation, after={"amount": sum(one.amount for one in paid)},
    )  # fmt: skip
    return documents.pdf(_data(invoice, paid, lang), SHEET)


def _data(invoice: Invoice, paid: list[Paid], lang: str) -> dict[str, Any]:
    words, by = WORDS[lang], documents.issuer(invoice.document["issuer"], lang)
    total, today = sum(one.amount for one in paid), clock.today()
    return {
        "lang": lang, "title": words["title"], "to": invoice.document["to"], "honorific": words["honorific"],
        "number": f"{invoice.number:06}", "number_word": words["number"], "issued_word": words["issued"],
        "issued": documents.day_text(today, lang), "day": [today.year, today.month, today.day],
        "total": documents.yen(total, lang), "foot": f"{by['name']}  {invoice.document['contract']}",
        "text": words["text"].format(invoice=f"{invoice.number:06}", contract=invoice.document["contract"]),
        "heads": words["heads"], "rate_heads": words["rates"], "registered": words["registered"], "note": words["note"],
        "issuer": by,
        "payments": [
            [documents.day_text(one.at.astimezone(clock.TOKYO).date(), lang), words["how"][one.how],
             documents.yen(one.amount, lang)]
            for one in paid
        ],
        "rates": [
            [f"{rate} %", documents.yen((net + tax) * total // invoice.total - tax * total // invoice.total, lang),
             documents.yen(tax * total // invoice.total, lang)]
            for rate, net, tax in invoice.document["rates"]
        ],
    }  # fmt: skip
