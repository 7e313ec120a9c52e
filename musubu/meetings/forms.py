"""Forms of planning and joining."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.meetings import defaults, repeating, wording
from musubu.meetings.actions.planning import OF_A_MEETING, Guest, Wish
from musubu.meetings.models import Meeting, Role

ZONES = (
    "Asia/Tokyo", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Seoul", "Asia/Singapore", "Asia/Bangkok",
    "Asia/Kolkata", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC",
)  # fmt: skip
MINUTES = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480)
LANGUAGES = (("ja", "日本語"), ("en", "English"), ("zh-hans", "简体中文"))
LABELS = {
    "lobby": gettext_lazy("Waits in the lobby"),
    "guests": gettext_lazy("People without an account may come"),
    "before_host": gettext_lazy("Others may come in before the host"),
    "mute_on_entry": gettext_lazy("Microphones are off on entering"),
    "unmute_self": gettext_lazy("Attendees may unmute themselves"),
    "share": gettext_lazy("May share screens and documents"),
    "draw": gettext_lazy("May draw on board and documents"),
    "chat": gettext_lazy("May write in the chat"),
    "record": gettext_lazy("May record"),
}
VALUES = {
    "nobody": gettext_lazy("nobody"),
    "guests": gettext_lazy("guests"),
    "everybody": gettext_lazy("everybody"),
    "hosts": gettext_lazy("hosts"),
    "presenters": gettext_lazy("hosts and presenters"),
    True: gettext_lazy("yes"),
    False: gettext_lazy("no"),
}
WORDS = {"yes": True, "no": False}


def _code(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def setting_field(key: str, usual: Any = None) -> forms.ChoiceField:
    """A select of a setting's values; with `usual` the first choice is what the contract says."""
    choices: list[tuple[str, Any]] = [(_code(value), VALUES[value]) for value in defaults.CHOICES[key]]
    if usual is not None:
        choices.insert(0, ("", _("as usual (%(value)s)") % {"value": VALUES[usual]}))
    return forms.ChoiceField(label=LABELS[key], choices=choices, required=usual is None)


