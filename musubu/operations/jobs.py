"""What contracts hear of incidents and maintenance: written into their journals, some at a time, each once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.contracts.playing import local
from musubu.operations.models import Beat, Report
from musubu.parties import wall
from musubu.parties.models import Provider

BATCH = 200


def journal_reports(provider: Provider, now: datetime) -> int:
    """Total outages that are over, and maintenances that are planned; how many journal lines were written."""
    told = Q(kind=Report.Kind.MAINTENANCE, called_off_at__isnull=True) | Q(
        kind=Report.Kind.INCIDENT, impact=Report.Impact.OUTAGE, ends_at__isnull=False
    )
    written = 0
    for report in Report.objects.filter(told, provider=provider, journaled_at__isnull=True).order_by("pk"):
        written += _write(report)
        Report.objects.filter(pk=report.pk).update(journaled_at=now)
    return written


def _write(report: Report) -> int:
    key = f"report-{report.pk}"
    running = Contract.objects.filter(provider=report.provider, service=report.service, begins_on__isnull=False)
    running = running.exclude(state__in=(Contract.State.ENDED, Contract.State.PROVISIONAL))
    if report.kind == Report.Kind.INCIDENT:
        running = running.filter(begins_on__lte=local(report.starts_at).date())
    keys = running.exclude(events__key=key).order_by("pk").values_list("pk", flat=True)
    count = 0
    while batch := list(keys[:BATCH]):
        what, data = _line(report)
        for contract in Contract.objects.filter(pk__in=batch):
            actions.record_event(contract=contract, key=key, what=what, data=data)
            count += 1
    return count


def _line(report: Report) -> tuple[str, dict[str, object]]:
    if report.kind == Report.Kind.MAINTENANCE:
        return "plan-maintenance", {"starts": local(report.starts_at)}
    assert report.ends_at is not None
    return "outage", {"began": local(report.starts_at), "ends": local(report.ends_at), "cause": report.cause}


def beat(name: str) -> None:
    """A standing process says that it lives."""
    Beat.objects.update_or_create(name=name, defaults={"at": wall.now()})
