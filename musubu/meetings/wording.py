"""Meetings in words: when, how often, how to join, and the letters about them; in the language that is active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from musubu.meetings import naming, repeating
from musubu.meetings.models import Meeting

WEEKDAYS = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
DAY = {
    "ja": "{0.year}年{0.month}月{0.day}日（{1}）",
    "en": "{1} {0:%Y-%m-%d}",
    "zh": "{0.year}年{0.month}月{0.day}日（{1}）",
}


def language() -> str:
    return (get_language() or "ja").split("-")[0]


def day(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return DAY[language()].format(local, WEEKDAYS[language()][local.weekday()])


def when(starts: datetime, minutes: int, zone: str) -> str:
    """Tue 2026-12-01 10:00–11:00 (Asia/Tokyo); the end with its day where it is another one."""
    place = ZoneInfo(zone)
    begins, ends = starts.astimezone(place), (starts + timedelta(minutes=minutes)).astimezone(place)
    last = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{day(ends, zone)} {ends:%H:%M}"
    where = _("Japan time") if zone == "Asia/Tokyo" else zone
    brackets = " ({})" if language() == "en" else "（{}）"
    return f"{day(starts, zone)} {begins:%H:%M}–{last}" + brackets.format(where)


def rule(meeting: Meeting) -> str:
    """How often it repeats, or nothing."""
    if not meeting.rule or meeting.starts_at is None:
        return ""
    found = repeating.read(meeting.rule, meeting.zone)
    text = _often(found, meeting.starts_at.astimezone(ZoneInfo(meeting.zone)))
    if found.count:
        return text + " " + ngettext("(%(count)s time)", "(%(count)s times)", found.count) % {"count": found.count}
    if found.until:
        return text + " " + _("(until %(day)s)") % {"day": found.until.isoformat()}
    return text


def _often(found: repeating.Repetition, first: datetime) -> str:
    names = WEEKDAYS[language()]
    if found.frequency == "daily":
        return _("Every day") if found.every == 1 else _("Every %(n)s days") % {"n": found.every}
    if found.frequency == "weekly":
        days = pgettext("between weekdays", ", ").join(names[repeating.DAYS.index(one)] for one in found.days)
        if found.every == 1:
            return _("Every week on %(days)s") % {"days": days}
        return _("Every %(n)s weeks on %(days)s") % {"n": found.every, "days": days}
    if found.by_weekday:
        place = (first.day - 1) // 7 + 1
        values = {"n": found.every, "weekday": names[first.weekday()], "place": place}
        if place == 5:
            return _("Every %(n)s month(s) on the last %(weekday)s") % values
        return _("Every %(n)s month(s) on %(weekday)s number %(place)s") % values
    return _("Every %(n)s month(s) on day %(day)s") % {"n": found.every, "day": first.day}


def how_to_join(meeting: Meeting) -> str:
    """Link, number and pass code, as they stand in letters and calendar entries."""
    return "\n".join(" ".join(fact) for fact in _how(meeting))


def _how(meeting: Meeting) -> tuple[tuple[str, str], ...]:
    code = ((_("Pass code:"), meeting.pass_code),) if meeting.pass_code else ()
    number = _("Meeting number:"), naming.spaced(meeting.number)
    return ((_("Join:"), naming.link(meeting)), number, *code)


def invitation(meeting: Meeting) -> str:
    """The text to copy into a letter or chat of one's own."""
    lines = [_("%(host)s invites you to a meeting.") % {"host": meeting.host.name}, "", meeting.title]
    if meeting.starts_at:
        lines.append(when(meeting.starts_at, meeting.minutes, meeting.zone))
    if meeting.rule:
        lines.append(rule(meeting))
    return "\n".join([*lines, "", how_to_join(meeting)])


@dataclass(frozen=True)
class Letter:
    """A mail about a meeting, in its parts; `button` is where its reader goes next."""

    subject: str
    opening: str
    title: str
    greeting: str = ""
    lines: tuple[str, ...] = ()  # when, how often
    agenda: str = ""
    button: tuple[str, str] | None = None  # (text, address)
    facts: tuple[tuple[str, str], ...] = ()  # (name with its colon, value)
    sender: str = ""

    @property
    def text(self) -> str:
        """As plain text."""
        parts = [self.greeting, self.opening, "\n".join([self.title, *self.lines]), self.agenda]
        parts += ["\n".join(" ".join(fact) for fact in self.facts), self.sender]
        return "\n\n".join(part for part in parts if part)


def letter(kind: str, meeting: Meeting, moment: datetime | None, name: str) -> Letter:
    """`moment` is the date that it is about."""
    opening, subject = _opening(kind, meeting)
    joins = kind not in ("cancelled", "uninvited", "date-left-out")
    return Letter(
        subject=f"{subject}: {meeting.title}",
        opening=opening,
        title=meeting.title,
        greeting=_("To %(name)s") % {"name": name} if name else "",
        lines=tuple(_dates(kind, meeting, moment)),
        agenda=meeting.agenda if kind in ("invited", "changed") else "",
        button=(_("Join the meeting"), naming.link(meeting)) if joins else None,
        facts=_how(meeting) if joins else (),
        sender=f"{meeting.organisation.name} {meeting.host.name} <{meeting.host.email}>",
    )


def _dates(kind: str, meeting: Meeting, moment: datetime | None) -> list[str]:
    if moment is None:
        return []
    row = meeting.moved_dates.filter(original=moment).first() if kind == "date-moved" else None
    minutes = (row.minutes if row else None) or meeting.minutes
    if row and row.starts_at:
        before = when(moment, meeting.minutes, meeting.zone)
        return [_("Before:") + " " + before, _("Now:") + " " + when(row.starts_at, minutes, meeting.zone)]
    lines = [when(moment, minutes, meeting.zone)]
    if meeting.rule and kind in ("invited", "changed", "shortened", "cancelled", "uninvited"):
        lines.append(rule(meeting))
    return lines


def _opening(kind: str, meeting: Meeting) -> tuple[str, str]:
    host = {"host": meeting.host.name}
    return {
        "invited": (_("%(host)s invites you to a meeting.") % host, _("Meeting invitation")),
        "changed": (_("%(host)s has changed a meeting. This is how it stands now.") % host, _("Changed")),
        "shortened": (
            _("%(host)s has changed this series: it ends earlier now. Its dates until then stay as they are.") % host,
            _("Series ends earlier"),
        ),
        "cancelled": (_("%(host)s has cancelled this meeting.") % host, _("Cancelled")),
        "uninvited": (_("You are no longer expected at this meeting.") % host, _("Cancelled")),
        "date-moved": (_("One date of this meeting has changed.") % host, _("Date changed")),
        "date-left-out": (_("One date of this meeting does not take place.") % host, _("Date cancelled")),
        "soon": (_("This meeting begins soon."), _("Begins soon")),
    }[kind]
