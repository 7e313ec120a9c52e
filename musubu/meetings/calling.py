"""Callers by telephone: they give the meeting's number and PIN and join with plain RTP from our own call server."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.meetings import entering, tries
from musubu.meetings.models import Command, Meeting
from musubu.parties import wall

log = logging.getLogger("meetings")
PATIENCE = 5.0  # seconds for the running room to answer
LOOK = 0.1
CLOSED = {
    "locked": gettext_lazy("The room is locked. Ask the host to let you in."),
    "full": gettext_lazy("The room is full. Ask the host, or try again when somebody has left."),
    "waiting-host": gettext_lazy("The meeting begins when the host arrives."),
}  # as the running room says it
CODECS = ("pcma", "pcmu", "opus")


def admit(*, number: str, pin: str, caller: str) -> Meeting:
    """The meeting that a caller asked for; `caller` is the telephone number that calls. Raises NotAdmitted: no such
    number, wrong PIN, too many wrong ones, or not open now."""
    if tries.blocked(caller, number):
        raise entering.NotAdmitted("too-many-tries", _("Too many wrong codes. Wait 15 minutes, then try again."))
    meeting = entering.by_number(number)
    if meeting is None or (meeting.pass_code and pin.strip() != meeting.pass_code):
        tries.count(caller, number)
        raise entering.NotAdmitted("wrong-code", _("The number or the PIN is not right."))
    with clock.standing_at(meeting.provider.sandbox_now):
        entering.check_open(meeting)
    return meeting


def call_in(*, meeting: Meeting, name: str, codec: str, host: str, port: int) -> dict[str, Any]:
    """Bring a caller into the running room: their RTP is sent from and taken at host:port (codec pcma | pcmu | opus).
    {"id", "host", "port", "payload"}: where it must go. Raises NotAdmitted where nobody is in the room yet, or it is
    locked or full."""
    if codec not in CODECS:
        raise entering.NotAdmitted("codec", _("This codec is not supported: use A-law, µ-law or Opus."))
    data = {"name": name[:60], "codec": codec, "host": host, "port": port}
    row = Command.objects.create(meeting=meeting, kind="call-in", data=data, asked_at=wall.now())
    answer = _answer(row)
    if "port" not in answer:
        why = answer.get("error", "no answer")
        log.warning("%s could not be brought in: %s", meeting.number, why)
        if why in CLOSED:
            raise entering.NotAdmitted(why, str(CLOSED[why]))
        raise entering.NotAdmitted("not-running", _("The meeting has not begun. Call again in a moment."))
    return answer


def call_out(*, meeting: Meeting, caller: str) -> None:
    """The caller has hung up."""
    Command.objects.create(meeting=meeting, kind="call-out", data={"id": caller}, asked_at=wall.now())


def _answer(row: Command) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        row.refresh_from_db()
        if row.done_at:
            return dict(row.answer)
        time.sleep(LOOK)
    Command.objects.filter(pk=row.pk, done_at__isnull=True).delete()
    return {}
