"""Meetings as planned: once, repeated, at once, or a person's own room."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.contracts.models import Contract
from musubu.parties.models import Organisation, Provider, public_id


class Role(models.TextChoices):
    """What somebody may do in a room, the mightiest first."""

    HOST = "host"
    CO_HOST = "co-host"
    PRESENTER = "presenter"
    ATTENDEE = "attendee"


class Meeting(models.Model):
    """A meeting with its link, number and pass code. Its room is open while a sitting of it runs."""

    class Kind(models.TextChoices):
        PLANNED = "planned"
        REPEATED = "repeated"
        INSTANT = "instant"
        PERSONAL = "personal"  # a person's own room, always there

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="meetings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="meetings")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    slug = models.CharField(max_length=24, unique=True)  # of its link: cannot be guessed
    number = models.CharField(max_length=10, unique=True)  # dialled or typed, digits
    pass_code = models.CharField(max_length=10, blank=True)  # digits; asked of those who come by number
    title = models.CharField(max_length=120)
    agenda = models.TextField(blank=True)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hosted_meetings")
    starts_at = models.DateTimeField(null=True, blank=True)  # none: a personal room or one started at once
    minutes = models.PositiveSmallIntegerField(default=60)
    rule = models.CharField(max_length=200, blank=True)  # RRULE (RFC 5545) of a repeated one
    zone = models.CharField(max_length=40, default="Asia/Tokyo")
    language = models.CharField(max_length=7, default="ja")
    settings = models.JSONField(default=dict)  # what differs from the contract's defaults, see `meetings.defaults`
    sequence = models.PositiveSmallIntegerField(default=0)  # of the invitation (iCalendar): one more at each change
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)  # of the last date; none: without end, or no date at all
    remind = models.BooleanField(default=False)  # everybody invited gets a mail some minutes before
    remind_at = models.DateTimeField(null=True, blank=True, db_index=True)  # when the next of these mails leaves

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "host"], condition=models.Q(kind="personal"), name="one_personal_room"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["contract", "starts_at"])]

    def __str__(self) -> str:
        return self.title


class MovedDate(models.Model):
    """One date of a repeated meeting that was moved or left out."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="moved_dates")
    original = models.DateTimeField()
    starts_at = models.DateTimeField(null=True, blank=True)  # none: this date is left out
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "original"], name="moved_date_once")]


class Invitee(models.Model):
    """Who is invited, by mail address; a co-host or presenter is known by it after signing in."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitees")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ATTENDEE)
    told_sequence = models.PositiveSmallIntegerField(null=True, blank=True)  # the invitation that was sent last
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "email"], name="invitee_once")]


class Feed(models.Model):
    """A person's meetings as a calendar to subscribe to. Its address is made of the public id and our secret, so that
    the table alone opens nothing; a new row is a new address."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="meeting_feeds")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "organisation"], name="one_feed")]
