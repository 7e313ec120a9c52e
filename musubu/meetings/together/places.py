"""Where content of meetings lies, and which of it belongs to a room."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from musubu import config
from musubu.contracts import holds
from musubu.contracts.models import Contract
from musubu.meetings import defaults
from musubu.meetings.models import Attendance, Meeting, Sitting, Space
from musubu.meetings.models.meetings import Role
from musubu.refusals import NotPossible

M = TypeVar("M", bound=Model)
HOSTS = (Role.HOST, Role.CO_HOST)


def folder(contract: Contract, kind: str) -> Path:
    """Of one kind of files of a contract (`files`, `documents`); it goes with the contract."""
    path = config.var() / "files" / "meetings" / str(contract.public_id) / kind
    path.mkdir(parents=True, exist_ok=True)
    return path


def of_room(rows: QuerySet[M], meeting: Meeting, sitting: Sitting | int) -> QuerySet[M]:
    """What somebody in the room sees of the meeting's rows. A meeting's people stay the same over its dates, so they
    find everything again; a personal room sees different people every time, so each sitting begins empty."""
    found = rows.filter(meeting=meeting)
    if hasattr(rows.model, "deleted_at"):
        found = found.filter(deleted_at__isnull=True)
    if meeting.kind == Meeting.Kind.PERSONAL:
        found = found.filter(Q(sitting=sitting) | Q(sitting__isnull=True))
    return found


def refuse_held(contract: Contract) -> None:
    """Raises NotPossible while a legal hold keeps what the contract has (LO-16.2)."""
    if hold := holds.standing(contract):
        raise NotPossible(_("This is preserved under %(clause)s and cannot be deleted now.") % {"clause": hold.clause})


def settings_now(sitting: Sitting) -> dict[str, Any]:
    """The room's settings with what its host changed while it runs."""
    meeting = sitting.meeting
    space = Space.objects.filter(contract=meeting.contract).first()
    return defaults.of_meeting(meeting, space) | dict(sitting.state.get("settings", {}))


def may(attendance: Attendance, setting: str) -> bool:
    """Whether one of the room's settings (`chat`, `draw`, `share`) includes this person now."""
    allowed = settings_now(attendance.sitting)[setting]
    return (
        allowed == "everybody"
        or attendance.role in HOSTS
        or (allowed == "presenters" and attendance.role == Role.PRESENTER)
    )
