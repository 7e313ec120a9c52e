"""Letters as PDF, to be printed and posted: the start notice (EX-9.1) and the written refusal (EX-10)."""

from __future__ import annotations

import json
from datetime import date

import typst

from musubu.contracts.models import Application, Contract
from musubu.parties.models import Provider

SHEET = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: (x: 25mm, y: 25mm))
#set text(font: ("Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic"), size: 10.5pt, lang: data.lang)
#set par(leading: 0.9em)
#align(right, data.date)
#v(4mm)
#data.to.join(linebreak())
#v(6mm)
#align(right, data.from.join(linebreak()))
#v(12mm)
#align(center, text(size: 15pt, weight: "bold", data.title))
#v(8mm)
#for one in data.paragraphs [#par(one) #v(2mm)]
#v(4mm)
#table(columns: (40mm, 1fr), stroke: 0.5pt + gray, inset: 8pt, ..data.facts.flatten())
#v(1fr)
#text(size: 9pt, fill: gray.darken(30%), data.foot)
"""
WORDS = {
    "ja": {
        "start": "サービス開始のお知らせ",
        "start-text": "お申込みを承諾いたしました。この書面が届いた時に契約が成立し、下記の開始日からご利用いただけます。ご利用の有無にかかわらず、開始日から料金が発生します。",
        "refusal": "お申込みの結果について",
        "refusal-text": "まことに遺憾ながら、下記の理由によりお申込みをお受けすることができません。",
        "number": "契約番号", "plan": "プラン", "options": "オプション", "day": "開始日", "administrator": "管理者",
        "ground": "理由", "service": "サービス",
        "foot": "簡易書留・転送不要　約款 EX-9.1", "refusal-foot": "約款",
    },
    "en": {
        "start": "Notice of the start of service",
        "start-text": "We have accepted your application. The contract is concluded when this letter reaches you, and the service can be used from the start day below. Fees are due from that day whether or not it is used.",
        "refusal": "About your application",
        "refusal-text": "We regret that we cannot accept your application, for the reason below.",
        "number": "Contract", "plan": "Plan", "options": "Options", "day": "Start day", "administrator": "Administrator",
        "ground": "Reason", "service": "Service",
        "foot": "Registered post, not to be forwarded. Terms EX-9.1", "refusal-foot": "Terms",
    },
    "zh": {
        "start": "服务开始通知",
        "start-text": "我们已接受贵方的申请。本通知送达时合同成立，自下列开始日起可以使用服务。无论是否使用，自该日起产生费用。",
        "refusal": "关于您的申请",
        "refusal-text": "很遗憾，因下列理由，我们无法接受您的申请。",
        "number": "合同编号", "plan": "套餐", "options": "选项", "day": "开始日", "administrator": "管理员",
        "ground": "理由", "service": "服务",
        "foot": "挂号邮件，不予转递　条款 EX-9.1", "refusal-foot": "条款",
    },
}  # fmt: skip


def _pdf(data: dict[str, object]) -> bytes:
    made = typst.compile(SHEET.encode(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


def _day(day: date, lang: str) -> str:
    return day.isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def _sender(provider: Provider, lang: str) -> list[str]:
    return [str(provider.names.get(lang, provider.name)), provider.address, provider.telephone]


def start_notice(contract: Contract, on: date) -> bytes:
    """EX-9.1: the start day and what was applied for, to the contractor's address."""
    lang = contract.organisation.language.split("-")[0]
    words, notice = WORDS[lang], contract.start_notice
    chosen = contract.particulars.get("options", {})
    applied = contract.application.data if contract.application else {}
    facts = [
        (words["number"], contract.number),
        (words["plan"], str(contract.plan.names.get(lang, contract.plan.code))),
        (words["options"], ", ".join(chosen) or "–"),
        (words["day"], _day(notice.start_on, lang)),
        (words["administrator"], str(applied.get("administrator", contract.responsible.name))),
    ]
    return _pdf({
        "lang": lang, "date": _day(on, lang), "from": _sender(contract.provider, lang),
        "to": [contract.organisation.address, contract.organisation.name, contract.responsible.name],
        "title": words["start"], "paragraphs": [words["start-text"]], "facts": facts, "foot": words["foot"],
    })  # fmt: skip


def refusal(application: Application, clause: str, ground: str, on: date) -> bytes:
    """EX-10: the refusal in writing."""
    lang = application.language.split("-")[0]
    words, organisation = WORDS[lang], application.organisation
    assert organisation is not None
    facts = [(words["plan"], str(application.plan.names.get(lang, application.plan.code))), (words["ground"], ground)]
    return _pdf({
        "lang": lang, "date": _day(on, lang), "from": _sender(application.provider, lang),
        "to": [organisation.address, organisation.name, application.person.name if application.person else ""],
        "title": words["refusal"], "paragraphs": [words["refusal-text"]], "facts": facts,
        "foot": f"{words['refusal-foot']} {clause}",
    })  # fmt: skip
