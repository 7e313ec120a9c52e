"""How well people heard and saw: one row for each presence and minute."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from musubu.meetings.models.sessions import Attendance


class QualitySample(models.Model):
    """One minute of one person's line, as their browser measured it. Loss is in hundredths of a percent."""

    attendance = models.ForeignKey(Attendance, models.CASCADE, related_name="samples")
    minute = models.PositiveSmallIntegerField()  # of the presence, from 0
    loss_up = models.PositiveSmallIntegerField(default=0)
    loss_down = models.PositiveSmallIntegerField(default=0)
    round_trip = models.PositiveSmallIntegerField(default=0)  # milliseconds, as are jitter and frozen
    jitter = models.PositiveSmallIntegerField(default=0)
    freezes = models.PositiveSmallIntegerField(default=0)
    frozen = models.PositiveIntegerField(default=0)
    kbps_up = models.PositiveIntegerField(default=0)
    kbps_down = models.PositiveIntegerField(default=0)
    network = models.CharField(max_length=5, blank=True)  # udp | tcp | relay
    limited = models.CharField(max_length=10, blank=True)  # what held the sent picture back: cpu | bandwidth

    # of the cameras received, hundredths: 0 coarse to 200 fine; none where none was received
    layer = models.PositiveSmallIntegerField(null=True, blank=True)
    coarse = models.PositiveSmallIntegerField(default=0)  # percent of the minute with a picture coarser than its tile
    restarts = models.PositiveSmallIntegerField(default=0)  # of the media engine

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["attendance", "minute"], name="sample_once_a_minute")]
