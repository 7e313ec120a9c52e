"""Samples of people's lines, as the running rooms hand them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from musubu.meetings.models import Attendance, QualitySample

MOST = 32_767  # of a small whole number in every database
LONGEST = 14 * 24 * 60  # minutes


def hand_in(rows: Iterable[Mapping[str, Any]]) -> int:
    """A minute of each person: {"attendance", "at", "loss_up" (%), "loss_down", "rtt_ms", "jitter_ms", "kbps_up",
    "kbps_down", "freezes", "freeze_seconds", "limited", "path", "layer" (0 to 2, or none), "coarse" (%), "restarts"}; how many were taken. The same minute counts once."""
    given = {str(row["attendance"]): row for row in rows}
    found = Attendance.objects.filter(public_id__in=list(given))
    samples = [_sample(one, given[str(one.public_id)]) for one in found]
    QualitySample.objects.bulk_create(samples, ignore_conflicts=True)
    return len(samples)


def _sample(attendance: Attendance, row: Mapping[str, Any]) -> QualitySample:
    at: datetime = row["at"]
    minute = int((at - attendance.joined_at).total_seconds() // 60)
    return QualitySample(
        attendance=attendance,
        minute=max(0, min(minute, LONGEST)),
        loss_up=_whole(row, "loss_up", 100),
        loss_down=_whole(row, "loss_down", 100),
        round_trip=_whole(row, "rtt_ms"),
        jitter=_whole(row, "jitter_ms"),
        freezes=_whole(row, "freezes"),
        frozen=min(60_000, _whole(row, "freeze_seconds", 1000, 60_000)),
        kbps_up=_whole(row, "kbps_up", most=1_000_000),
        kbps_down=_whole(row, "kbps_down", most=1_000_000),
        network=str(row.get("path") or "")[:5],
        layer=None if row.get("layer") is None else _whole(row, "layer", 100, 200),
        coarse=_whole(row, "coarse", most=100),
        restarts=_whole(row, "restarts"),
        limited=str(row.get("limited") or "").replace("none", "")[:10],
    )


def _whole(row: Mapping[str, Any], name: str, times: int = 1, most: int = MOST) -> int:
    """What a browser says is not to be trusted: a number within bounds, or 0."""
    try:
        return max(0, min(most, round(float(row.get(name) or 0) * times)))
    except (TypeError, ValueError, OverflowError):
        return 0
