"""What a meeting is reached by: the slug of its link, its number and its pass code, none of which can be guessed."""

from __future__ import annotations

import secrets

from musubu import config
from musubu.meetings.models import Meeting

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
SLUG, NUMBER, CODE = 20, 10, 6


def slug() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(SLUG))


def number() -> str:
    """One that no meeting has."""
    while True:
        found = str(secrets.randbelow(9 * 10 ** (NUMBER - 1)) + 10 ** (NUMBER - 1))
        if not Meeting.objects.filter(number=found).exists():
            return found


def pass_code() -> str:
    return f"{secrets.randbelow(10**CODE):0{CODE}}"


def spaced(number: str) -> str:
    """A number as people read it aloud: 123 456 7890."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def digits(typed: str) -> str:
    """What was typed, with spaces, hyphens or full-width digits, as plain digits."""
    return "".join(str(int(one)) for one in typed if one.isdecimal())


def path(meeting: Meeting) -> str:
    """The room's page."""
    return f"/m/{meeting.slug}/"


def link(meeting: Meeting) -> str:
    return config.value("MUSUBU_ADDRESS") + path(meeting)
