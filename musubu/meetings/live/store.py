"""What running rooms read from and write to the database: plain functions for a few fixed threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from musubu import clock, config
from musubu.contracts import entitlements
from musubu.meetings import defaults
from musubu.meetings.models import Attendance, Barred, Command, Meeting, MeetingDocument, Sitting, Space
from musubu.parties import wall
from musubu.terms import explain
from musubu.transactions import whole

UNFINISHED = (MeetingDocument.State.WAITING, MeetingDocument.State.CONVERTING)


@dataclass
class Facts:
    """A room as the database knows it when its sitting begins or goes on."""

    meeting: int
    contract: int
    provider: int
    sitting: int
    room: str  # the sitting's public id: the room's id towards the engine
    title: str
    number: str
    pass_code: str
    link: str
    organisation: str
    language: str
    host: int
    settings: dict[str, Any]
    state: dict[str, Any]
    started_at: datetime
    ahead: timedelta  # how far the provider's clock stands before the wall's
    barred: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        """The provider's clock, which goes on while the room is open."""
        return wall.now() + self.ahead


@whole
def open_sitting(meeting_id: int) -> Facts:
    """The running sitting of a meeting; a new one where none runs."""
    row = Meeting.objects.select_related("provider", "organisation", "contract__plan").get(pk=meeting_id)
    with clock.standing_at(row.provider.sandbox_now):
        now = clock.now()
        sitting, _ = Sitting.objects.get_or_create(meeting=row, ended_at__isnull=True, defaults={"started_at": now})
    space = Space.objects.filter(contract=row.contract).first()
    return Facts(
        meeting=row.pk,
        contract=row.contract_id,
        provider=row.provider_id,
        sitting=sitting.pk,
        room=str(sitting.public_id),
        title=row.title,
        number=row.number,
        pass_code=row.pass_code,
        link=f"{config.value('MUSUBU_ADDRESS')}/m/{row.slug}/",
        organisation=row.organisation.name,
        language=row.language,
        host=row.host_id,
        settings=defaults.of_meeting(row, space),
        state=dict(sitting.state),
        started_at=sitting.started_at,
        ahead=now - wall.now(),
        barred=set(Barred.objects.filter(meeting=row).values_list("key", flat=True)),
    )


def keep_state(sitting: int, state: dict[str, Any], peak: int) -> None:
    Sitting.objects.filter(pk=sitting).update(state=state, peak=peak)


def came(row: Attendance) -> None:
    """Safe to run twice: somebody who comes back after a restart is the same attendance."""
    Attendance.objects.bulk_create([row], ignore_conflicts=True)
    Attendance.objects.filter(public_id=row.public_id).update(left_at=None, left_reason="")


def left(public_id: str, at: datetime, reason: str, talked: int) -> None:
    Attendance.objects.filter(public_id=public_id).update(left_at=at, left_reason=reason, talked_seconds=talked)


def changed(public_id: str, **fields: Any) -> None:
    Attendance.objects.filter(public_id=public_id).update(**fields)


def end_sitting(sitting: int, at: datetime, reason: str, detail: dict[str, Any], peak: int) -> None:
    Attendance.objects.filter(sitting=sitting, left_at__isnull=True).update(left_at=at, left_reason="ended")
    Sitting.objects.filter(pk=sitting, ended_at__isnull=True).update(
        ended_at=at, end_reason=reason, end_detail=detail, peak=peak
    )


def bar(meeting: int, key: str, name: str, at: datetime) -> None:
    Barred.objects.get_or_create(meeting_id=meeting, key=key, defaults={"name": name, "at": at})


def running() -> list[int]:
    """Meetings whose sitting was running when the process stopped."""
    return list(Sitting.objects.filter(ended_at__isnull=True).values_list("meeting", flat=True))


def unfinished() -> list[tuple[int, str]]:
    """Documents laid ready that were being made when the process stopped: (meeting, public id)."""
    rows = MeetingDocument.objects.filter(sitting__isnull=True, deleted_at__isnull=True, state__in=UNFINISHED)
    return [(meeting, str(key)) for meeting, key in rows.values_list("meeting", "public_id")]


def commands() -> list[Command]:
    return list(Command.objects.filter(done_at__isnull=True).order_by("pk")[:50])


def answer(command: int, answer: dict[str, Any]) -> None:
    Command.objects.filter(pk=command).update(done_at=wall.now(), answer=answer)


def why_stopped(contract: int, language: str) -> dict[str, Any]:
    """The contract's state in words: {"clause", "why": [text]}; empty while all is well."""
    from musubu.contracts.models import Contract

    state = entitlements.state(Contract.objects.get(pk=contract))
    short = language.split("-")[0]
    return {} if state.may_serve else {
        "clause": state.clause, "why": [explain.why(key, values, short) for key, values in state.why],
    }  # fmt: skip
