"""Equipment that is sold, its serial numbers, warranty and replacements (SC-10.4, SC-21)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Provider, public_id


class Article(models.Model):
    """What can be bought: whole yen before tax, warranty in months."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="articles")
    code = models.SlugField()
    names = models.JSONField()
    price = models.PositiveIntegerField()
    warranty_months = models.PositiveSmallIntegerField(default=12)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "code"], name="article_once")]


class EquipmentOrder(models.Model):
    """Ordered, invoiced at once, shipped when paid."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="equipment_orders")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="equipment_orders")
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=40)  # of the form: sent twice is one order
    of_contract = models.PositiveIntegerField()  # its invoice, as the terms count them
    amount = models.PositiveBigIntegerField()
    ship_to = models.CharField(max_length=300)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shipped_at = models.DateTimeField(null=True, blank=True)
    tracking_number = models.CharField(max_length=20, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "number"], name="equipment_order_number_once"),
            models.UniqueConstraint(fields=["contract", "token"], name="equipment_order_once"),
            models.CheckConstraint(
                condition=models.Q(shipped_at__isnull=True) | models.Q(cancelled_at__isnull=True),
                name="equipment_shipped_or_cancelled",
            ),
        ]

    @property
    def name(self) -> str:
        return f"E-{self.number:06}"


class OrderLine(models.Model):
    order = models.ForeignKey(EquipmentOrder, models.PROTECT, related_name="lines")
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    price = models.PositiveIntegerField()  # of one, before tax, on the day of the order: the penalty's base (SC-21)


class Unit(models.Model):
    """One piece with its serial number."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="units")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="units")
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    order = models.ForeignKey(EquipmentOrder, models.PROTECT, related_name="units")
    serial = models.CharField(max_length=40)
    price = models.PositiveIntegerField()
    warranty_to = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "serial"], name="unit_serial_once")]


class Replacement(models.Model):
    """A faulty unit under warranty: reported, replaced, and expected back."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="replacements")
    fault = models.CharField(max_length=300)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    new_unit = models.OneToOneField(Unit, models.PROTECT, null=True, blank=True, related_name="replacement_for")
    shipped_at = models.DateTimeField(null=True, blank=True)
    tracking_number = models.CharField(max_length=20, blank=True)
    received_on = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True)
    returned_why = models.CharField(max_length=200, blank=True, default="")  # why that day was noted later
    refused_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit"], condition=models.Q(refused_why=""), name="unit_replaced_once")
        ]
