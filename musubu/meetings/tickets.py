"""Signed slips: a ticket lets somebody open the room's socket, a resume token brings them back to their own chair."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core import signing

from musubu import config

TICKET, RESUME = "meetings.ticket", "meetings.resume"
TICKET_SECONDS = 600  # from the page to the room
RESUME_SECONDS = 24 * 3600


class TicketError(ValueError):
    """The slip is forged, damaged or too old: the page must be loaded again."""


@dataclass(frozen=True)
class Ticket:
    """Who comes, as the web process found out: nothing of it is taken from the browser again."""

    meeting: int
    attendance: str  # public id that this person gets in the room
    name: str
    role: str
    kind: str  # member | guest
    language: str
    person: int | None = None
    licence: int | None = None
    mark: str = ""  # kept by a guest's browser, to keep out whom the host removed
    admitted: bool = False  # no need to wait in the lobby (again)
    record: bool = False  # may record, by the rights of the licence's group
    sitting: int = 0  # with a resume token: the sitting it belongs to

    @property
    def key(self) -> str:
        """By which somebody is kept out. A guest whose browser keeps nothing, as in another site's frame, is known by
        their chair alone: else all of them would be one."""
        return f"person:{self.person}" if self.person else f"guest:{self.mark or self.attendance}"

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=TICKET)

    def token(self, **now: Any) -> str:
        """A resume token: the same person, as they stand now."""
        return signing.dumps(asdict(replace(self, **now)), salt=RESUME)


def read(slip: str, *, resume: bool = False) -> Ticket:
    """Raises TicketError."""
    try:
        data = signing.loads(
            slip, salt=RESUME if resume else TICKET, max_age=RESUME_SECONDS if resume else TICKET_SECONDS
        )
        return Ticket(**data)
    except (signing.BadSignature, TypeError) as error:
        raise TicketError(str(error)) from error


def fresh_id() -> str:
    return str(uuid.uuid4())


def room_secret(room: str) -> str:
    """The engine's secret of one room: the same after a restart, and known to nobody who lacks ours."""
    return hmac.new(config.secret("janus-room").encode(), room.encode(), hashlib.sha256).hexdigest()[:40]
