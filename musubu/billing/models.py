"""Charges, invoices and what came of them, as the terms had them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class Invoice(models.Model):
    """An invoice as issued: numbers without gaps in a provider, never changed."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="invoices")
    number = models.PositiveIntegerField()
    of_contract = models.PositiveIntegerField()  # 1, 2, … within the contract, as the terms count them
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    subtotal = models.PositiveBigIntegerField()
    tax = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["contract", "of_contract"], name="invoice_of_contract_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")), name="invoice_adds_up"
            ),
        ]


class Charge(models.Model):
    """One line: an amount before tax with the outcome that made it."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="charges")
    outcome = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="lines")
    at = models.DateTimeField()
    item = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    amount = models.PositiveBigIntegerField()
    clause = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "outcome"], name="charge_once")]
