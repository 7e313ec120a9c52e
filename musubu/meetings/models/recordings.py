"""Recordings: from the room's files to one film, its separate tracks, who may see it, and that it is gone."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu import config
from musubu.contracts.models import Contract
from musubu.meetings.models.sessions import Attendance, Sitting
from musubu.parties.models import public_id

FILM, POSTER = "meeting.mp4", "poster.jpg"


class Recording(models.Model):
    """One stretch of a sitting that was recorded. `begun_us` and `ended_us` are wall time, by which the engine stamps
    its files; the other times are the provider's clock. When it is gone this row stays and says so."""

    class State(models.TextChoices):
        RECORDING = "recording"
        QUEUED = "queued"
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"
        DELETED = "deleted"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="recordings")
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="recordings")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_by_name = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    begun_us = models.BigIntegerField()
    ended_us = models.BigIntegerField(null=True, blank=True)
    # who was there while it ran, all of whom saw the mark: [{"id": attendance, "name", "kind", "from", "to"}]
    present = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECORDING)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, blank=True)  # why it failed: a key of `recordings.REASONS`
    detail = models.TextField(blank=True)  # what the engine said, for staff
    claim = models.UUIDField(null=True, blank=True)  # of the worker that is at it
    claimed_until = models.DateTimeField(null=True, blank=True)  # by the wall
    not_before = models.DateTimeField(null=True, blank=True)  # by the wall: the next try
    ready_at = models.DateTimeField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)  # film and tracks
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    chapters = models.JSONField(default=list)  # [{"at": milliseconds, "what": joined | left | shares | …, "name"}]
    deleted_at = models.DateTimeField(null=True, blank=True)  # by a person: can be taken back for some days
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)  # for good
    clause = models.CharField(max_length=20, blank=True)  # under which it was erased
    files_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting"], condition=models.Q(state="recording"), name="one_running_recording"
            ),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="recording_progress_is_percent"),
            models.CheckConstraint(
                condition=models.Q(state="deleted") ^ models.Q(erased_at__isnull=True),
                name="recording_erased_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contract", "started_at"]),
            models.Index(fields=["state", "claimed_until"]),
        ]

    @property
    def folder(self) -> Path:
        return config.var() / "files/meetings" / str(self.contract.public_id) / str(self.public_id)

    @property
    def film(self) -> Path:
        return self.folder / FILM

    @property
    def poster(self) -> Path:
        return self.folder / POSTER


class Track(models.Model):
    """What one person sent, from one source, without a break: kept beside the film."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="tracks")
    attendance = models.ForeignKey(Attendance, models.SET_NULL, null=True, blank=True, related_name="+")
    feed = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=20)  # mic | camera | screen | screen-sound | phones
    kind = models.CharField(max_length=5)  # audio | video
    file = models.CharField(max_length=80)  # within the recording's folder
    starts_us = models.PositiveBigIntegerField()  # after the film's begin
    milliseconds = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["recording", "file"], name="track_file_once")]

    @property
    def starts_ms(self) -> int:
        return self.starts_us // 1000

    @property
    def path(self) -> Path:
        return self.recording.folder / self.file


class Share(models.Model):
    """A link with which somebody without an account may watch, until it expires or is revoked."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="shares")
    token = models.CharField(max_length=43, unique=True)
    pass_code = models.CharField(max_length=128, blank=True)  # hashed
    download = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Viewing(models.Model):
    """Who looked at a recording, and when: one row a person or browser and day."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="viewings")
    share = models.ForeignKey(Share, models.CASCADE, null=True, blank=True, related_name="viewings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    viewer = models.CharField(max_length=80)  # "person:<id>" or "guest:<mark of the browser's session>"
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recording", "viewer", "day"], name="viewing_once_a_day")
        ]
