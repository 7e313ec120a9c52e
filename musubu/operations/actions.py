"""The use cases of incidents and maintenance."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from musubu import clock
from musubu.operations.models import Report, Update
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.simulate import CAUSES
from musubu.transactions import locked, whole


@whole
def open_incident(
    *, provider: Provider, person: Person, service: str, impact: str, titles: dict[str, str], starts_at: datetime
) -> Report:
    """Something is broken; the status page says so from now on."""
    permissions.require(person, "incidents.open", provider=provider)
    if starts_at > clock.now():
        raise NotPossible(_("An incident starts now or has started already. Plan a maintenance instead."))
    report = Report.objects.create(
        provider=provider,
        service=service,
        kind=Report.Kind.INCIDENT,
        impact=impact,
        titles=titles,
        starts_at=starts_at,
        author=person,
        created_at=clock.now(),
    )
    _record(report, person, "incidents.open")
    return report


@whole
def plan_maintenance(
    *,
    provider: Provider,
    person: Person,
    service: str,
    impact: str,
    titles: dict[str, str],
    starts_at: datetime,
    ends_at: datetime,
) -> Report:
    """Announced on the status page at once; every running contract is told by the last lawful day of its terms."""
    permissions.require(person, "maintenance.plan", provider=provider)
    if starts_at <= clock.now():
        raise NotPossible(_("A maintenance is planned before it starts. Choose a later moment."))
    if ends_at <= starts_at:
        raise NotPossible(_("It ends before it starts. Check both moments."))
    report = Report.objects.create(
        provider=provider,
        service=service,
        kind=Report.Kind.MAINTENANCE,
        impact=impact,
        titles=titles,
        starts_at=starts_at,
        ends_at=ends_at,
        cause="maintenance",
        author=person,
        created_at=clock.now(),
    )
    _record(report, person, "maintenance.plan")
    return report


def _held(report: Report, person: Person, action: str) -> Report:
    own = locked(Report.objects).select_related("provider").get(pk=report.pk)
    permissions.require(person, action, provider=own.provider)
    return own


def _record(report: Report, person: Person, action: str) -> None:
    audit.record(
        provider=report.provider,
        actor=person,
        action=action,
        subject=report.titles["ja"],
        after={"service": report.service, "starts": report.starts_at, "ends": report.ends_at, "cause": report.cause},
    )


@whole
def say(*, report: Report, person: Person, texts: dict[str, str]) -> Update:
    own = _held(report, person, "incidents.say")
    return Update.objects.create(report=own, at=clock.now(), texts=texts, author=person)


@whole
def resolve(*, report: Report, person: Person, ends_at: datetime, cause: str) -> None:
    """The incident is over. A total outage is then written into the journal of every contract that was running."""
    own = _held(report, person, "incidents.resolve")
    if own.kind != Report.Kind.INCIDENT or own.called_off_at:
        raise NotPossible(_("Only an incident is resolved; a maintenance ends by itself."))
    if own.ends_at:
        return
    if cause not in CAUSES:
        raise NotPossible(_("Choose a cause from the list."))
    if not own.starts_at <= ends_at <= clock.now():
        raise NotPossible(_("The end lies between the start and now."))
    own.ends_at, own.cause = ends_at, cause
    own.save(update_fields=["ends_at", "cause"])
    _record(own, person, "incidents.resolve")


@whole
def call_off(*, report: Report, person: Person) -> None:
    """A maintenance that has not started does not take place."""
    own = _held(report, person, "maintenance.plan")
    if own.kind != Report.Kind.MAINTENANCE or own.starts_at <= clock.now():
        raise NotPossible(_("Only a maintenance that has not started can be called off."))
    if own.called_off_at is None:
        own.called_off_at = clock.now()
        own.save(update_fields=["called_off_at"])
        _record(own, person, "maintenance.call-off")
