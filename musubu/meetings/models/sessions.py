"""Sittings: a meeting while it runs, and who was there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.meetings.models.licences import Licence
from musubu.meetings.models.meetings import Meeting, Role
from musubu.parties.models import public_id


class Sitting(models.Model):
    """One run of a meeting, from the first who is let in to the last who leaves. Times are the provider's clock."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="sittings")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)  # empty | host | measure | contract | api | service
    end_detail = models.JSONField(default=dict)  # with a measure: {"clause", "why"}
    peak = models.PositiveSmallIntegerField(default=0)  # the most who were there at once
    state = models.JSONField(default=dict)  # what a restarted room needs: locked, muted on entry, spotlight, …

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting"], condition=models.Q(ended_at__isnull=True), name="one_running_sitting"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["meeting", "started_at"])]


class Attendance(models.Model):
    """One person's presence in a sitting. Its public id is the participant's id in the room and towards the engine."""

    class Kind(models.TextChoices):
        MEMBER = "member"
        GUEST = "guest"
        PHONE = "phone"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    licence = models.ForeignKey(Licence, models.SET_NULL, null=True, blank=True, related_name="attendances")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=10, choices=Role.choices)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=20, blank=True)  # left | lost | removed | taken-over | ended
    terminal = models.JSONField(default=dict)  # {"browser", "system", "phone": bool, "network": "udp|tcp|relay"}
    join_ms = models.PositiveIntegerField(null=True, blank=True)  # from the click to the first decoded picture
    talked_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sitting", "joined_at"])]


class Barred(models.Model):
    """Somebody who was removed and is kept out of a meeting: a person, or a guest's browser."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="barred")
    key = models.CharField(max_length=80)  # "person:<id>" or "guest:<mark kept by the browser>"
    name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "key"], name="barred_once")]
