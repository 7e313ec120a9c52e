"""How recordings and figures of meetings look on pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()
CHAPTERS = {
    "joined": lambda name: _("%(name)s came in") % {"name": name},
    "left": lambda name: _("%(name)s left") % {"name": name},
    "shares": lambda name: _("%(name)s shows a screen") % {"name": name},
    "shared": lambda name: _("%(name)s stopped showing the screen") % {"name": name},
}


@register.filter
def length_of(milliseconds: int) -> str:
    """As players write it: 1:02:03 or 2:03."""
    seconds = milliseconds // 1000
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@register.filter
def size(count: int) -> str:
    if count < 100_000:
        return f"{max(1, round(count / 1000))} kB" if count else "0 kB"
    return f"{count / 1_000_000_000:.1f} GB" if count >= 1_000_000_000 else f"{count / 1_000_000:.1f} MB"


@register.filter
def seconds(milliseconds: int) -> str:
    """For the fragment of an address and the player."""
    return f"{milliseconds / 1000:.1f}"


@register.filter
def chapter(one: dict[str, Any]) -> str:
    """What a chapter is called."""
    return CHAPTERS[str(one["what"])](one["name"])


@register.filter
def state_name(state: str) -> str:
    return {
        "recording": _("is running"), "queued": _("waits to be made"), "processing": _("is being made"),
        "ready": _("ready"), "failed": _("could not be made"), "deleted": _("erased"),
    }[state]  # fmt: skip


@register.filter
def source(name: str) -> str:
    known = {
        "mic": _("microphone"), "camera": _("camera"), "screen": _("screen"), "screen-sound": _("sound of the screen"),
        "phones": _("telephones"),
    }  # fmt: skip
    return known.get(name, name)


@register.filter
def percent(hundredths: float | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.1f} %"


@register.filter
def layer_name(hundredths: float | None) -> str:
    """How fine the cameras came, of three layers: "fine (1.8)"."""
    if hundredths is None:
        return "–"
    name = _("coarse") if hundredths < 67 else _("middle") if hundredths < 134 else _("fine")
    return f"{name} ({hundredths / 100:.1f})"
