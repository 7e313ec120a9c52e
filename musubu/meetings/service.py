"""How this room plugs into contracts: what happens to meetings when a contract opens, stops, ends and is deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from musubu.contracts.models import Contract
from musubu.contracts.services import Service
from musubu.meetings import branding
from musubu.meetings.actions.licences import stop_everything
from musubu.meetings.models import Attendance, Command, Feed, Group, Invitee, Licence, Meeting, Sitting, Space
from musubu.meetings.together import deleting

# what else is kept for a contract, deleted before its meetings: each gives how much of what it was
DELETES: list[Callable[[Contract], dict[str, int]]] = [deleting.delete_all]


class Meetings(Service):
    """Web meetings. A stopped contract's rooms end at once, with the reason shown to everybody in them."""

    def suspend(self, contract: Contract) -> None:
        super().suspend(contract)
        stop_everything(contract, "contract")

    def close(self, contract: Contract) -> None:
        super().close(contract)
        stop_everything(contract, "contract")

    def export(self, contract: Contract) -> dict[str, Any]:
        rows = Meeting.objects.filter(contract=contract).prefetch_related("invitees").order_by("pk")
        return super().export(contract) | {"meetings": [_exported(row) for row in rows]}

    def delete(self, contract: Contract) -> dict[str, int]:
        """Everything of the contract's meetings, rows and files; how much of what it was."""
        counts: dict[str, int] = {}
        for delete in DELETES:
            counts |= delete(contract)
        counts |= _delete_meetings(contract)
        shutil.rmtree(branding.folder(contract), ignore_errors=True)
        return counts | super().delete(contract)


def _exported(row: Meeting) -> dict[str, Any]:
    return {
        "title": row.title,
        "agenda": row.agenda,
        "starts_at": row.starts_at,
        "minutes": row.minutes,
        "rule": row.rule,
        "zone": row.zone,
        "invited": [{"email": one.email, "name": one.name, "role": one.role} for one in row.invitees.all()],
    }


def _delete_meetings(contract: Contract) -> dict[str, int]:
    own = {"meeting__contract": contract}
    rows = {
        "attendances": Attendance.objects.filter(sitting__meeting__contract=contract),
        "sittings": Sitting.objects.filter(**own),
        "invitees": Invitee.objects.filter(**own),
        "meetings": Meeting.objects.filter(contract=contract),
        "licences": Licence.objects.filter(contract=contract),
        "groups": Group.objects.filter(contract=contract),
    }
    counts = {name: found.count() for name, found in rows.items()}
    Command.objects.filter(meeting__contract=contract).delete()
    for found in rows.values():
        found.delete()
    others = Meeting.objects.filter(organisation=contract.organisation)
    if not others.exists():
        Feed.objects.filter(organisation=contract.organisation).delete()
    return {name: count for name, count in counts.items() if count}


SERVICE = Meetings(
    id="liveon",
    prefix="LO",
    names={"ja": "Web会議", "en": "Web meetings", "zh": "网络会议"},
    first_page="meetings-first-page",
    space=lambda: Space,
)
