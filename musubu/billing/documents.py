"""Invoices and return invoices as PDF/A, in ja, en or zh: made from what was kept at their issue, never from today's data."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Any

import typst

from musubu import clock
from musubu.billing.models import CreditNote, Invoice
from musubu.parties.models import Picture

# for any sheet: its letters, and who issues, with logo and seal; the seal stands beside name and address, on none of their letters
ISSUER = b"""
#let data = json(bytes(sys.inputs.data))
#let cjk = ("Noto Sans CJK JP", "Noto Sans CJK SC")
#set text(font: if data.lang == "zh" { cjk.rev() } else { cjk }, lang: data.lang)
#let issuer(number) = block(width: 100%, align(right)[
  #if data.issuer.logo != "" [#image(data.issuer.logo, height: 10mm)]
  #if data.issuer.seal != "" { place(top + right, dy: if data.issuer.logo == "" { -2mm } else { 11mm }, image(data.issuer.seal, height: 17mm)) }
  #pad(right: if data.issuer.seal == "" { 0mm } else { 18mm })[#text(weight: "bold", data.issuer.name) \\ #data.issuer.address \\ #data.issuer.telephone \\ #number #data.issuer.number]
])
"""
SHEET = b"""
#set document(title: data.title + " " + data.number, date: datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2)))
#set page(paper: "a4", margin: (x: 20mm, y: 20mm), footer: context align(center, text(size: 8pt, fill: gray, data.foot + "  " + counter(page).display("1 / 1", both: true))))
#set text(size: 9.5pt)
#grid(columns: (44%, 1fr), gutter: 6mm,
  [#text(size: 12pt, weight: "bold", data.to.name) #data.honorific \\ #data.to.address],
  issuer(data.number_word))
#v(8mm)
#align(center, text(size: 18pt, weight: "bold", data.title))
#v(4mm)
#grid(columns: (1fr, 1fr), row-gutter: 2mm, ..data.facts.map(one => [#text(fill: gray.darken(40%), one.at(0)) #h(2mm) #one.at(1)]))
#v(3mm)
#block(stroke: (bottom: 1.2pt), inset: (bottom: 2mm))[#text(size: 12pt)[#data.total_word #h(6mm) #text(weight: "bold", data.total)]]
#v(3mm)
#table(columns: (1fr, auto, auto, auto), align: (left, left, right, right), stroke: (x, y) => (bottom: 0.4pt + gray), inset: 5pt,
  table.header(..data.heads.map(one => text(weight: "bold", one))), ..data.lines.flatten())
#v(4mm)
#align(right, table(columns: (auto, auto, auto), align: right, stroke: (x, y) => (bottom: 0.4pt + gray), inset: 5pt,
  ..data.rate_heads.map(one => text(weight: "bold", one)), ..data.rates.flatten()))
