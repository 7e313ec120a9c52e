"""The books: what each outcome of the terms debits and credits. Pure; sums of every outcome balance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

ACCOUNTS = {
    "bank": _("Bank"),
    "receivable": _("Receivables"),
    "interest-receivable": _("Interest receivable"),
    "customer-balance": _("Customers' balances"),
    "deposits-held": _("Deposits held"),
    "refunds-payable": _("Refunds payable"),
    "sales": _("Sales revenue"),
    "sales-returns": _("Sales returns"),
    "tax-10": _("Consumption tax 10 %"),
    "tax-8": _("Consumption tax 8 %"),
    "interest-income": _("Interest income"),
    "card-clearing": _("Card payments on their way"),
    "card-fees": _("Card fees"),
    "chargebacks": _("Chargebacks to be claimed"),
    "bad-debts": _("Bad debts"),
    "bad-debts-recovered": _("Bad debts recovered"),
    "suspense": _("Money of unknown payers"),
    "bank-fees": _("Bank and collection fees"),
    "agency-receivable": _("Collected by agents, not yet here"),
    "sales-clearing": _("Sold for sellers, money under way"),
    "sellers-payable": _("Payable to sellers"),
    "agents-payable": _("Payable to agents"),
    "agent-commission": _("Commission to agents"),
    "commission-income": _("Commission income"),
    "tax-paid": _("Consumption tax paid"),
}
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Whole yen on one side; `invoice` as the terms count them in the contract."""

    account: str
    debit: int = 0
    credit: int = 0
    invoice: int | None = None


def rates(why: list[Mapping[str, Any]]) -> list[list[int]]:
    """[[rate, net, tax], …] of an invoice, from the step that counted its tax."""
    step = next((one for one in why if one["key"] == "tax"), None)
    return list(step["values"].get("rates", [])) if step else []


def lines(what: str, data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    """The entries of one outcome; none where it moves no money."""
    book = BOOKED.get(what)
    return [line for line in book(data, why) if line.debit or line.credit] if book else []


def _invoiced(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    taxes = [Line(f"tax-{rate}", credit=tax) for rate, _net, tax in rates(why) if tax]
    return [
        Line("receivable", debit=data["total"], invoice=data["invoice"]),
        Line("sales", credit=data["subtotal"]),
        *taxes,
    ]


def _paid(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    source = "bank" if data["from"] == "money" else "customer-balance"
    return [
        Line(source, debit=data["amount"]),
        Line("receivable", credit=data["amount"], invoice=data["invoice"]),
    ]


def _taken_back(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    """A payment that was not this contract's: the money is the bank's again, what it paid is open."""
    side = {"balance": "customer-balance", "deposit": "deposits-held"}.get(data["from"], "receivable")
    return [Line(side, debit=data["amount"], invoice=data.get("invoice")), Line("bank", credit=data["amount"])]


def _balance_taken_back(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    return [
        Line("receivable", debit=data["amount"], invoice=data["invoice"]),
        Line("customer-balance", credit=data["amount"]),
    ]


def _void(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    return [
        Line("sales-returns", debit=data["amount"] - data["tax"]),
        Line("tax-10", debit=data["tax"]),
        Line("receivable", credit=data["amount"] - data["paid"], invoice=data["invoice"]),
        Line("customer-balance", credit=data["paid"]),
    ]


def _withdrawn(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    """A line of an issued invoice goes back to the customer; what was not invoiced yet is in no book."""
    if "invoice" not in data:
        return []
    return [
        Line("sales-returns", debit=data["amount"]),
        Line("tax-10", debit=data["tax"]),
        Line("customer-balance", credit=data["amount"] + data["tax"]),
    ]


def _credit(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    if data["as"] != "set-off":
        return []
    return [
        Line("sales-returns", debit=data["amount"]),
        Line("tax-10", debit=data["tax"]),
        Line("customer-balance", credit=data["amount"] + data["tax"]),
    ]


def _refund(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
    tax = tax_within(data["amount"])
    return [
        Line("sales-returns", debit=data["amount"] - tax),
        Line("tax-10", debit=tax),
        Line("refunds-payable", credit=data["amount"]),
    ]


def tax_within(gross: int) -> int:
    """The consumption tax in an amount that includes it, at the standard rate, fractions dropped."""
    return gross * 10 // 110


def _moved(debit: str, credit: str) -> Callable[[Data, list[Mapping[str, Any]]], list[Line]]:
    def book(data: Data, why: list[Mapping[str, Any]]) -> list[Line]:
        invoice = data.get("invoice")
        return [
            Line(debit, debit=data["amount"], invoice=invoice if debit == "receivable" else None),
            Line(credit, credit=data["amount"], invoice=invoice if credit == "receivable" else None),
        ]

    return book


BOOKED: dict[str, Callable[[Data, list[Mapping[str, Any]]], list[Line]]] = {
    "invoice.issued": _invoiced,
    "paid": _paid,
    "invoice.void": _void,
    "charge.withdrawn": _withdrawn,
    "credit": _credit,
    "refund": _refund,
    "interest": _moved("interest-receivable", "interest-income"),
    "balance.kept": _moved("bank", "customer-balance"),
    "payment.taken-back": _taken_back,
    "balance.taken-back": _balance_taken_back,
    "balance.given-back": _moved("customer-balance", "refunds-payable"),
    "deposit.received": _moved("bank", "deposits-held"),
    "deposit.applied": _moved("deposits-held", "receivable"),
}
