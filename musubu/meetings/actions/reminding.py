"""Mails shortly before a meeting, for those who want them."""

from __future__ import annotations

from datetime import datetime, timedelta

from musubu.meetings import dates, queries
from musubu.meetings.actions import inviting
from musubu.meetings.models import Meeting
from musubu.parties.models import Provider

BEFORE = timedelta(minutes=10)
MOST_AT_ONCE = 500


def next_moment(meeting: Meeting, now: datetime) -> datetime | None:
    """When the next reminder leaves: some minutes before the next date that has not begun."""
    if not meeting.remind or meeting.cancelled_at:
        return None
    upcoming = dates.of(meeting, now, now + timedelta(days=800))
    moments = (one.starts_at - BEFORE for one in upcoming)
    return next((moment for moment in moments if moment > now), None)


def remind_due(provider: Provider, now: datetime) -> int:
    """Let the reminders leave whose moment has come; how many meetings. A worker that was away for long does not remind
    of what has begun meanwhile."""
    rows = Meeting.objects.filter(provider=provider, remind_at__lte=now, cancelled_at__isnull=True)
    done = 0
    for meeting in rows.select_related("contract", "host")[:MOST_AT_ONCE]:
        later = next_moment(meeting, now)
        if not Meeting.objects.filter(pk=meeting.pk, remind_at=meeting.remind_at).update(remind_at=later):
            continue  # another worker was quicker
        soon = [one for one in dates.of(meeting, now, now + BEFORE) if now <= one.starts_at <= now + BEFORE]
        if soon and queries.is_open(meeting.contract):
            inviting.remind(meeting, soon[0])
            done += 1
    return done
