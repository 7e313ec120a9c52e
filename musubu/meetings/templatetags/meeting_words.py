"""How meetings look on pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html

from musubu import clock
from musubu.meetings import naming, wording
from musubu.meetings.dates import Occurrence
from musubu.meetings.models import Meeting, Sitting

register = template.Library()


@register.filter
def when(one: Any) -> str:
    """The time of a date, or of a meeting's first one."""
    if isinstance(one, Occurrence):
        minutes = round((one.ends_at - one.starts_at).total_seconds() / 60)
        return wording.when(one.starts_at, minutes, one.meeting.zone)
    return wording.when(one.starts_at, one.minutes, one.zone) if one.starts_at else ""


@register.filter
def here(told: str, moment: datetime | None) -> str:
    """A moment told in Japan's time; the browser shows it in the person's own zone where that is another."""
    return format_html('<time datetime="{}" data-here>{}</time>', moment.isoformat(), told) if moment else told


@register.filter
def hours(one: Occurrence) -> str:
    """Only from when to when, in Tokyo."""
    return f"{one.starts_at.astimezone(clock.TOKYO):%H:%M}–{one.ends_at.astimezone(clock.TOKYO):%H:%M}"


@register.filter
def begins(one: Occurrence) -> str:
    return f"{one.starts_at.astimezone(clock.TOKYO):%H:%M}"


@register.filter
def month_name(first: date) -> str:
    return f"{first:%Y-%m}" if wording.language() == "en" else f"{first.year}年{first.month}月"


@register.filter
def minutes_of(sitting: Sitting) -> int | None:
    """How long it was."""
    return round((sitting.ended_at - sitting.started_at).total_seconds() / 60) if sitting.ended_at else None


@register.filter
def repeats(meeting: Meeting) -> str:
    return wording.rule(meeting)


@register.filter
def spaced(number: str) -> str:
    return naming.spaced(number)


@register.filter
def room_path(meeting: Meeting) -> str:
    return naming.path(meeting)


@register.filter
def room_link(meeting: Meeting) -> str:
    return naming.link(meeting)


@register.filter
def chosen(values: Any, key: str) -> Any:
    """A value of a mapping."""
    return (values or {}).get(key)