def setting_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen, as a room understands it; what was left as usual is left out."""
    given = {key: data[f"set_{key}"] for key in OF_A_MEETING if data.get(f"set_{key}")}
    return {key: WORDS.get(value, value) for key, value in given.items()}


def setting_initial(settings: Mapping[str, Any]) -> dict[str, str]:
    return {f"set_{key}": _code(value) for key, value in settings.items() if key in OF_A_MEETING}


def _minutes() -> list[tuple[int, str]]:
    def said(minutes: int) -> str:
        if minutes < 60:
            return _("%(n)s minutes") % {"n": minutes}
        return _("%(n)s h") % {"n": f"{minutes / 60:g}"}

    return [(minutes, said(minutes)) for minutes in MINUTES]


def _zones() -> list[tuple[Any, Any]]:
    others = sorted(name for name in available_timezones() - set(ZONES) if "/" in name and not name.startswith("Etc/"))
    return [(_("Often chosen"), [(name, name) for name in ZONES]), (_("All"), [(name, name) for name in others])]


class PlanForm(forms.Form):
    """Plan or change a meeting. `usual` are the contract's defaults."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    at = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.TypedChoiceField(label=gettext_lazy("How long"), coerce=int)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones)
    repeat = forms.ChoiceField(
        label=gettext_lazy("Repeats"),
        choices=[
            ("", gettext_lazy("does not repeat")),
            ("daily", gettext_lazy("by days")),
            ("weekly", gettext_lazy("by weeks")),
            ("monthly", gettext_lazy("by months, on the same day")),
            ("monthly-weekday", gettext_lazy("by months, on the same weekday")),
        ],
        required=False,
    )
    every = forms.IntegerField(
        label=gettext_lazy("Every how many"), min_value=1, max_value=99, initial=1, required=False
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("On these weekdays"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ends = forms.ChoiceField(
        label=gettext_lazy("Ends"),
        choices=[
            ("", gettext_lazy("never")),
            ("count", gettext_lazy("after a number of times")),
            ("until", gettext_lazy("with a day")),
        ],
        required=False,
    )
    count = forms.IntegerField(label=gettext_lazy("How many times"), min_value=1, max_value=1000, required=False)
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    agenda = forms.CharField(
        label=gettext_lazy("Agenda"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    attendees = forms.CharField(
        label=gettext_lazy("Invite"),
        help_text=gettext_lazy(
            "One mail address a line, or: Name <address>. Each gets the invitation in their own language."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    co_hosts = forms.CharField(label=gettext_lazy("Co-hosts"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    presenters = forms.CharField(
        label=gettext_lazy("Presenters"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of invitations to guests"), choices=LANGUAGES)
    pass_code = forms.BooleanField(
        label=gettext_lazy("Ask for a pass code from those who come by number"), required=False, initial=True
    )
    remind = forms.BooleanField(label=gettext_lazy("Remind everybody by mail 10 minutes before"), required=False)
    host = forms.ChoiceField(label=gettext_lazy("Host"), required=False)

    def __init__(
        self, *args: Any, usual: Mapping[str, Any], hosts: list[tuple[str, str]] | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        minutes = _minutes()
        if (own := (self.initial or {}).get("minutes")) and own not in MINUTES:
            minutes.append((own, _("%(n)s minutes") % {"n": own}))
        self.fields["minutes"].choices = minutes  # type: ignore[attr-defined]
        names = wording.WEEKDAYS[wording.language()]
        self.fields["days"].choices = list(zip(repeating.DAYS, names, strict=True))  # type: ignore[attr-defined]
        for key in OF_A_MEETING:
            self.fields[f"set_{key}"] = setting_field(key, usual[key])
        if hosts:
            self.fields["host"].choices = hosts  # type: ignore[attr-defined]
        else:
            del self.fields["host"]

    @property
    def setting_fields(self) -> list[Any]:
        return [self[f"set_{key}"] for key in OF_A_MEETING]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("repeat") and data.get("ends") == "count" and not data.get("count"):
            self.add_error("count", _("Say how many times."))
        if data.get("repeat") and data.get("ends") == "until" and not data.get("until"):
            self.add_error("until", _("Choose the last day."))
        return data

    def wish(self) -> Wish:
        data = self.cleaned_data
        starts = datetime.combine(data["day"], data["at"], ZoneInfo(data["zone"]))
        return Wish(
            title=data["title"],
            starts_at=starts,
            minutes=data["minutes"],
            agenda=data["agenda"],
            zone=data["zone"],
            repeat=self._repetition(),
            language=data["language"],
            settings=setting_values(data),
            guests=self._guests(),
            remind=data["remind"],
            pass_code=data["pass_code"],
        )

    def _repetition(self) -> repeating.Repetition | None:
        data = self.cleaned_data
        if not data["repeat"]:
            return None
        return repeating.Repetition(
            frequency=data["repeat"].partition("-")[0],
            every=data["every"] or 1,
            days=tuple(data["days"]) if data["repeat"] == "weekly" else (),
            by_weekday=data["repeat"] == "monthly-weekday",
            count=data["count"] if data["ends"] == "count" else None,
            until=data["until"] if data["ends"] == "until" else None,
        )

    def _guests(self) -> tuple[Guest, ...]:
        fields = ((Role.CO_HOST, "co_hosts"), (Role.PRESENTER, "presenters"), (Role.ATTENDEE, "attendees"))
        found: dict[str, Guest] = {}
        for role, field in fields:
            for guest in addresses(self.cleaned_data[field], role):
                found.setdefault(guest.email, guest)  # the mightier role counts
        return tuple(found.values())


def addresses(typed: str, role: str) -> list[Guest]:
    """People written one a line, or with commas between plain addresses."""
    found = []
    for line in re.split(r"[\n;]", typed):
        parts = [line] if "<" in line else line.split(",")
        for part in parts:
            name, email = parseaddr(part.strip())
            if part.strip():
                found.append(Guest((email or part.strip()).lower(), name, role))
    return found


def planned_initial(meeting: Meeting) -> dict[str, Any]:
    """A meeting as the form shows it."""
    assert meeting.starts_at is not None
    local = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    live = [one for one in meeting.invitees.all() if one.removed_at is None]

    def listed(role: str) -> str:
        return "\n".join(f"{one.name} <{one.email}>" if one.name else one.email for one in live if one.role == role)

    found: dict[str, Any] = {
        "title": meeting.title, "day": local.date(), "at": local.time(), "minutes": meeting.minutes, "zone": meeting.zone,
        "agenda": meeting.agenda, "language": meeting.language, "pass_code": bool(meeting.pass_code),
        "remind": meeting.remind, "attendees": listed(Role.ATTENDEE), "co_hosts": listed(Role.CO_HOST),
        "presenters": listed(Role.PRESENTER),
    }  # fmt: skip
    return found | _repeat_initial(meeting) | setting_initial(meeting.settings)


def following_initial(meeting: Meeting, original: datetime) -> dict[str, Any]:
    """A series from one date on, as the form shows it."""
    assert meeting.starts_at is not None
    local = original.astimezone(ZoneInfo(meeting.zone))
    rest = repeating.from_then_on(meeting.rule, meeting.starts_at, meeting.zone, original)
    return planned_initial(meeting) | {"day": local.date(), "at": local.time()} | _repeated(rest)


def _repeat_initial(meeting: Meeting) -> dict[str, Any]:
    return _repeated(repeating.read(meeting.rule, meeting.zone)) if meeting.rule else {}


def _repeated(rule: repeating.Repetition) -> dict[str, Any]:
    return {
        "repeat": "monthly-weekday" if rule.by_weekday else rule.frequency,
        "every": rule.every,
        "days": list(rule.days),
        "ends": "count" if rule.count else "until" if rule.until else "",
        "count": rule.count,
        "until": rule.until,
    }


def new_initial(day: date | None, language: str) -> dict[str, Any]:
    """The next full half hour, or ten o'clock on a day that was chosen in the calendar."""
    now = clock.now().astimezone(clock.TOKYO)
    soon = (now + timedelta(minutes=30 - now.minute % 30)).replace(second=0, microsecond=0)
    if day is not None and day != now.date():
        soon = datetime.combine(day, time(10), clock.TOKYO)
    return {
        "day": soon.date(), "at": soon.time(), "minutes": 60, "zone": "Asia/Tokyo", "every": 1, "pass_code": True,
        "language": language, "days": [repeating.DAYS[soon.weekday()]],
    }  # fmt: skip


class DateForm(forms.Form):
    """Where one date of a series goes."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    at = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=1440)


class CopyForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    at = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class PersonalForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Name of the room"), max_length=120)
    number = forms.CharField(
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("9 or 10 digits of your choice, if they are free."),
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, usual: Mapping[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        for key in OF_A_MEETING:
            self.fields[f"set_{key}"] = setting_field(key, usual[key])


class DefaultsForm(forms.Form):
    """What every room of a contract does."""

    capacity = forms.IntegerField(label=gettext_lazy("People at once"))
    video_kbps = forms.IntegerField(label=gettext_lazy("A camera sends at most (kbit/s)"))
    screen_kbps = forms.IntegerField(label=gettext_lazy("A shared screen sends at most (kbit/s)"))
    keep_days = forms.IntegerField(
        label=gettext_lazy("Recordings are deleted after days"), help_text=gettext_lazy("0: at the contract's end.")
    )

    def __init__(self, *args: Any, most_people: int, **more: Any) -> None:
        super().__init__(*args, **more)
        for key, (least, most) in defaults.LIMITS.items():
            field: Any = self.fields[key]
            field.min_value, field.max_value = least, min(most, most_people) if key == "capacity" else most
            field.validators = [
                MinValueValidator(field.min_value),
                MaxValueValidator(field.max_value),
            ]
            field.widget.attrs |= {"min": field.min_value, "max": field.max_value}
        for key in OF_A_MEETING:
            self.fields[f"set_{key}"] = setting_field(key)
        self.order_fields([f"set_{key}" for key in OF_A_MEETING])


class BrandForm(forms.Form):
    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        help_text=gettext_lazy("Such as #1d4f7c; white letters must be readable on it. Empty: the product's own."),
        max_length=7,
        required=False,
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"), help_text=gettext_lazy("PNG or SVG, up to 256 kB."), required=False
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)


class OriginsForm(forms.Form):
    origins = forms.CharField(
        label=gettext_lazy("Pages that may show rooms"),
        help_text=gettext_lazy("One a line, such as https://example.jp. Empty: no page."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    plan = forms.BooleanField(label=gettext_lazy("Plan meetings"), required=False, initial=True)
    guests = forms.BooleanField(label=gettext_lazy("Let guests in"), required=False, initial=True)
    record = forms.BooleanField(label=gettext_lazy("Record meetings"), required=False, initial=True)


class JoinForm(forms.Form):
    """Number and pass code; a guest also gives a name."""

    number = forms.CharField(
        label=gettext_lazy("Meeting number"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    pass_code = forms.CharField(
        label=gettext_lazy("Pass code"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def __init__(self, *args: Any, signed_in: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if signed_in:
            del self.fields["name"]
