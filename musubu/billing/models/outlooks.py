"""What the contracts' own future brings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.billing.models.runs import Walk
from musubu.contracts.models import Contract
from musubu.parties.models import Provider


class Outlook(Walk):
    """Invoices to come, by month, if nothing else happens: every contract played on by a worker."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="outlooks")
    first = models.DateField()  # the first day of its first month
    months = models.PositiveSmallIntegerField()


class OutlookLine(models.Model):
    """One contract: whole yen with tax for each month of the outlook."""

    outlook = models.ForeignKey(Outlook, models.CASCADE, related_name="lines")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    service = models.CharField(max_length=20)
    months = models.JSONField()  # [yen, …]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["outlook", "contract"], name="outlook_line_once")]
