"""Keys of the HTTP API, and what was answered to a repeated write."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.parties.models import Organisation, Provider, public_id


class ApiKey(models.Model):
    """A key of the provider (no organisation) or of one organisation; only its hash is kept."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)  # in whose name it acts
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)  # "read", "write"
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Answered(models.Model):
    """The answer to a write with an idempotency key: the same key gets the same answer."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE)
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["api_key", "key"], name="answered_once")]


class Webhook(models.Model):
    """An address that hears what happens to contracts: all of the provider's, or one organisation's."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)  # kinds of outcome; empty: all
    secret = models.CharField(max_length=100)  # whsec_…, with which messages are signed
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Delivery(models.Model):
    """One message to one webhook: what was sent, how often it was tried, what was answered."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=120, unique=True)  # the same happening is one message
    message_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=30)
    body = models.TextField()
    created_at = models.DateTimeField()
    waits_for = models.DateTimeField(null=True, blank=True)  # by the provider's clock: it must not leave before
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)  # none: arrived, or given up
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
