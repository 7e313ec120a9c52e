"""What is over is erased: put away for a week, older than the retention rule says, of a contract that has ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from musubu.contracts.models import Contract
from musubu.meetings import defaults, queries
from musubu.meetings.actions import recordings
from musubu.meetings.models import Recording
from musubu.parties.models import Provider

State = Recording.State
BY_HAND, BY_RULE, AT_END = "recordings-deleted-by-hand", "recordings-kept-days", "recordings-at-end"


def sweep(provider: Provider, now: datetime) -> int:
    """By the provider's clock; how many recordings were erased. A legal hold stops each of them until it is lifted."""
    stop_left_running(provider)
    count = erase_put_away(provider, now) + erase_by_rule(provider, now)
    left = Recording.objects.filter(contract__provider=provider, contract__state=Contract.State.ENDED)
    for contract in Contract.objects.filter(pk__in=left.exclude(state=State.DELETED).values("contract")):
        count += erase_at_end(contract, _ending_clause(contract))
    recordings.remove_files()
    return count


def stop_left_running(provider: Provider) -> None:
    """Nobody stopped it: the process that held the room died, and the sitting was ended by another."""
    left = Recording.objects.filter(contract__provider=provider, state=State.RECORDING, sitting__ended_at__isnull=False)
    for row in left.select_related("sitting"):
        recordings.stop(recording=row, at=row.sitting.ended_at)


def _live(provider: Provider) -> Q:
    return Q(contract__provider=provider) & ~Q(state__in=(State.DELETED, State.RECORDING))


def erase_put_away(provider: Provider, now: datetime) -> int:
    rows = Recording.objects.filter(_live(provider), deleted_at__lte=now - recordings.TAKEN_BACK)
    return _count(recordings.erase(rows.select_related("contract"), clause="", scope=BY_HAND))


def erase_by_rule(provider: Provider, now: datetime) -> int:
    """Each meeting's `keep_days`, counted from when the recording began."""
    rows = Recording.objects.filter(_live(provider), started_at__lt=now - timedelta(days=1))
    spaces: dict[int, object] = {}
    due = []
    for row in rows.select_related("contract__plan", "sitting__meeting__contract__plan"):
        space = spaces.setdefault(row.contract_id, queries.space_of(row.contract))
        days = int(defaults.of_meeting(row.sitting.meeting, space)["keep_days"])  # type: ignore[arg-type]
        if days and row.started_at + timedelta(days=days) <= now:
            due.append(row)
    return _count(recordings.erase(due, clause="", scope=BY_RULE))


def erase_at_end(contract: Contract, clause: str) -> int:
    """With the contract's end nothing of it is kept: on the day after its last, under the clause that ended it."""
    rows = Recording.objects.filter(contract=contract).exclude(state=State.DELETED).select_related("contract")
    if not rows.exists():
        return 0
    for row in rows.filter(state=State.RECORDING):
        recordings.stop(recording=row)
    return _count(recordings.erase(rows, clause=ERASING.get(clause, clause), scope=AT_END))


def _ending_clause(contract: Contract) -> str:
    """For what a hold kept over the end."""
    ending = contract.outcomes.filter(what="contract.ends").order_by("-n").first()
    return ending.clause if ending else ""


# a termination under the first lets the saved files be deleted under the second
ERASING = {"LO-18.1": "LO-18.2"}


def _count(counts: dict[str, int]) -> int:
    return counts.get("recordings", 0)
