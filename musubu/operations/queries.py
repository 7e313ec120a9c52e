"""What the status page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from musubu.contracts import services
from musubu.operations.models import Report
from musubu.parties.models import Provider

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Standing:
    """A service and how it stands: "active", "degraded", "outage" or "maintenance", with its open reports."""

    service: services.Service
    state: str
    reports: list[Report]


def standings(provider: Provider, now: datetime) -> list[Standing]:
    rows = Report.objects.filter(provider=provider, starts_at__lte=now, called_off_at__isnull=True)
    going_on = list(rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now)).order_by("starts_at"))
    return [_standing(one, [row for row in going_on if row.service == one.id]) for one in services.all_services()]


def _standing(service: services.Service, reports: list[Report]) -> Standing:
    states = {"maintenance" if row.kind == Report.Kind.MAINTENANCE else row.impact for row in reports}
    worst = next((state for state in ("outage", "degraded", "maintenance") if state in states), "active")
    return Standing(service, worst, reports)


def coming(provider: Provider, now: datetime) -> list[Report]:
    rows = Report.objects.filter(provider=provider, starts_at__gt=now, called_off_at__isnull=True)
    return list(rows.order_by("starts_at"))


def past(provider: Provider, now: datetime) -> list[Report]:
    rows = Report.objects.filter(provider=provider, ends_at__lte=now, starts_at__gt=now - KEPT)
    return list(rows.filter(called_off_at__isnull=True).prefetch_related("updates").order_by("-starts_at")[:50])
