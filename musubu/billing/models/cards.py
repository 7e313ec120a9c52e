"""Cards: what may be known of them, each attempt to charge one, and what the payment company told. Never a number."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.billing.models.documents import Invoice
from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider, public_id


class PaymentCard(models.Model):
    """A customer's card as the payment company names it; set up on the company's own page with 3-D Secure."""

    class State(models.TextChoices):
        PENDING = "pending"  # the customer was led to the page
        ACTIVE = "active"
        ENDED = "ended"  # replaced, removed, given up, or stopped by a chargeback

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="cards")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="cards")
    customer = models.CharField(max_length=64)
    page = models.CharField(max_length=100, blank=True)
    method = models.CharField(max_length=64, blank=True)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    month = models.PositiveSmallIntegerField(default=0)  # until when it is valid
    year = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    active_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    why_ended = models.CharField(max_length=20, blank=True)  # replaced | removed | given-up | chargeback

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(state="active"), name="one_card_in_force"
            ),
            models.UniqueConstraint(fields=["page"], condition=~models.Q(page=""), name="card_page_once"),
        ]


class CardCharge(models.Model):
    """One attempt to have an invoice paid by card, for a reason that somebody can name: never a silent second one."""

    class How(models.TextChoices):
        DUE = "due"  # by itself, on the due day, once
        AGAIN = "again"  # a person asked for the card on file
        PAGE = "page"  # the customer paid on the company's page

    class State(models.TextChoices):
        STARTED = "started"
        PAID = "paid"
        REFUSED = "refused"
        AUTHENTICATE = "needs-authentication"
        UNCERTAIN = "uncertain"  # no answer for so long that a person has to look

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="card_charges")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="card_charges")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="card_charges")
    card = models.ForeignKey(PaymentCard, models.PROTECT, null=True, blank=True, related_name="charges")
    how = models.CharField(max_length=6, choices=How.choices)
    amount = models.PositiveBigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.STARTED)
    reason = models.CharField(max_length=60, blank=True)  # the company's code of a refusal
    payment = models.CharField(max_length=64, blank=True)
    page = models.CharField(max_length=100, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()  # by the clock of the provider
    began_at = models.DateTimeField()  # by the wall: the company forgets a key after a day
    settled_at = models.DateTimeField(null=True, blank=True)
    fee = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invoice"], condition=models.Q(state="started"), name="one_card_charge_under_way"
            ),
            models.UniqueConstraint(
                fields=["invoice"], condition=models.Q(how="due"), name="card_charged_when_due_once"
            ),
            models.UniqueConstraint(fields=["payment"], condition=~models.Q(payment=""), name="card_payment_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["provider", "state"])]


class CardRefund(models.Model):
    """Money that goes back to the card from which it came."""

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        FAILED = "failed"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    charge = models.ForeignKey(CardCharge, models.PROTECT, related_name="refunds")
    amount = models.PositiveBigIntegerField()
    moved = models.PositiveBigIntegerField(default=0)  # of it: had waited for a bank transfer
    state = models.CharField(max_length=6, choices=State.choices, default=State.ASKED)
    reference = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=80)  # the same request is one refund
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["charge", "key"], name="card_refund_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="card_refund_of_something"),
        ]


class CardDispute(models.Model):
    """A chargeback: the holder's bank took a payment back, for now (open), for good (lost), or gave it back (won)."""

    class State(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    charge = models.ForeignKey(CardCharge, models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=64, unique=True)
    amount = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=60)
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)


class CardMessage(models.Model):
    """A message of the payment company that was taken: the same one is taken once."""

    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=100, blank=True)
    taken_at = models.DateTimeField()  # by the wall
