"""What a meeting left behind: who was there, what was written, shown, drawn and voted, recordings, why it ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from musubu import clock
from musubu.contracts.views_contract import closed
from musubu.meetings import queries
from musubu.meetings import queries_recordings as reads
from musubu.meetings.models import Attendance, Meeting, Sitting
from musubu.meetings.templatetags.sitting_words import kind_name, left_why, role_name
from musubu.meetings.together import door
from musubu.meetings.together import queries as together
from musubu.meetings.views_gate import allows, person
from musubu.meetings.views_home import tabs
from musubu.parties.decorators import acting_of, customer_required
from musubu.tables import csv_file

View = Callable[..., HttpResponseBase]


def at_sitting(view: View) -> View:
    """Pages about one sitting: its host, those who were in it, those invited, and administrators. Staff of the
    provider are no party to it."""

    @customer_required("meetings.read")
    @wraps(view)
    def guarded(request: HttpRequest, public_id: object, *args: Any, **more: Any) -> HttpResponseBase:
        acting = acting_of(request)
        rows = Sitting.objects.filter(meeting__organisation=acting.organisation, public_id=str(public_id))
        row = rows.select_related("meeting__contract__plan", "meeting__host", "meeting__provider").first()
        if row is None or not _may_see(request, row):
            raise Http404
        return closed(request, row.meeting.contract) or view(request, row, *args, **more)

    return guarded


def _may_see(request: HttpRequest, row: Sitting) -> bool:
    who = person(request)
    if allows(request, "meetings.manage") or row.attendances.filter(person=who).exists():
        return True
    return queries.concerning(Meeting.objects.filter(pk=row.meeting_id), who).exists()


@at_sitting
def summary(request: HttpRequest, sitting: Sitting) -> HttpResponseBase:
    acting = acting_of(request)
    visitor = door.visitor(request, sitting.meeting)
    inside = visitor is not None and (visitor.host or visitor.was_in(sitting.pk))
    context = tabs(request, sitting.meeting.contract) | {
        "sitting": sitting,
        "meeting": sitting.meeting,
        "people": sitting.attendances.order_by("joined_at", "pk"),
        "recordings": reads.watchable(acting.person, acting.organisation).filter(sitting=sitting),
        "inside": inside,
        "knows_meeting": queries.visible(sitting.meeting.contract, person(request))
        .filter(pk=sitting.meeting_id)
        .exists(),
    }
    if visitor and inside:  # what was said and shown is for those who were there
        context |= {
            "chat": together.messages(sitting, visitor.ids),
            "files": together.shared_files(sitting, visitor.ids),
            "documents": together.documents(sitting),
            "boards": together.drawn_boards(sitting),
            "polls": together.results(sitting, host=visitor.host),
        }
    return render(request, "meetings/sitting.html", context)


@at_sitting
def attendance(request: HttpRequest, sitting: Sitting) -> HttpResponseBase:
    """The list of who was there, as a file for spreadsheets."""
    heading = [_("Name"), _("As"), _("Role"), _("Came"), _("Left"), _("Minutes"), _("Talked (s)"), _("How it ended")]
    rows = [_line(one) for one in sitting.attendances.order_by("joined_at", "pk")]
    return csv_file("attendance", heading, rows)


def _line(one: Attendance) -> list[Any]:
    came = one.joined_at.astimezone(clock.TOKYO)
    left = one.left_at.astimezone(clock.TOKYO) if one.left_at else None
    minutes = round((left - came).total_seconds() / 60) if left else None
    return [
        one.name, kind_name(one.kind), role_name(one.role), came.isoformat(timespec="seconds"),
        left.isoformat(timespec="seconds") if left else "", minutes, one.talked_seconds, left_why(one.left_reason),
    ]  # fmt: skip
