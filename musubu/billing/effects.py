"""Money that the terms bring about."""

from __future__ import annotations

from datetime import date

from musubu.billing.models import Charge, Invoice
from musubu.contracts.models import Contract, Outcome
from musubu.parties.models import Provider


def charge(contract: Contract, outcome: Outcome) -> None:
    data = outcome.data
    row = Charge(
        contract=contract,
        outcome=outcome.n,
        at=outcome.at,
        item=data["item"],
        first=date.fromisoformat(data["from"]),
        last=date.fromisoformat(data["to"]),
        amount=data["amount"],
        clause=outcome.clause,
    )
    Charge.objects.bulk_create([row], ignore_conflicts=True)  # one statement, and safe to run twice


def issue_invoice(contract: Contract, outcome: Outcome) -> None:
    """The next number of the provider; the open charges of the contract, oldest first, are its lines."""
    data = outcome.data
    if Invoice.objects.filter(contract=contract, of_contract=data["invoice"]).exists():
        return
    Provider.objects.select_for_update().get(pk=contract.provider_id)
    last = Invoice.objects.filter(provider_id=contract.provider_id).order_by("-number").values_list("number", flat=True)
    invoice = Invoice.objects.create(
        provider_id=contract.provider_id,
        contract=contract,
        number=(last.first() or 0) + 1,
        of_contract=data["invoice"],
        issued_at=outcome.at,
        due_on=date.fromisoformat(data["due"]),
        subtotal=data["subtotal"],
        tax=data["tax"],
        total=data["total"],
    )
    left = data["subtotal"]
    for line in Charge.objects.filter(contract=contract, invoice__isnull=True).order_by("outcome"):
        if line.amount <= left:
            line.invoice, left = invoice, left - line.amount
            line.save(update_fields=["invoice"])
