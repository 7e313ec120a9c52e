"""The double-entry books."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class Voucher(models.Model):
    """A booking that no outcome of the terms made (振替伝票): a write-off, a card fee, a payout. Never changed; taken
    back by another voucher. The same `key` is one voucher."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="vouchers")
    kind = models.CharField(max_length=30)  # write-off | recovery | …
    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    text = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "key"], name="voucher_once")]


class Entry(models.Model):
    """One line of the books: an account, debited or credited, by an outcome of a contract or by a voucher (which may
    concern a contract as well). Append-only by a trigger."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="entries")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="entries")
    outcome = models.PositiveIntegerField(null=True)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="entries")
    line = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    account = models.CharField(max_length=24)
    debit = models.PositiveBigIntegerField(default=0)
    credit = models.PositiveBigIntegerField(default=0)
    of_contract = models.PositiveIntegerField(null=True, blank=True)  # the invoice it concerns, as the terms count
    clause = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "outcome", "line"], name="entry_once"),
            models.UniqueConstraint(fields=["voucher", "line"], name="entry_of_voucher_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__isnull=False, contract__isnull=False, voucher__isnull=True)
                | models.Q(outcome__isnull=True, voucher__isnull=False),
                name="entry_of_one_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(debit=0, credit__gt=0) | models.Q(credit=0, debit__gt=0), name="entry_one_side"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider", "account", "at"]),
            models.Index(fields=["contract", "account"]),
        ]
