"""Collection agents and advance-payment agents: receivables out, results in (SC-10.3, VG-20)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.billing.models.documents import Invoice
from musubu.parties.models import Provider, public_id


class Agency(models.Model):
    """A named party that collects for the provider, or pays it in advance."""

    class Kind(models.TextChoices):
        COLLECTION = "collection"
        ADVANCE = "advance"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="agencies")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "name"], name="agency_once")]


class Handover(models.Model):
    """Receivables that went to an agent in one file."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="handovers")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="handovers")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


class HandoverLine(models.Model):
    """One receivable with the agent. `result`: "" (with the agent), paid, returned; an "unpaid" leaves it there."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="handover_lines")
    amount = models.PositiveBigIntegerField()
    result = models.CharField(max_length=10, blank=True)
    result_on = models.DateField(null=True, blank=True)
    last_told = models.DateField(null=True, blank=True)  # the newest day on which the agent said "unpaid"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice"], condition=models.Q(result=""), name="with_one_agent")
        ]


class Remittance(models.Model):
    """Collected money that the agent passed on, less its fee (with tax)."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="remittances")
    day = models.DateField()
    amount = models.PositiveBigIntegerField()  # what came
    fee = models.PositiveBigIntegerField(default=0)
    key = models.CharField(max_length=80)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "key"], name="remittance_once")]
