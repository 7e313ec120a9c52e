"""Incidents and maintenance as the status page tells them, and as contracts' journals hear of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.parties.models import Provider, public_id


class Report(models.Model):
    """One incident, or one maintenance that is planned: of one service, from then until then."""

    class Kind(models.TextChoices):
        INCIDENT = "incident"
        MAINTENANCE = "maintenance"

    class Impact(models.TextChoices):
        DEGRADED = "degraded"  # slow or partly broken: the journal of contracts hears nothing
        OUTAGE = "outage"  # totally unavailable

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="reports")
    service = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    impact = models.CharField(max_length=10, choices=Impact.choices)
    titles = models.JSONField()  # {"ja", "en", "zh"}
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)  # incident: resolved; maintenance: planned end
    cause = models.CharField(max_length=20, blank=True)  # provider | carrier | force-majeure | maintenance
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)
    journaled_at = models.DateTimeField(null=True, blank=True)  # when every running contract had heard of it

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gte=models.F("starts_at")),
                name="report_ends_after_it_starts",
            ),
        ]


class Update(models.Model):
    """What was said while it went on."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="updates")
    at = models.DateTimeField()
    texts = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)


class Beat(models.Model):
    """A sign of life of a standing process; /health/ready looks at it."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
