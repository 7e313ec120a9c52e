"""How presences are told on pages."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from musubu.meetings.models import Attendance

register = template.Library()


@register.filter
def kind_name(kind: str) -> str:
    return {"member": _("member"), "guest": _("guest"), "phone": _("telephone")}.get(kind, kind)


@register.filter
def role_name(role: str) -> str:
    known = {"host": _("host"), "co-host": _("co-host"), "presenter": _("presenter"), "attendee": _("attendee")}
    return known.get(role, role)


@register.filter
def left_why(reason: str) -> str:
    known = {
        "left": _("left"), "lost": _("the connection broke"), "removed": _("was removed"),
        "taken-over": _("went on at another terminal"), "ended": _("the meeting ended"),
    }  # fmt: skip
    return known.get(reason, reason)


@register.filter
def end_reason(reason: str) -> str:
    known = {
        "empty": _("The last person left."), "host": _("The host ended it for everybody."),
        "measure": _("A measure of the provider ended it."), "contract": _("The contract stopped or ended."),
        "api": _("It was ended by a program of your company."), "service": _("The service was restarted."),
    }  # fmt: skip
    return known.get(reason, reason)


@register.filter
def stayed(one: Attendance) -> int | None:
    """Minutes."""
    return round((one.left_at - one.joined_at).total_seconds() / 60) if one.left_at else None
