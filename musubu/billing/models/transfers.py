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
    kind = models.CharField(max_length=20)  # deposits | statement | csv | debit-result
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    rows = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()
    accounts = models.JSONField(default=list)  # whose money it tells of: bank-branch-number
    known = models.PositiveIntegerField(default=0)  # rows that an earlier file had
    cancelled = models.PositiveIntegerField(default=0)  # rows by which the bank takes back what it told

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
    aside_at = models.DateTimeField(null=True, blank=True)
    in_suspense = models.PositiveIntegerField(
        default=0
    )  # how often it was booked as an unknown payer's; odd: it is now
    remark = models.CharField(max_length=100, blank=True)  # EDI field or the bank's own note
    fingerprint = models.CharField(max_length=64, blank=True)  # of a line of a bank's CSV: files that overlap meet once

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "row"], name="bank_deposit_once"),
            models.UniqueConstraint(
                fields=["provider", "fingerprint"], condition=~models.Q(fingerprint=""), name="bank_line_once"
            ),
        ]
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


class DepositPart(models.Model):
    """What part of a deposit pays which contract; a part that was wrong is undone, never deleted. `kind` says how the
    amount fits what was open: exact, fee (less a bank's fee), short, over."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    deposit = models.ForeignKey(BankDeposit, models.PROTECT, related_name="parts")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="deposit_parts")
    amount = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)
    difference = models.PositiveBigIntegerField(default=0)  # yen missing or over
    matched_at = models.DateTimeField()
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    of_contract = models.PositiveIntegerField(null=True, blank=True)  # the invoice that stayed open in part
    settled = models.CharField(
        max_length=20, blank=True
    )  # what was done about the difference: fee-borne, kept, given-back
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deposit", "contract"], condition=models.Q(undone_at__isnull=True), name="deposit_part_once"
            )
        ]


class BankLayout(models.Model):
    """How one bank's CSV is read: which heading holds what, as the provider keeps it."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="bank_layouts")
    name = models.CharField(max_length=60)
    columns = (
        models.JSONField()
    )  # {"day": ["操作日(年)", …], "amount": "入金金額", "payer": …, "remark": …, "balance": …}

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "name"], name="bank_layout_once")]


class CsvUpload(models.Model):
    """A bank's CSV that a person looks at before it is taken; gone once taken or put away."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    layout = models.ForeignKey(BankLayout, models.CASCADE)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
