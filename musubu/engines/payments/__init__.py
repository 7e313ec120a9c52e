"""Card payments by way of a payment company: what we ask of it and what it answers. No card number ever passes here;
cards are typed in on the company's own page."""

from musubu.engines.payments.port import (
    Card,
    Happened,
    Page,
    PageResult,
    Payment,
    PaymentError,
    Payments,
    Share,
    Unreachable,
    WrongSignature,
)
from musubu.engines.payments.stripes import StripePayments

__all__ = [
    "Card",
    "Happened",
    "Page",
    "PageResult",
    "Payment",
    "PaymentError",
    "Payments",
    "Share",
    "StripePayments",
    "Unreachable",
    "WrongSignature",
]
