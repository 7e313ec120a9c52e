"""Licences and the groups that say what their holders may do."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import public_id


class Group(models.Model):
    """Users of a contract who share rights: {"record": true, "guests": true, …}; see `meetings.defaults.RIGHTS`."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="meeting_groups")
    name = models.CharField(max_length=80)
    rights = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "name"], name="meeting_group_once")]


class Licence(models.Model):
    """One bought licence in a user's hands: it admits one live terminal at a time (LO-11)."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="meeting_licences")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="meeting_licences")
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="licences")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "holder"], condition=models.Q(ended_at__isnull=True), name="one_licence_a_holder"
            )
        ]
