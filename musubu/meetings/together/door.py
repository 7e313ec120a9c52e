"""Who may fetch what a meeting keeps: people who are in it or were, shown by their room's token, a short link or sign-in.

A browser in a room has no session when its person is a guest, so it shows the room's token in a header. Downloads are
followed by the browser without headers: for them a link is made that opens one address for two minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest

from musubu.contracts import entitlements
from musubu.meetings import tickets
from musubu.meetings.models import Attendance, Barred, ChatMessage, Meeting, SharedFile, Sitting
from musubu.meetings.together.places import HOSTS

HEADER = "X-Room"
SALT = "meetings.link"
LINK_LIVES = timedelta(minutes=2)


@dataclass(frozen=True)
class Visitor:
    """Somebody's presences in one meeting; `host`: its host, or one who had a host's role in it."""

    attendances: tuple[Attendance, ...]
    host: bool

    @property
    def ids(self) -> set[str]:
        return {str(one.public_id) for one in self.attendances}

    def was_in(self, sitting_id: int | None) -> bool:
        return sitting_id is None or any(one.sitting_id == sitting_id for one in self.attendances)


def link(attendance: Attendance, path: str) -> str:
    """The address with what opens it for a moment."""
    return f"{path}?k={signing.dumps([str(attendance.public_id), path], salt=SALT)}"


def in_room(request: HttpRequest) -> Attendance | None:
    """Who asks from a running room, by the token in the header; nobody once they or the sitting are gone."""
    try:
        ticket = tickets.read(request.headers.get(HEADER, ""), resume=True)
    except tickets.TicketError:
        return None
    rows = Attendance.objects.select_related("sitting__meeting__contract", "sitting__meeting__provider")
    found = rows.filter(public_id=ticket.attendance, sitting=ticket.sitting, sitting__ended_at__isnull=True).first()
    return (
        found
        if found and found.left_reason not in ("removed", "taken-over") and not _barred(found, ticket.key)
        else None
    )


def _barred(attendance: Attendance, key: str) -> bool:
    return Barred.objects.filter(meeting=attendance.sitting.meeting_id, key=key).exists()


def visitor(request: HttpRequest, meeting: Meeting) -> Visitor | None:
    """What somebody is to a meeting; none: nothing, so they learn nothing of it."""
    if not entitlements.state(meeting.contract).may_serve:
        return None
    rows = Attendance.objects.filter(sitting__meeting=meeting).exclude(left_reason="removed")
    user = request.user
    if HEADER in request.headers:
        here = in_room(request)
        found = [here] if here and here.sitting.meeting_id == meeting.pk else []
    elif "k" in request.GET:
        found = list(rows.filter(public_id__in=_linked(request)))
    elif user.is_authenticated:
        found = list(rows.filter(person=user))
        if user.pk == meeting.host_id:
            return Visitor(tuple(found), host=True)
    else:
        found = []
    return Visitor(tuple(found), any(one.role in HOSTS for one in found)) if found else None


def _linked(request: HttpRequest) -> list[str]:
    try:
        attendance, path = signing.loads(request.GET["k"], salt=SALT, max_age=LINK_LIVES)
    except (signing.BadSignature, ValueError, TypeError):
        return []
    return [attendance] if path == request.path else []


def may_see(who: Visitor, meeting: Meeting, sitting: Sitting | int | None) -> bool:
    """A personal room's content is for those who were there; another meeting's is for its people."""
    key = sitting.pk if isinstance(sitting, Sitting) else sitting
    return (
        meeting.kind != Meeting.Kind.PERSONAL
        or meeting.host_id in {one.person_id for one in who.attendances}
        or (who.was_in(key))
    )


def may_fetch(who: Visitor, file: SharedFile) -> bool:
    """A file that was given to one person only is for these two."""
    if not may_see(who, file.meeting, file.sitting_id):
        return False
    messages = list(ChatMessage.objects.filter(file=file).values_list("sender", "to"))
    if str(file.attendance) in who.ids or (not messages and file.use == SharedFile.Use.BOARD):
        return True
    return any(to is None or {str(sender), str(to)} & who.ids for sender, to in messages)
