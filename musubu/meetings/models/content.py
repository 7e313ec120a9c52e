"""What people make and leave behind in meetings: chat, files, documents, boards, polls."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.meetings.models.meetings import Meeting
from musubu.meetings.models.sessions import Sitting
from musubu.parties.models import public_id


class SharedFile(models.Model):
    """A file that somebody put into the chat, or a picture on a board. Its content lies under the contract's folder by
    its public id; `attendance` is the public id of who brought it."""

    class Use(models.TextChoices):
        CHAT = "chat"
        BOARD = "board"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="shared_files")
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="shared_files")
    use = models.CharField(max_length=5, choices=Use.choices, default=Use.CHAT)
    attendance = models.UUIDField()
    by = models.CharField(max_length=60)  # the name at that time
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    type = models.CharField(max_length=100)
    previewed = models.BooleanField(default=False)  # a small picture of it was made
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meeting", "at"])]


class ChatMessage(models.Model):
    """One message; `to` is empty when it went to all. Sender and receiver are attendances' public ids."""

    public_id = models.UUIDField(unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="messages")
    sender = models.UUIDField()
    name = models.CharField(max_length=60)
    to = models.UUIDField(null=True, blank=True)
    text = models.TextField(blank=True)
    file = models.ForeignKey(SharedFile, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sitting", "at"])]


class Board(models.Model):
    """A whiteboard: a shared document (Yjs) of drawn elements."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="boards")
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="boards")
    title = models.CharField(max_length=80)
    state = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meeting", "created_at"])]


class MeetingDocument(models.Model):
    """A document shown in meetings: what was brought, the PDF made of it, and what was written on it (Yjs). Without a
    sitting it was prepared before."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CONVERTING = "converting"
        READY = "ready"
        FAILED = "failed"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="documents")
    sitting = models.ForeignKey(Sitting, models.CASCADE, null=True, blank=True, related_name="documents")
    attendance = models.UUIDField(null=True, blank=True)
    by = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=20, blank=True)  # why it failed, a key of `together.documents.PROBLEMS`
    pages = models.PositiveSmallIntegerField(default=0)
    page = models.PositiveSmallIntegerField(default=1)  # where all were last
    notes = models.BinaryField(default=bytes)
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meeting", "at"])]


class Poll(models.Model):
    """A question with answers to choose from. Without a sitting it was prepared before the meeting."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        OPEN = "open"
        CLOSED = "closed"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="polls")
    sitting = models.ForeignKey(Sitting, models.CASCADE, null=True, blank=True, related_name="polls")
    question = models.CharField(max_length=300)
    options = models.JSONField()  # texts, in their order
    multiple = models.BooleanField(default=False)
    anonymous = models.BooleanField(default=False)
    shown = models.BooleanField(default=True)  # the result to all; else to hosts alone
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREPARED)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meeting", "created_at"])]


class PollVote(models.Model):
    """What one person chose. `voter` tells voters apart; of an anonymous poll it is a keyed hash, and no name is kept."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    voter = models.CharField(max_length=80)
    name = models.CharField(max_length=60, blank=True)
    choices = models.JSONField()  # places in `options`, from 0
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["poll", "voter"], name="one_vote_a_voter")]
