"""What is told when the terms say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from musubu import clock, config, terms
from musubu.contracts import effects, services
from musubu.contracts.models import Application, Contract, Outcome
from musubu.notices import actions
from musubu.parties.models import Membership, Organisation, Provider, Role
from musubu.terms import explain

TELLS = {  # kind of outcome -> subject in words
    "term.begins": {"ja": "ご契約の開始", "en": "Your contract begins", "zh": "合同开始"},
    "term.renews": {"ja": "ご契約の更新", "en": "Your contract renews", "zh": "合同续约"},
    "cancellation.accepted": {
        "ja": "解約のお申し出を受け付けました",
        "en": "Cancellation accepted",
        "zh": "已受理解约",
    },
    "contract.ends": {"ja": "ご契約の終了", "en": "Your contract has ended", "zh": "合同已终止"},
    "invoice.issued": {"ja": "請求書のご案内", "en": "Your invoice", "zh": "账单通知"},
    "debit": {"ja": "口座振替のご案内", "en": "Direct debit", "zh": "口座扣款通知"},
    "reminder": {"ja": "お支払いのお願い", "en": "Payment reminder", "zh": "付款提醒"},
    "interest": {"ja": "延滞利息のご案内", "en": "Late interest", "zh": "滞纳利息通知"},
    "short-payment": {"ja": "お支払い額の不足", "en": "Your payment was short", "zh": "付款不足"},
    "price.changes": {"ja": "料金の改定", "en": "The fee changes", "zh": "费用调整"},
    "plan.changed": {"ja": "プランの変更", "en": "Your plan has changed", "zh": "套餐变更"},
    "suspended": {"ja": "ご利用の停止", "en": "Service suspended", "zh": "服务暂停"},
    "resumed": {"ja": "ご利用の再開", "en": "Service resumed", "zh": "服务恢复"},
    "credit": {"ja": "障害に関する賠償", "en": "Credit for an outage", "zh": "故障赔偿"},
    "claim.refused": {"ja": "ご請求について", "en": "About your claim", "zh": "关于您的索赔"},
    "charge.withdrawn": {"ja": "違約金の取消", "en": "The penalty is withdrawn", "zh": "违约金已撤销"},
    "refund": {"ja": "ご返金", "en": "Refund", "zh": "退款"},
    "data.deleted": {"ja": "データの削除", "en": "Data deleted", "zh": "数据已删除"},
    "notice.latest": {"ja": "お知らせ", "en": "Notice", "zh": "通知"},
}


WAITS: dict[str, Callable[[Contract, Outcome], datetime | None]] = {}  # kind -> until when it waits (site/wiring)


@effects.only_keeps
def tell(contract: Contract, outcome: Outcome) -> None:
    """A message to the contract's responsible person, in their language, with clause and reasons. What the terms want
    told by a last day leaves on that day, or at once where it has passed."""
    person = contract.responsible
    lang = person.language.split("-")[0]
    lines = [explain.outcome_line(outcome.what, outcome.data, lang), ""]
    lines += ["・" + explain.why(step["key"], step["values"], lang) for step in outcome.why]
    try:
        heading, body = terms.texts.clause(contract.service, outcome.clause, lang)
        lines += ["", f"{outcome.clause} {heading}", body]
    except LookupError:
        lines += ["", outcome.clause]
    if outcome.what == "invoice.issued":
        page = f"/billing/contracts/{contract.public_id}/invoices/{outcome.data['invoice']}/"
        lines += ["", config.value("MUSUBU_ADDRESS") + page]
    leave = outcome.at
    if waits := WAITS.get(outcome.what):
        leave = max(leave, waits(contract, outcome) or leave)
    if outcome.what == "notice.latest":
        last = datetime.combine(date.fromisoformat(outcome.data["by"]), time(9), clock.TOKYO)
        leave = max(last, outcome.at)
    actions.send(
        provider=contract.provider,
        contract=contract,
        to_email=person.email,
        subject=f"[{contract.number}] {TELLS[outcome.what][lang]}",
        body="\n".join(lines),
        language=person.language,
        kind=outcome.what,
        clause=outcome.clause,
        at=leave,
        key=f"outcome:{contract.pk}:{outcome.n}",
    )


REFUSED = {"ja": "お申込みの結果について", "en": "About your application", "zh": "关于您的申请"}
KEYS = {
    "ja": ("ライセンスキーのお届け", "ライセンスキー: {key}\n登録ページで一度だけ登録してください。"),
    "en": ("Your licence key", "Licence key: {key}\nRegister with it once, on the registration page."),
    "zh": ("您的许可证密钥", "许可证密钥：{key}\n请在登记页面登记一次。"),
}


def tell_refusal(application: Application, clause: str) -> None:
    """The refusal's notice; VG-15 gives no reasons, the others name the ground."""
    person = application.person
    if person is None:
        return
    lang = person.language.split("-")[0]
    grounds = {one["key"]: one[lang] for one in terms.grounds(application.service, clause)}
    reason = "" if application.service == "videog" else grounds.get(application.refusal_ground, "")
    actions.send(
        provider=application.provider,
        to_email=person.email,
        subject=REFUSED[lang],
        body="\n".join(
            line for line in (terms.texts.clause(application.service, clause, lang)[0], reason, clause) if line
        ),
        language=person.language,
        kind="application.refused",
        clause=clause,
        key=f"refused:{application.pk}",
    )


