"""What happens to invoices that stay open: reminders of the house, disputes, payment plans, write-offs."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.billing.models.books import Voucher
from musubu.billing.models.documents import Invoice
from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class DunningDay(models.Model):
    """A day whose reminders have left: they are looked for once a day."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "day"], name="dunned_once_a_day")]


class Reminder(models.Model):
    """One reminder of the house for one open invoice; each stage once. What the terms remind of is an outcome."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reminders")
    stage = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    left = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["invoice", "stage"], name="reminder_once")]


class InvoiceDispute(models.Model):
    """The customer refuses to pay an invoice and says why (SC-9.9): until it is settled nobody reminds."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="contests")
    why = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invoice"], condition=models.Q(closed_at__isnull=True), name="one_open_dispute"
            )
        ]


class PaymentPlan(models.Model):
    """Instalments (分割払い) agreed for some open invoices of a contract. While it is kept nobody reminds or suspends."""

    class State(models.TextChoices):
        RUNNING = "running"
        KEPT = "kept"
        BROKEN = "broken"
        ENDED = "ended"  # by agreement, before it was kept or broken

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="payment_plans")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payment_plans")
    invoices = models.ManyToManyField(Invoice, related_name="payment_plans")
    total = models.PositiveBigIntegerField()  # what was open of the invoices on that day
    grace = models.PositiveSmallIntegerField(default=7)  # days after an instalment's day until the plan is broken
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract"], condition=models.Q(state="running"), name="one_running_plan")
        ]


class Instalment(models.Model):
    plan = models.ForeignKey(PaymentPlan, models.PROTECT, related_name="instalments")
    n = models.PositiveSmallIntegerField()
    day = models.DateField()
    amount = models.PositiveBigIntegerField()
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["n"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "n"], name="instalment_in_order"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="instalment_of_something"),
        ]


class WriteOff(models.Model):
    """What is left of an invoice is given up as a bad debt (貸倒): proposed by one person, approved by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        REFUSED = "refused"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="write_offs")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="write_offs")
    amount = models.PositiveBigIntegerField()  # with tax
    recovered = models.PositiveBigIntegerField(default=0)
    why = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice"], condition=~models.Q(state="refused"), name="written_off_once"),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="write_off_by_two_people"
            ),
            models.CheckConstraint(condition=models.Q(recovered__lte=models.F("amount")), name="recovered_at_most_all"),
        ]
