"""Claims for outages, and what a carrier paid for all of them (VG-45, LN-40, EX-33, SC-32)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class CarrierPool(models.Model):
    """What a carrier paid for one outage of one service: entered once, shared once among those who claimed."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="carrier_pools")
    service = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    amount = models.PositiveBigIntegerField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "service", "began_at"], name="carrier_pool_once")
        ]


class Claim(models.Model):
    """A customer's claim in writing. Decided by the terms at once; where a carrier pays for all, once its pool is shared."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="claims")
    outage = models.PositiveIntegerField()  # as the terms count them in the contract
    service = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    pool = models.ForeignKey(CarrierPool, models.PROTECT, null=True, blank=True, related_name="claims")
    share = models.PositiveBigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "outage"], name="claim_once")]
