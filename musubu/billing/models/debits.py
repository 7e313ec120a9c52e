"""Direct debit: consents, request files, answers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.billing.models.documents import Invoice
from musubu.parties.models import Organisation, Provider, public_id


class Mandate(models.Model):
    """A customer's consent to direct debit (口座振替依頼書): from which account, and how far it is."""

    class State(models.TextChoices):
        SENT = "sent"  # the form went to the customer
        RECEIVED = "received"  # it came back and lies with the bank
        ACTIVE = "active"
        ENDED = "ended"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="mandates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="mandates")
    bank = models.CharField(max_length=4)
    branch = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1, default="1")
    account = models.CharField(max_length=7)
    holder = models.CharField(max_length=30)  # bank kana
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~models.Q(state="ended"), name="one_mandate_in_force"
            )
        ]


class DebitRun(models.Model):
    """One request file to the bank for a debit day, and its answer."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="debit_runs")
    day = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    content = models.BinaryField()  # the file as it was made
    answered_at = models.DateTimeField(null=True, blank=True)


class DebitLine(models.Model):
    """One invoice in a debit file. `result`: paid, no-funds, … as the bank's answer has it."""

    run = models.ForeignKey(DebitRun, models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="debit_lines")
    amount = models.PositiveBigIntegerField()
    result = models.CharField(max_length=20, blank=True)
    decision = models.CharField(max_length=10, blank=True)  # of a person, on a debit that failed: again | transfer
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "place"], name="debit_line_once")]


class BankBranch(models.Model):
    """A branch of a bank, from the list that the provider imported."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="bank_branches")
    bank = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=60)
    bank_kana = models.CharField(max_length=15)  # bank kana, as files have it
    branch = models.CharField(max_length=3)
    branch_name = models.CharField(max_length=60)
    branch_kana = models.CharField(max_length=15)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "bank", "branch"], name="bank_branch_once")
        ]