#v(4mm)
#if data.pay.len() > 0 { block(width: 100%, breakable: false, fill: luma(245), inset: 4mm)[#text(weight: "bold", data.pay_word) \\ #data.pay.join(linebreak())] }
#v(2mm)
#text(size: 8.5pt, data.note)
"""
WORDS: dict[str, dict[str, Any]] = {
    "ja": {
        "title": "請求書", "return": "返還請求書", "number": "番号", "issued": "発行日", "due": "支払期日", "contract": "契約番号",
        "total": "ご請求金額（税込）", "back": "返還金額（税込）", "heads": ["内容", "期間", "税率", "金額（税抜）"],
        "rates": ["税率", "対象額", "消費税"], "registered": "登録番号", "honorific": "御中", "of": "対象の請求書",
        "note": "消費税は税率ごとに一度だけ端数を処理しています。", "reduced": "※印は軽減税率の対象です。",
        "pay": {
            "word": "お支払い", "transfer": "お振込先：{account}", "code": "振込人番号：{code}（お振込人名の前に付けてください）",
            "debit": "支払期日に、ご登録の口座から振り替えます。", "card": "支払期日に、ご登録のカードへ請求します。",
            "kinds": {"1": "普通", "2": "当座"},
        },
        "items": {"monthly": "月額利用料", "initial": "初期費用", "usage": "従量料金", "daily": "日割り料金", "minimum-term": "最低利用期間の残り", "penalty": "違約金", "surcharge": "割増金", "equipment": "機器"},
        "kinds": {"credit": "障害に関する賠償", "refund": "返金", "void": "請求の取消", "withdrawn": "違約金の取消"},
    },
    "en": {
        "title": "Invoice", "return": "Return invoice", "number": "No.", "issued": "Issued", "due": "Due", "contract": "Contract",
        "total": "Total with tax", "back": "Taken back, with tax", "heads": ["Item", "Period", "Rate", "Before tax"],
        "rates": ["Rate", "Net", "Tax"], "registered": "Registration number", "honorific": "", "of": "For invoice",
        "note": "Consumption tax is rounded once for each rate.", "reduced": "※ marks the reduced rate. ",
        "pay": {
            "word": "How to pay", "transfer": "By bank transfer to: {account}", "code": "Your payer number: {code} (write it before your name)",
            "debit": "The amount is debited from your registered account on the due day.", "card": "The amount is charged to your registered card on the due day.",
            "kinds": {"1": "ordinary", "2": "current"},
        },
        "items": {"monthly": "Monthly fee", "initial": "Initial fee", "usage": "Usage", "daily": "Fee by the day", "minimum-term": "Rest of the minimum term", "penalty": "Penalty", "surcharge": "Surcharge", "equipment": "Equipment"},
        "kinds": {"credit": "Compensation for an outage", "refund": "Refund", "void": "Cancelled invoice", "withdrawn": "Withdrawn penalty"},
    },
    "zh": {
        "title": "账单", "return": "返还账单", "number": "编号", "issued": "开具日期", "due": "付款期限", "contract": "合同编号",
        "total": "合计（含税）", "back": "返还金额（含税）", "heads": ["内容", "期间", "税率", "金额（不含税）"],
        "rates": ["税率", "对象额", "消费税"], "registered": "登记号码", "honorific": "", "of": "对应账单",
        "note": "消费税按每种税率仅取整一次。", "reduced": "※为适用轻减税率的项目。",
        "pay": {
            "word": "付款方式", "transfer": "汇款账户：{account}", "code": "汇款人编号：{code}（请写在汇款人姓名之前）",
            "debit": "将于付款期限当日从您登记的账户扣款。", "card": "将于付款期限当日从您登记的信用卡扣款。",
            "kinds": {"1": "普通", "2": "当座"},
        },
        "items": {"monthly": "月费", "initial": "初始费用", "usage": "使用费", "daily": "按日费用", "minimum-term": "最低使用期剩余", "penalty": "违约金", "surcharge": "附加费", "equipment": "设备"},
        "kinds": {"credit": "故障赔偿", "refund": "退款", "void": "账单作废", "withdrawn": "撤销违约金"},
    },
}  # fmt: skip
REDUCED = 8


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Fonts are looked for once in a process; that is most of the time of a first document."""
    return typst.Fonts()


def pdf(data: dict[str, Any], sheet: bytes = SHEET) -> bytes:
    """PDF/A of a sheet filled with data; the issuer's pictures go with it by their names."""
    shown = [data["issuer"][place] for place in ("logo", "seal")]
    files = {"main.typ": ISSUER + sheet} | {name: _picture(name) for name in shown if name}
    made = typst.compile(  # type: ignore[call-overload]  # its stubs know no tables of files
        files, sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, font_paths=_fonts(), pdf_standards="a-2b"
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=64)
def _picture(name: str) -> bytes:
    """What a picture's name (its digest and kind) stands for: that never changes."""
    return bytes(Picture.objects.filter(digest=name.partition(".")[0])[0].content)


def issuer(kept: dict[str, Any], lang: str) -> dict[str, Any]:
    """The issuer as a document kept it, for a sheet in a language; older ones kept no pictures."""
    return {"logo": "", "seal": "", **kept, "name": kept["names"].get(lang, kept["names"]["ja"])}


