"""Charges, invoices and credit notes as issued, the books, and money that came in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider, public_id


class Invoice(models.Model):
    """A qualified invoice as issued (Consumption Tax Act art. 57-4): numbers without gaps in a provider, never changed.
    A trigger in the database refuses to change or delete a row."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="invoices")
    number = models.PositiveIntegerField()
    of_contract = models.PositiveIntegerField()  # 1, 2, … within the contract, as the terms count them
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    subtotal = models.PositiveBigIntegerField()
    tax = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()
    party = models.CharField(max_length=200, blank=True)  # the recipient's name on that day
    # {"issuer", "to": {…}, "lines": [{item, first, last, amount, rate, clause}], "rates": [[rate, net, tax]]}
    document = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["contract", "of_contract"], name="invoice_of_contract_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax")), name="invoice_adds_up"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["provider", "issued_at"])]


class CreditNote(models.Model):
    """A qualified return invoice (適格返還請求書): what takes back a part of what was invoiced. Never changed."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="credit_notes")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="credit_notes")
    number = models.PositiveIntegerField()
    outcome = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="credit_notes")
    issued_at = models.DateTimeField()
    kind = models.CharField(max_length=20)  # credit | refund | void
    amount = models.PositiveBigIntegerField()
    tax = models.PositiveBigIntegerField()
    clause = models.CharField(max_length=20)
    document = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="credit_note_number_once"),
            models.UniqueConstraint(fields=["contract", "outcome"], name="credit_note_once"),
        ]


class Charge(models.Model):
    """One line: an amount before tax with the outcome that made it."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="charges")
    outcome = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="lines")
    at = models.DateTimeField()
    item = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    amount = models.PositiveBigIntegerField()
    clause = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "outcome"], name="charge_once")]


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


class BankFile(models.Model):
    """A bank's file that was read; the same file is read once."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="bank_files")
    kind = models.CharField(max_length=20)  # deposits | debit-result
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    rows = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "sha256"], name="bank_file_once")]


class BankDeposit(models.Model):
    """Money that came in, to be matched with a contract's open invoices."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="bank_deposits")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="deposits")
    row = models.PositiveIntegerField()
    day = models.DateField()
    amount = models.PositiveBigIntegerField()
    payer = models.CharField(max_length=48)  # half-width kana, as the bank has it
    payer_code = models.CharField(max_length=10, blank=True)  # virtual account
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="bank_deposits")
    matched_at = models.DateTimeField(null=True, blank=True)
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    set_aside = models.CharField(max_length=200, blank=True)  # why it is nobody's payment

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "row"], name="bank_deposit_once")]
        indexes: ClassVar = [models.Index(fields=["provider", "matched_at"])]


class PayerName(models.Model):
    """A payer's name in bank kana that was once confirmed to be an organisation's."""

    provider = models.ForeignKey(Provider, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="payer_names")
    name = models.CharField(max_length=48)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "organisation", "name"], name="payer_name_once")
        ]


class Mandate(models.Model):
    """A customer's consent to direct debit (口座振替依頼書): from which account, and how far it is."""

    class State(models.TextChoices):
        SENT = "sent"  # the form went to the customer
        RECEIVED = "received"  # it came back and lies with the bank
        ACTIVE = "active"
        ENDED = "ended"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="mandates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="mandates")
    bank = models.CharField(max_length=4)
    branch = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1, default="1")
    account = models.CharField(max_length=7)
    holder = models.CharField(max_length=30)  # bank kana
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~models.Q(state="ended"), name="one_mandate_in_force"
            )
        ]


class DebitRun(models.Model):
    """One request file to the bank for a debit day, and its answer."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="debit_runs")
    day = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    content = models.BinaryField()  # the file as it was made
    answered_at = models.DateTimeField(null=True, blank=True)


class DebitLine(models.Model):
    """One invoice in a debit file. `result`: paid, no-funds, … as the bank's answer has it."""

    run = models.ForeignKey(DebitRun, models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="debit_lines")
    amount = models.PositiveBigIntegerField()
    result = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "place"], name="debit_line_once")]