def tell_key(contract: Contract, key: str) -> None:
    """LO-6, LO-8.1: the licence key goes to the responsible person."""
    lang = contract.responsible.language.split("-")[0]
    subject, body = KEYS[lang]
    actions.send(
        provider=contract.provider,
        contract=contract,
        to_email=contract.responsible.email,
        subject=f"[{contract.number}] {subject}",
        body=body.format(key=key),
        language=contract.responsible.language,
        kind="licence-key",
        clause="LO-8.1",
        secret=True,
        key=f"licence-key:{contract.pk}",
    )


INSTEAD = {
    "ja": (
        "お振込みでのお支払いのお願い",
        "請求書 {number}（{amount}円）の口座振替ができませんでした。お手数ですが、下の口座へお振り込みください。\n\n"
        "{bank}\n振込依頼人番号（お名前の前にご記入ください）: {code}\n請求書番号: {number}\n振込手数料はお客様のご負担となります。",
    ),
    "en": (
        "Please pay by bank transfer",
        "Invoice {number} ({amount} yen) could not be debited. Please transfer the sum to the account below.\n\n"
        "{bank}\nPayer number (write it before your name): {code}\nInvoice: {number}\nThe bank's fee is borne by you.",
    ),
    "zh": (
        "请以银行转账支付",
        "账单 {number}（{amount} 日元）的账户扣款未能完成。请转账至以下账户。\n\n"
        "{bank}\n汇款人编号（请写在名称之前）：{code}\n账单编号：{number}\n转账手续费由贵方承担。",
    ),
}


def tell_transfer(contract: Contract, number: int, amount: int, code: str, key: str) -> None:
    """A debit failed: how to pay by transfer instead (SC-10.1)."""
    person, own = contract.responsible, contract.provider.collection
    lang = person.language.split("-")[0]
    subject, body = INSTEAD[lang]
    bank = " ".join(
        str(own.get(part, "")) for part in ("bank_name", "bank", "branch_name", "branch", "account", "client_name")
    )
    actions.send(
        provider=contract.provider,
        contract=contract,
        to_email=person.email,
        subject=f"[{contract.number}] {subject}",
        body=body.format(number=f"{number:06}", amount=f"{amount:,}", bank=bank.strip(), code=code),
        language=person.language,
        kind="debit.transfer-instead",
        clause="SC-10.1" if contract.service == "simpleconnect" else "EX-22",
        key=key,
    )


LINKS = {  # kind of link -> subject and what it opens
    "invitation": {
        "ja": ("ご招待", "下のリンクから参加してください。14日間、一度だけ使えます。"),
        "en": ("You are invited", "Join by the link below. It works once and for 14 days."),
        "zh": ("邀请", "请通过下面的链接加入。链接在14天内有效，仅可使用一次。"),
    },
    "password-reset": {
        "ja": (
            "パスワードの再設定",
            "下のリンクから新しいパスワードを決めてください。1時間、一度だけ使えます。お心当たりがなければ、何もしないでください。",
        ),
        "en": (
            "Choose a new password",
            "Choose it by the link below. It works once and for an hour. If you did not ask for it, do nothing.",
        ),
        "zh": ("重设密码", "请通过下面的链接设置新密码。链接在1小时内有效，仅可使用一次。若非本人操作，请忽略。"),
    },
}


def tell_link(
    provider: Provider, organisation: Organisation | None, email: str, language: str, kind: str, path: str
) -> None:
    """A link that opens something for its receiver alone."""
    lang = language.split("-")[0]
    subject, text = LINKS[kind][lang]
    actions.send(
        provider=provider,
        organisation=organisation,
        to_email=email,
        subject=subject,
        body=f"{provider.names.get(lang, provider.name)}\n\n{text}\n\n{config.value('MUSUBU_ADDRESS')}{path}",
        language=language,
        kind=kind,
        secret=True,
    )


STAFF = {  # what staff of billing are told
    "approval-missing": {
        "ja": (
            "{month}の請求が承認されていません",
            "{service}の請求書は{day}に発行されます。承認がない場合、18時まで送付を待ち、その後は承認なしで送付します。",
        ),
        "en": (
            "The invoices of {month} are not approved",
            "Those of {service} are issued on {day}. Without approval they wait until 18:00, then leave unapproved.",
        ),
        "zh": (
            "{month}的账单尚未批准",
            "{service}的账单将于{day}开具。若无批准，等待至18时，之后将未经批准直接发送。",
        ),
    },
    "left-unapproved": {
        "ja": ("{month}の請求書を承認なしで送付しました", "{service}の請求書は約款の期日（{day}）のため送付しました。"),
        "en": ("Invoices of {month} left unapproved", "Those of {service} left on the last day of the terms, {day}."),
        "zh": ("{month}的账单已未经批准发送", "{service}的账单因条款期限（{day}）已发送。"),
    },
}


def tell_billing(provider: Provider, kind: str, values: dict[str, Any]) -> None:
    """A message to everybody who does the provider's billing."""
    path = f"{config.value('MUSUBU_ADDRESS')}/staff/runs/?month={values['month']}"
    rows = Membership.objects.filter(
        provider=provider, organisation__isnull=True, ended_at__isnull=True, role__in=(Role.BILLING, Role.OWNER)
    )
    for person in {row.person for row in rows.select_related("person")}:
        lang = person.language.split("-")[0]
        named = {**values, "service": services.get(values["service"]).names.get(lang, values["service"])}
        subject, text = (part.format(**named) for part in STAFF[kind][lang])
        actions.send(
            provider=provider, to_email=person.email, subject=subject, body=f"{text}\n\n{path}",
            language=person.language, kind=kind, key=f"{kind}:{values['month']}:{values['service']}:{person.pk}",
        )  # fmt: skip
