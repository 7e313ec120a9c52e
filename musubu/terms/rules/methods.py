"""How is paid, and what a payment allows."""

from __future__ import annotations

METHODS = {  # SC-9.6, SC-9.7, VG-20, EX-22
    "liveon": ("transfer",),
    "simpleconnect": ("transfer", "debit"),
    "videog": ("card", "transfer"),
    "learno": ("transfer",),
    "exaas": ("transfer", "debit"),
}


def allowed(service: str) -> tuple[str, ...]:
    """The ways in which this service may be paid."""
    return METHODS[service]


def may_ship(paid: bool) -> bool:
    """SC-10.4: equipment leaves only after its payment is confirmed, whatever the method."""
    return paid


def receipt_issued(service: str) -> bool:
    """SC-9.14: no receipts."""
    return service != "simpleconnect"


def no_refund(reason: str) -> bool:
    """LO-9, SC-24.2, VG-9.2: what was paid stays paid, whatever ends the contract early."""
    return reason != "service-ended-early"


def maintenance_fee_due(standard_feature: bool) -> bool:
    """SC-19: what becomes a standard feature carries no maintenance fee."""
    return not standard_feature


def deemed_profit(purchase_price: int) -> int:
    """LO-10.3: the profit claimed may be deemed 100 times the purchase price (whole yen)."""
    return purchase_price * 100
