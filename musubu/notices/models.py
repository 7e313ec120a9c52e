"""What is told to whom: messages that leave at their time, and the public notice board."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider, public_id


class Notice(models.Model):
    """One message to one address. It leaves at `leave_at`; the row is written with what caused it, so it leaves once."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="notices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="notices")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="notices")
    to_email = models.EmailField()
    language = models.CharField(max_length=7, default="ja")
    kind = models.CharField(max_length=30, blank=True)
    clause = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    secret = models.BooleanField(default=False)  # holds a link or key that opens something: for its receiver alone
    key = models.CharField(max_length=80, blank=True)  # the same key is one message
    attachments = models.JSONField(default=list)  # see `notices.attachments`
    leave_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "key"], condition=~models.Q(key=""), name="notice_once")
        ]


class Post(models.Model):
    """A notice on the public board; the newer date wins (SC-3)."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="posts")
    titles = models.JSONField()  # {"ja", "en", "zh"}
    bodies = models.JSONField()
    clause = models.CharField(max_length=20, blank=True)
    published_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
