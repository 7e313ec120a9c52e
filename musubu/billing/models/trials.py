"""Prices that are tried before they are live."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.billing.models.runs import Walk
from musubu.contracts.models import Contract
from musubu.parties.models import Provider


class PriceTrial(Walk):
    """What the contracts of a service would pay under other prices or rates, played on for some months."""

    class Reach(models.TextChoices):
        TERMS = "terms"  # who would pay it by the terms: running contracts only where a fee may be revised
        EVERYBODY = "everybody"  # as if every contract had been concluded at it

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="price_trials")
    service = models.CharField(max_length=20)
    valid_from = models.DateField()
    months = models.PositiveSmallIntegerField()
    reach = models.CharField(max_length=10, choices=Reach.choices)
    prices = models.JSONField(default=dict)  # {"plan-CODE" | "option-CODE": monthly fee}, those that differ
    rates = models.JSONField(default=dict)  # {"rows", "monthly"} of a rate table, or nothing
    announced_at = models.DateTimeField(null=True, blank=True)


class TrialLine(models.Model):
    """One contract: whole yen with tax over the months, as it stands and as tried."""

    trial = models.ForeignKey(PriceTrial, models.CASCADE, related_name="lines")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    as_is = models.PositiveBigIntegerField()
    tried = models.PositiveBigIntegerField()
    difference = models.BigIntegerField()
    months = models.JSONField()  # [["2026-06", as it stands, as tried], …]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trial", "contract"], name="trial_line_once")]
        indexes: ClassVar = [models.Index(fields=["trial", "difference"])]
