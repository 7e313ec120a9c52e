"""A seller's or an agent's statement as PDF/A, in ja, en or zh: what stood on it when it was made."""

from __future__ import annotations

from typing import Any

from musubu import clock
from musubu.billing import documents, effects
from musubu.billing.documents import yen
from musubu.billing.models import Statement

SHEET = b"""
#set document(title: data.title + " " + data.number, date: datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2)))
#set page(paper: "a4", margin: 20mm, footer: context align(center, text(size: 8pt, fill: gray, data.number + "  " + counter(page).display("1 / 1", both: true))))
#set text(size: 9.5pt)
#grid(columns: (1fr, 1fr), [#text(size: 12pt, weight: "bold", data.to.name) #data.honorific \\ #data.to.address],
  issuer(data.number_word))
#v(8mm)
#align(center, text(size: 18pt, weight: "bold", data.title))
#v(4mm)
#table(columns: (1fr, auto), align: (left, right), stroke: (x, y) => (bottom: 0.4pt + gray), inset: 5pt, ..data.facts.flatten())
#v(4mm)
#table(columns: (auto, 1fr, auto, auto), align: (left, left, right, right), stroke: (x, y) => (bottom: 0.4pt + gray), inset: 4pt,
  table.header(..data.heads.map(one => text(weight: "bold", one))), ..data.lines.flatten())
"""
WORDS: dict[str, dict[str, Any]] = {
    "ja": {
        "seller": "販売代金精算書", "agent": "販売手数料明細書", "honorific": "御中", "number": "番号", "month": "対象月", "sold": "販売額（税込）",
        "back": "返金・チャージバック", "share": "貴社の取り分（税込）", "tax": "手数料に含まれる消費税", "carried": "前回からの繰越", "payable": "お支払額",
        "rest": "次回への繰越", "heads": ["日付", "内容", "金額", "貴社分"],
    },
    "en": {
        "seller": "Statement of sales", "agent": "Statement of commission", "honorific": "", "number": "No.", "month": "Month",
        "sold": "Sold, with tax", "back": "Refunds and chargebacks", "share": "Your share, with tax", "tax": "Consumption tax in the commission",
        "carried": "Carried from the last", "payable": "Paid out", "rest": "Carried to the next", "heads": ["Day", "Item", "Amount", "Yours"],
    },
    "zh": {
        "seller": "销售结算单", "agent": "销售佣金明细", "honorific": "", "number": "编号", "month": "月份", "sold": "销售额（含税）",
        "back": "退款与拒付", "share": "贵方所得（含税）", "tax": "佣金所含消费税", "carried": "上期结转", "payable": "支付金额",
        "rest": "结转下期", "heads": ["日期", "内容", "金额", "贵方"],
    },
}  # fmt: skip


def rows(own: Statement) -> list[list[Any]]:
    """One row for each sale: day, record, text, yen with tax, the payee's part; what came back is negative."""
    found = []
    for line in own.lines.order_by("at", "pk"):
        sign = -1 if line.returns_id else 1
        day = line.at.astimezone(clock.TOKYO).date().isoformat()
        found.append([day, line.record, line.text, sign * line.amount, sign * line.share])
    return found


def sheet(own: Statement, lang: str) -> bytes:
    words, provider = WORDS[lang], own.provider
    day = own.made_at.astimezone(clock.TOKYO)
    data = {
        "title": words[own.kind], "number": f"S{own.number:06}", "day": [day.year, day.month, day.day], "lang": lang,
        "to": own.document["to"], "honorific": words["honorific"],
        "issuer": {
            "name": provider.names.get(lang, provider.name), "address": provider.address,
            "number": provider.registration_number, "telephone": provider.telephone, **effects.pictures(provider),
        },
        "number_word": documents.WORDS[lang]["registered"],
        "facts": [[words["number"], f"S{own.number:06}"], [words["month"], f"{own.month:%Y-%m}"]]
        + [
            [words[name], yen(getattr(own, name), lang)]
            for name in ("sold", "back", "share", "tax", "carried", "payable", "rest")
        ],
        "heads": words["heads"],
        "lines": [[day, f"{text} {record}", yen(amount, lang), yen(share, lang)] for day, record, text, amount, share in rows(own)],
    }  # fmt: skip
    return documents.pdf(data, SHEET)
