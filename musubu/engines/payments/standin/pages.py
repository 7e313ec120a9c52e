"""What a browser sees of the stand-in: the card page, the 3-D Secure page, and a desk for what else can happen."""

from __future__ import annotations

from html import escape

from musubu.engines.payments.standin import ledger
from musubu.engines.payments.standin.cards import CARDS
from musubu.engines.payments.standin.store import Object, Store

STYLE = """
body{font:16px/1.6 "Noto Sans CJK JP",system-ui,sans-serif;margin:0;background:#eef1f5;color:#1b2430}
main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:14px;border:1px solid #dde2e9}
h1{font-size:1.3rem;margin:0 0 .5rem}h2{font-size:1.05rem}.soft{color:#52606f}.wrong{color:#b3261e;font-weight:700}
label{display:flex;gap:.6rem;padding:.55rem .7rem;border:1px solid #dde2e9;border-radius:8px;margin:.4rem 0}
button,.b{font:inherit;min-height:44px;padding:.4rem 1.1rem;border-radius:8px;border:1px solid #4a3fd1;cursor:pointer;
background:#4a3fd1;color:#fff;text-decoration:none;display:inline-block;box-sizing:border-box}
.plain{background:#fff;color:#4a3fd1}form{display:inline}.row{display:flex;gap:.6rem;flex-wrap:wrap;margin-top:1rem}
.amount{font-size:1.6rem;font-weight:700}table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{border-bottom:1px solid #dde2e9;padding:.4rem;text-align:left;vertical-align:top}.wide{max-width:62rem}
:focus-visible{outline:3px solid #b93815;outline-offset:2px}.flag{background:#8a5300;color:#fff;padding:.3rem 1rem;text-align:center}
"""
WORDS = {
    "ja": {
        "flag": "実演用の決済会社です。本物のカードは使えません。", "setup": "カードの登録", "pay": "お支払い", "choose": "テスト用カードを選んでください",
        "next": "本人認証へ進む", "back": "やめて戻る", "3ds": "カード会社の本人認証(3Dセキュア)",
        "ask": "この登録・支払いは、あなたご自身によるものですか。", "yes": "はい、承認する", "no": "いいえ、拒否する",
        "card_declined": "カードが拒否されました。別のカードを選んでください。", "authentication": "本人認証が拒否されました。もう一度選んでください。",
        "generic_decline": "カード会社が支払いを拒否しました。別のカードを選んでください。", "insufficient_funds": "残高が不足しています。別のカードを選んでください。",
        "closed": "このページは終了しています。", "number": "番号の末尾",
    },
    "en": {
        "flag": "A payment company for demonstration. No real card works here.", "setup": "Set up a card", "pay": "Pay", "choose": "Choose a test card",
        "next": "Go on to authentication", "back": "Go back", "3ds": "Authentication by your bank (3-D Secure)",
        "ask": "Is it you who asks for this?", "yes": "Yes, approve", "no": "No, refuse",
        "card_declined": "The card was refused. Choose another one.", "authentication": "Authentication was refused. Choose again.",
        "generic_decline": "The bank refused the payment. Choose another card.", "insufficient_funds": "The card has not enough money. Choose another one.",
        "closed": "This page is closed.", "number": "ends in",
    },
    "zh": {
        "flag": "演示用支付公司，无法使用真实银行卡。", "setup": "登记银行卡", "pay": "付款", "choose": "请选择测试卡",
        "next": "前往身份验证", "back": "返回", "3ds": "发卡行身份验证（3-D Secure）",
        "ask": "这是您本人的操作吗？", "yes": "是，批准", "no": "否，拒绝",
        "card_declined": "银行卡被拒绝，请选择其他卡。", "authentication": "身份验证被拒绝，请重新选择。",
        "generic_decline": "发卡行拒绝付款，请选择其他卡。", "insufficient_funds": "余额不足，请选择其他卡。",
        "closed": "此页面已关闭。", "number": "尾号",
    },
}  # fmt: skip


def _frame(lang: str, title: str, body: str, wide: bool = False) -> str:
    look = ' class="wide"' if wide else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f'<div class="flag" role="note">{WORDS[lang]["flag"]}</div><main{look}><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def _lang(session: Object) -> str:
    return session["locale"] if session["locale"] in WORDS else "ja"


def card_page(session: Object, wrong: str = "") -> str:
    """Choose a test card: what Checkout would show."""
    lang = _lang(session)
    words = WORDS[lang]
    if session["status"] != "open":
        return closed_page(session)
    amount = f'<p class="amount">¥{session["amount_total"] or 0:,}</p><p>{escape(session["text"])}</p>'
    says = words.get(wrong, words["card_declined"])
    listed = "".join(
        f'<label><input type="radio" name="card" value="{one.last4}"{" checked" if not place else ""}>'
        f"<span><b>{one.brand} {words['number']} {one.last4}</b><br>{one.names[lang]}</span></label>"
        for place, one in enumerate(CARDS.values())
    )
    body = (
        (amount if session["mode"] == "payment" else "")
        + (f'<p class="wrong" role="alert">{says}</p>' if wrong else "")
        + f'<form method="post"><h2>{words["choose"]}</h2>{listed}<div class="row"><button name="step" value="card">{words["next"]}</button>'
        f'<a class="b plain" href="{escape(session["cancel_url"])}">{words["back"]}</a></div></form>'
    )
    return _frame(lang, words["setup"] if session["mode"] == "setup" else words["pay"], body)


