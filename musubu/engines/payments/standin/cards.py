"""The test cards: how each behaves when it is set up and when it is charged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TestCard:
    """`setup` and `charge`: empty when accepted, else the refusal's code; `always`: every charge wants 3-D Secure."""

    last4: str
    brand: str
    names: dict[str, str]
    setup: str = ""
    charge: str = ""
    always: bool = False


CARDS = {
    card.last4: card
    for card in (
        TestCard("4242", "visa", {"ja": "つねに承認", "en": "Always accepted", "zh": "始终通过"}),
        TestCard(
            "4444", "mastercard", {"ja": "つねに承認(別のカード)", "en": "Accepted, another card", "zh": "通过（另一张卡）"}
        ),
        TestCard(
            "0002", "visa", {"ja": "登録時に拒否", "en": "Refused at set-up", "zh": "登记时拒绝"}, setup="card_declined"
        ),
        TestCard(
            "0341", "visa", {"ja": "登録可・請求時に拒否", "en": "Refused when charged", "zh": "扣款时拒绝"},
            charge="generic_decline",
        ),
        TestCard(
            "9995", "visa", {"ja": "登録可・残高不足", "en": "Insufficient funds when charged", "zh": "扣款时余额不足"},
            charge="insufficient_funds",
        ),
        TestCard(
            "3184", "visa", {"ja": "請求のたびに本人認証", "en": "Authentication for every charge", "zh": "每次扣款需验证"},
            always=True,
        ),
    )
}  # fmt: skip
FEE_PER_MILLE = 36


def fee(amount: int) -> int:
    return amount * FEE_PER_MILLE // 1000
