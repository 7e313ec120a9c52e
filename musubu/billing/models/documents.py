"""Invoices, charges and credit notes as issued."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class Invoice(models.Model):
    """A qualified invoice as issued (Consumption Tax Act art. 57-4): numbers without gaps in a provider, never changed.
    A trigger in the database refuses to change or delete a row."""

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
    party = models.CharField(max_length=200, blank=True)  # the recipient's name on that day
    # {"issuer", "to": {…}, "lines": [{item, first, last, amount, rate, clause}], "rates": [[rate, net, tax]],
    # "pay": how it was to be paid}
    document = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["contract", "of_contract"], name="invoice_of_contract_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")), name="invoice_adds_up"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["provider", "issued_at"])]


class CreditNote(models.Model):
    """A qualified return invoice (適格返還請求書): what takes back a part of what was invoiced. Never changed."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="credit_notes")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="credit_notes")
    number = models.PositiveIntegerField()
    outcome = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="credit_notes")
    issued_at = models.DateTimeField()
    kind = models.CharField(max_length=20)  # credit | refund | void | withdrawn
    amount = models.PositiveBigIntegerField()
    tax = models.PositiveBigIntegerField()
    clause = models.CharField(max_length=20)
    document = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="credit_note_number_once"),
            models.UniqueConstraint(fields=["contract", "outcome"], name="credit_note_once"),
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
