"""What the house asks of a payment company: set a card up, charge it, give money back, hear what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class PaymentError(Exception):
    """The company refused a request: a fault of ours, not of a card."""


class Unreachable(PaymentError):
    """No answer: whether it was done is open, so the same key must be used again."""


class WrongSignature(ValueError):
    """A message that the company did not send, or that is too old."""


@dataclass(frozen=True, slots=True)
class Card:
    """What may be known of a card: never its number."""

    method: str  # the company's name for the card
    brand: str
    last4: str
    month: int
    year: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the company that a customer is led to."""

    reference: str
    address: str


@dataclass(frozen=True, slots=True)
class Payment:
    """How an attempt stands. `state`: paid | refused | needs-authentication | open; `reason`: the company's code of a
    refusal; `fee`: whole yen, where it is known; `mark`: what we called the attempt when we asked for it."""

    reference: str
    state: str
    reason: str = ""
    fee: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of a page: `state` open | done | expired; the card (set-up) or the payment (paying)."""

    state: str
    card: Card | None = None
    payment: Payment | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """One movement within a payout: of which payment, whole yen net of fees (negative: taken back)."""

    payment: str
    net: int


@dataclass(frozen=True, slots=True)
class Happened:
    """A verified message: its id (the same message may come twice, and in any order), kind and object."""

    id: str
    kind: str
    object: Mapping[str, Any] = field(default_factory=dict)


class Payments(Protocol):
    """Every writing call takes a key: the same key is the same act, however often it is asked for."""

    def customer(self, *, name: str, email: str, key: str) -> str: ...

    def setup_page(self, *, customer: str, back: str, language: str, key: str) -> Page: ...

    def payment_page(
        self, *, customer: str, amount: int, text: str, mark: str, back: str, language: str, key: str
    ) -> Page: ...

    def page_result(self, reference: str) -> PageResult: ...

    def close_page(self, reference: str) -> None: ...

    def charge(self, *, customer: str, method: str, amount: int, text: str, mark: str, key: str) -> Payment: ...

    def payment(self, reference: str) -> Payment: ...

    def refund(self, *, payment: str, amount: int, mark: str, key: str) -> str: ...

    def forget(self, method: str) -> None: ...

    def payout(self, reference: str) -> list[Share]: ...

    def read(self, content: bytes, signature: str) -> Happened: ...
