"""What a room does unless somebody chose otherwise: built in, then the contract's space, then the meeting."""

from __future__ import annotations

from typing import Any

from musubu.meetings.models import Licence, Meeting, Space

DEFAULTS: dict[str, Any] = {
    "lobby": "guests",  # who waits to be let in: nobody | guests | everybody
    "guests": True,  # people without an account may come
    "before_host": False,  # others may come in before the host
    "mute_on_entry": False,
    "unmute_self": True,  # attendees may unmute by themselves
    "share": "everybody",  # who may share a screen or document: hosts | presenters | everybody
    "draw": "everybody",  # who may draw on board and documents: hosts | presenters | everybody
    "chat": "everybody",  # hosts (only to and from hosts) | everybody
    "record": "hosts",  # who may record: nobody | hosts
    "capacity": 100,  # people at once
    "video_kbps": 1_500,  # what a camera may send
    "screen_kbps": 2_500,
    "keep_days": 0,  # recordings are deleted after so many days; 0: at the contract's end
}
CHOICES: dict[str, tuple[Any, ...]] = {  # what each of these may be set to
    "lobby": ("nobody", "guests", "everybody"),
    "guests": (True, False),
    "before_host": (True, False),
    "mute_on_entry": (True, False),
    "unmute_self": (True, False),
    "share": ("hosts", "presenters", "everybody"),
    "draw": ("hosts", "presenters", "everybody"),
    "chat": ("hosts", "everybody"),
    "record": ("nobody", "hosts"),
}
LIMITS = {"capacity": (2, 1_000), "video_kbps": (100, 4_000), "screen_kbps": (300, 8_000), "keep_days": (0, 3_650)}
RIGHTS = {"record": True, "guests": True, "plan": True}  # of a licence's holder without a group


def of_contract(space: Space | None) -> dict[str, Any]:
    """The contract's defaults."""
    return DEFAULTS | {key: value for key, value in (space.settings if space else {}).items() if key in DEFAULTS}


def of_meeting(meeting: Meeting, space: Space | None) -> dict[str, Any]:
    """The settings that count for a meeting's room; the plan's capacity is the most."""
    found = of_contract(space) | {key: value for key, value in meeting.settings.items() if key in DEFAULTS}
    most = meeting.contract.plan.limits.get("capacity")
    if most:
        found["capacity"] = min(found["capacity"], most)
    return found


def rights(licence: Licence | None) -> dict[str, bool]:
    """What a licence's holder may do."""
    if licence is None:
        return dict.fromkeys(RIGHTS, False)
    return RIGHTS | (licence.group.rights if licence.group else {})
