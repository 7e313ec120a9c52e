"""What pages, the API and the terms ask of running rooms."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.contracts.models import Contract
from musubu.meetings.models.meetings import Meeting
from musubu.parties.models import public_id


class Command(models.Model):
    """Asked by any process, carried out once by the live process, which looks several times a second. Kept in the
    database, so that nothing is lost when that process restarts."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.CASCADE, null=True, related_name="+")  # all its rooms
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="+")  # or one
    kind = models.CharField(max_length=20)  # end | call-in | call-out | tell | prepared
    data = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["done_at", "id"])]