def secure_page(session: Object, last4: str) -> str:
    """3-D Secure: the holder's bank asks the holder."""
    lang = _lang(session)
    words = WORDS[lang]
    body = (
        f"<p>{words['ask']}</p><p>{CARDS[last4].brand} {words['number']} {last4}</p>"
        f'<form method="post"><input type="hidden" name="card" value="{last4}"><div class="row">'
        f'<button name="step" value="approve">{words["yes"]}</button>'
        f'<button class="plain" name="step" value="refuse">{words["no"]}</button></div></form>'
    )
    return _frame(lang, words["3ds"], body)


def closed_page(session: Object) -> str:
    words = WORDS[_lang(session)]
    back = f'<p><a class="b plain" href="{escape(session["success_url"])}">{words["back"]}</a></p>'
    return _frame(_lang(session), words["closed"], back)


def step(store: Store, session: Object, given: dict[str, str]) -> tuple[str, str]:
    """(page to show, address to go to): one of them is empty."""
    last4, what = given.get("card", ""), given.get("step", "")
    if session["status"] != "open" or last4 not in CARDS:
        return card_page(session), ""
    if what == "card":
        refused = CARDS[last4].setup
        return (card_page(session, refused) if refused else secure_page(session, last4)), ""
    if what != "approve":
        return card_page(session, "authentication"), ""
    try:
        _approve(store, session, last4)
    except ledger.Refused as error:
        return card_page(session, error.decline), ""
    return "", session["success_url"]


def _approve(store: Store, session: Object, last4: str) -> None:
    method = ledger.card_of(store, session["customer"], last4)
    reference = session["setup_intent"] or session["payment_intent"]
    intent = store.get(reference)
    assert intent is not None
    intent["payment_method"] = method["id"]
    if session["mode"] == "setup":
        intent["status"] = "succeeded"
        store.save(intent)
        store.tell("setup_intent.succeeded", intent)
    else:
        ledger.confirm(store, intent, present=True)
    session |= {"status": "complete", "url": None}
    store.save(session)
    store.tell("checkout.session.completed", session)


def desk(store: Store) -> str:
    """What the company's own screens would do: disputes, payouts, messages sent again."""
    return _frame("ja", "Stand-in: desk / 決済会社の操作", _charges(store) + _disputes(store) + _messages(store), True)


def _button(act: str, reference: str, label: str) -> str:
    return (
        f'<form method="post"><input type="hidden" name="id" value="{reference}">'
        f'<button class="plain" name="act" value="{act}">{label}</button></form> '
    )


def _charges(store: Store) -> str:
    rows = "".join(
        f"<tr><td>{one['id'][:14]}…</td><td>¥{one['amount']:,}</td><td>−¥{one['amount_refunded']:,}</td>"
        f"<td>{_button('dispute', one['id'], 'dispute / 異議')}</td></tr>"
        for one in store.all("charge")[:20]
    )
    return f"<h2>Payments / 支払い</h2><table>{rows}</table><p>{_button('payout', '', 'pay out / 入金する')}</p>"


def _disputes(store: Store) -> str:
    rows = "".join(
        f"<tr><td>{one['id'][:14]}…</td><td>¥{one['amount']:,}</td><td>{one['status']}</td><td>"
        + (_button("won", one["id"], "won") + _button("lost", one["id"], "lost") if one["status"] == "needs_response" else "")
        + "</td></tr>"
        for one in store.all("dispute")[:20]
    )  # fmt: skip
    return f"<h2>Disputes / 異議</h2><table>{rows}</table>"


def _messages(store: Store) -> str:
    rows = "".join(
        f"<tr><td>{kind}</td><td>{'✓' if arrived else '…'}</td><td>{_button('again', reference, 'send again / 再送')}</td></tr>"
        for reference, kind, arrived in store.messages()
    )
    return f"<h2>Messages / 通知</h2><table>{rows}</table>"


def act(store: Store, given: dict[str, str]) -> None:
    """One button of the desk."""
    what, thing = given.get("act", ""), store.get(given.get("id", ""))
    if what == "payout":
        ledger.pay_out(store)
    elif what == "again":
        store.again(given.get("id", ""))
    elif what == "dispute" and thing and thing["object"] == "charge":
        ledger.dispute(store, thing, "fraudulent")
    elif what in ("won", "lost") and thing and thing["object"] == "dispute" and thing["status"] == "needs_response":
        ledger.decide(store, thing, what == "won")