def _paying(kept: dict[str, Any], lang: str) -> list[str]:
    """The lines that say how an invoice is paid."""
    words = WORDS[lang]["pay"]
    if kept.get("way") != "transfer":
        return [words[kept["way"]]] if kept else []
    bank = {part: unicodedata.normalize("NFKC", text) for part, text in kept["bank"].items()}
    kind = words["kinds"].get(bank.get("kind", "1"), "")
    names = bank.get("bank_name", ""), bank.get("branch_name", "")
    account = f"{names[0]} ({bank['bank']}) {names[1]} ({bank['branch']}) {kind} {bank['account']} {bank['client_name']}".strip()
    return [words["transfer"].format(account=account), words["code"].format(code=kept["code"])]


def yen(amount: int, lang: str) -> str:
    return f"¥{amount:,}" if lang == "en" else f"{amount:,}円" if lang == "ja" else f"{amount:,}日元"


def day_text(day: date, lang: str) -> str:
    """As documents of that language write it."""
    return day.isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def _common(row: Invoice | CreditNote, lang: str) -> dict[str, Any]:
    words, by = WORDS[lang], issuer(row.document["issuer"], lang)
    day = row.issued_at.astimezone(clock.TOKYO)
    reduced = any(line["rate"] == REDUCED for line in row.document.get("lines", []))
    return {
        "day": [day.year, day.month, day.day],
        "lang": lang, "to": row.document["to"], "honorific": words["honorific"], "note": (words["reduced"] if reduced else "") + words["note"],
        "issuer": by, "pay": [], "pay_word": words["pay"]["word"],
        "number_word": words["registered"], "number": str(row.number), "heads": words["heads"],
        "rate_heads": words["rates"], "foot": f"{by['name']}  {row.document['contract']}",
    }  # fmt: skip


def invoice(row: Invoice, lang: str) -> bytes:
    """The invoice as PDF/A."""
    words: dict[str, Any] = WORDS[lang]
    day = day_text(row.issued_at.astimezone(clock.TOKYO).date(), lang)
    return pdf(_common(row, lang) | {
        "title": words["title"], "total_word": words["total"], "total": yen(row.total, lang),
        "facts": [[words["number"], f"{row.number:06}"], [words["issued"], day],
                  [words["contract"], row.document["contract"]], [words["due"], day_text(row.due_on, lang)]],
        "lines": [_line(line, words, lang) for line in row.document["lines"]],
        "rates": [[f"{rate} %", yen(net, lang), yen(tax, lang)] for rate, net, tax in row.document["rates"]],
        "pay": _paying(row.document.get("pay", {}), lang) if row.total else [],
    })  # fmt: skip


def _line(line: dict[str, Any], words: dict[str, Any], lang: str) -> list[str]:
    mark = "※ " if line["rate"] == REDUCED else ""
    name = words["items"].get(line["item"], line["item"])
    return [
        f"{mark}{name} ({line['clause']})",
        f"{line['first']} – {line['last']}",
        f"{line['rate']} %",
        yen(line["amount"], lang),
    ]


def credit_note(row: CreditNote, lang: str) -> bytes:
    """The return invoice as PDF/A."""
    words: dict[str, Any] = WORDS[lang]
    day = day_text(row.issued_at.astimezone(clock.TOKYO).date(), lang)
    about = []
    if row.invoice:
        issued = day_text(row.invoice.issued_at.astimezone(clock.TOKYO).date(), lang)
        about = [[words["of"], f"{row.invoice.number:06} ({issued})"]]
    rate = 10 if row.tax else 0
    return pdf(_common(row, lang) | {
        "title": words["return"], "total_word": words["back"], "total": yen(row.amount + row.tax, lang),
        "facts": [[words["number"], f"R{row.number:06}"], [words["issued"], day], [words["contract"], row.document["contract"]], *about],
        "lines": [[f"{words['kinds'][row.kind]} ({row.clause})", day, f"{rate} %", yen(row.amount, lang)]],
        "rates": [[f"{rate} %", yen(row.amount, lang), yen(row.tax, lang)]],
    })  # fmt: skip
