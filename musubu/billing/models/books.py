"""The double-entry books."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider


class Entry(models.Model):
    """One line of the books: an account, debited or credited, by an outcome of a contract. Append-only by a trigger."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="entries")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="entries")
    outcome = models.PositiveIntegerField()
    line = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    account = models.CharField(max_length=24)
    debit = models.PositiveBigIntegerField(default=0)
    credit = models.PositiveBigIntegerField(default=0)
    of_contract = models.PositiveIntegerField(null=True, blank=True)  # the invoice it concerns, as the terms count
    clause = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "outcome", "line"], name="entry_once"),
            models.CheckConstraint(
                condition=models.Q(debit=0, credit__gt=0) | models.Q(credit=0, debit__gt=0), name="entry_one_side"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider", "account", "at"]),
            models.Index(fields=["contract", "account"]),
        ]
