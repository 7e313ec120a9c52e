"""The monthly run: what a month will come to, and who approved that it leaves."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class Walk(models.Model):
    """Long work over all contracts of a provider, done by workers in slices: stopped from a page, gone on with after a
    crash from the contract that was reached."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    contracts = models.PositiveIntegerField(default=0)  # to look at
    looked = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)  # the row of the last contract that was looked at
    beat_at = models.DateTimeField(null=True, blank=True)  # by the wall: a worker is at it
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def complete(self) -> bool:
        return self.ended_at is not None and self.stop_asked_at is None and not self.error


class RunRule(models.Model):
    """Whether a provider wants a second person to approve each month's invoices before they leave."""

    provider = models.OneToOneField(Provider, models.CASCADE, related_name="run_rule")
    second_person = models.BooleanField(default=False)


class BillingRun(Walk):
    """A calendar month's invoices of a provider: foreseen contract by contract by a worker, then approved. Invoices
    themselves come from the terms at their date, with or without a run."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="billing_runs")
    month = models.DateField()  # its first day
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_total = models.PositiveBigIntegerField(default=0)  # what was approved: yen with tax
    told = models.JSONField(default=list)  # ["approval-missing:exaas", "left-unapproved:exaas", …], each told once

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "month"], name="billing_run_of_month_once")
        ]


class RunLine(models.Model):
    """What one contract is invoiced for in the month, and why that differs from the month before."""

    run = models.ForeignKey(BillingRun, models.CASCADE, related_name="lines")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    day = models.DateField(null=True, blank=True)  # of its first invoice in the month; none: nothing this month
    invoices = models.PositiveSmallIntegerField(default=0)
    subtotal = models.PositiveBigIntegerField(default=0)
    tax = models.PositiveBigIntegerField(default=0)
    to_pay = models.PositiveBigIntegerField(default=0)
    before = models.PositiveBigIntegerField(default=0)  # what was to be paid for the month before
    difference = models.BigIntegerField(default=0)
    items = models.JSONField(default=list)  # [[item, amount, clause, first, last], …]
    reasons = models.JSONField(default=list)  # [{kind, item, clause, before, now}, …]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "contract"], name="run_line_once")]
        indexes: ClassVar = [models.Index(fields=["run", "difference"])]
