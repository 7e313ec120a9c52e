"""How presences are told on pages."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from musubu.meetings.models import Attendance
from musubu.meetings.together_words import CONTEXT

register = template.Library()
PROBLEMS = {  # of documents; all of these stand in `together_words`
    "unreadable": "This document cannot be read. Open it on your computer, save it again or as PDF, and bring it anew.",
    "locked": "This document asks for a password. Save it without one and bring it anew.",
    "slow": "This document takes too long to prepare. Save it as PDF and bring that.",
    "many-pages": "This document has more than 1,000 pages. Bring the part that you need.",
}


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
def document_problem(problem: str) -> str:
    """Why a document cannot be shown, as the room says it."""
    return pgettext(CONTEXT, PROBLEMS.get(problem, PROBLEMS["unreadable"]))


@register.filter
def stayed(one: Attendance) -> int | None:
    """Minutes."""
    return round((one.left_at - one.joined_at).total_seconds() / 60) if one.left_at else None
