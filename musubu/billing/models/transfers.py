"""Money that came in by bank transfer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider, public_id


class BankFile(models.Model):
    """A bank's file that was read; the same file is read once."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="bank_files")
    kind = models.CharField(max_length=20)  # deposits | debit-result
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    rows = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "sha256"], name="bank_file_once")]


class BankDeposit(models.Model):
    """Money that came in, to be matched with a contract's open invoices."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="bank_deposits")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="deposits")
    row = models.PositiveIntegerField()
    day = models.DateField()
    amount = models.PositiveBigIntegerField()
    payer = models.CharField(max_length=48)  # half-width kana, as the bank has it
    payer_code = models.CharField(max_length=10, blank=True)  # virtual account
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="bank_deposits")
    matched_at = models.DateTimeField(null=True, blank=True)
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    set_aside = models.CharField(max_length=200, blank=True)  # why it is nobody's payment

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "row"], name="bank_deposit_once")]
        indexes: ClassVar = [models.Index(fields=["provider", "matched_at"])]


class PayerName(models.Model):
    """A payer's name in bank kana that was once confirmed to be an organisation's."""

    provider = models.ForeignKey(Provider, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="payer_names")
    name = models.CharField(max_length=48)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "organisation", "name"], name="payer_name_once")
        ]
