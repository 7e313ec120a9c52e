"""Money that leaves: sales of sellers and agents, their statements, and transfers by a bank file."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.parties.models import Organisation, Provider, public_id


class PayeeAccount(models.Model):
    """Where an organisation wants its money; the newest counts."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="payee_accounts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="payee_accounts")
    bank = models.CharField(max_length=4)
    branch = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1)
    account = models.CharField(max_length=7)
    holder = models.CharField(max_length=30)  # bank kana
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


class Share(models.Model):
    """From a day on: how much of what is sold is the seller's, or an agent's commission. In per cent, as text."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="shares")
    kind = models.CharField(max_length=10)  # seller | agent
    rate = models.CharField(max_length=8)
    valid_from = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "kind", "valid_from"],
                condition=models.Q(organisation__isnull=True),
                name="share_of_all_once",
            ),
            models.UniqueConstraint(fields=["organisation", "kind", "valid_from"], name="share_once"),
        ]


class Statement(models.Model):
    """A month of one seller or agent: what was sold, what came back, whose share, and what is paid out."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="statements")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    month = models.DateField()
    sold = models.PositiveBigIntegerField()
    back = models.PositiveBigIntegerField()  # chargebacks and refunds
    share = models.BigIntegerField()  # the payee's part of both, tax included
    tax = models.BigIntegerField()  # the consumption tax in the commission
    carried = models.BigIntegerField()  # from the statement before; negative where chargebacks were more
    payable = models.PositiveBigIntegerField()
    rest = models.BigIntegerField()  # carried to the next statement
    made_at = models.DateTimeField()
    document = models.JSONField(default=dict)  # who it went to, as called on that day

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="statement_number_once"),
            models.UniqueConstraint(fields=["organisation", "kind", "month"], name="statement_once"),
        ]


class Sale(models.Model):
    """Something sold for a seller or through an agent, or a sale that came back, as a service handed it in."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="sales")
    record = models.CharField(max_length=80)  # the service's own id: the same record counts once
    kind = models.CharField(max_length=10)  # seller | agent
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sales")
    at = models.DateTimeField()
    text = models.CharField(max_length=200)
    amount = models.PositiveBigIntegerField()  # what the buyer paid, tax included
    share = models.PositiveBigIntegerField()  # the payee's part, by the rate of its day
    returns = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="returned_by")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="lines")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "record"], name="sale_once")]
        indexes: ClassVar = [models.Index(fields=["provider", "statement", "at"])]


class Payable(models.Model):
    """Money that the provider owes somebody and pays by bank transfer, as far as a card does not take it."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="payables")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="payables")
    kind = models.CharField(max_length=12)  # refund | balance | suspense | seller | agent
    key = models.CharField(max_length=80)
    amount = models.PositiveBigIntegerField()
    by_card = models.PositiveBigIntegerField(default=0)  # of it: went back to the card that had paid
    account = models.CharField(max_length=24)  # of the books, in which it stands
    text = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    # where it goes if it is not the organisation's own account: bank, branch, account_kind, account, holder
    target = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "key"], name="payable_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payable_is_something"),
            models.CheckConstraint(condition=models.Q(by_card__lte=models.F("amount")), name="payable_not_passed"),
        ]

    @property
    def left(self) -> int:
        """What a transfer is still to carry, in yen."""
        return self.amount - self.by_card


class PayoutRun(models.Model):
    """One transfer file (総合振込) to the bank, and how it went."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="payout_runs")
    day = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    content = models.BinaryField()
    booked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class PayoutLine(models.Model):
    """One transfer. `result`: "" (with the bank), paid, failed, withdrawn; a payable that failed can be paid anew."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()  # which transfer of the file; what goes to one account shares it
    payable = models.ForeignKey(Payable, models.PROTECT, related_name="lines")
    amount = models.PositiveBigIntegerField()  # as the file asks for it
    result = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payable"], condition=models.Q(result__in=("", "paid")), name="paid_out_once"
            ),
        ]
