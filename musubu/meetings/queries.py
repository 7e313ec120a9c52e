"""Reads over meetings and licences that pages, the API and the room share."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from musubu.contracts import entitlements
from musubu.contracts.models import Contract
from musubu.meetings.models import Attendance, Group, Licence, Meeting, Sitting, Space
from musubu.parties import permissions
from musubu.parties.models import Membership, Organisation, Person

SERVICE = "liveon"


def contracts_of(organisation: Organisation) -> QuerySet[Contract]:
    """Its contracts for meetings, the running ones first."""
    rows = Contract.objects.filter(organisation=organisation, service=SERVICE).select_related("plan", "organisation")
    return rows.order_by("-begins_on", "-pk")


def is_open(contract: Contract) -> bool:
    """Whether rooms of the contract may be entered and planned now (LO-6, LO-17.2, LO-18)."""
    return entitlements.state(contract).may_serve and not entitlements.unregistered(contract)


def space_of(contract: Contract) -> Space | None:
    return Space.objects.filter(contract=contract, deleted_at__isnull=True).first()


def bought(contract: Contract) -> int:
    """How many licences the plan holds."""
    return int(contract.plan.limits.get("licences", 0))


def licences(contract: Contract) -> QuerySet[Licence]:
    """Licences in use: their holders still belong to the organisation."""
    belongs = Membership.objects.filter(
        person=OuterRef("holder"), organisation=contract.organisation_id, ended_at__isnull=True
    )
    rows = Licence.objects.filter(Exists(belongs), contract=contract, ended_at__isnull=True)
    return rows.select_related("holder", "group").order_by("since", "pk")


def licence_of(contract: Contract, person: Person) -> Licence | None:
    return licences(contract).filter(holder=person).first()


def groups(contract: Contract) -> QuerySet[Group]:
    live = Prefetch("licences", licences(contract), to_attr="held")
    return Group.objects.filter(contract=contract).prefetch_related(live).order_by("name")


def manages(person: Person, contract: Contract) -> bool:
    return permissions.may(person, "meetings.manage", provider=contract.provider, organisation=contract.organisation)


def of_contract(contract: Contract) -> QuerySet[Meeting]:
    rows = Meeting.objects.filter(contract=contract).select_related("host", "contract", "organisation")
    return rows.prefetch_related("moved_dates")


def concerning(rows: QuerySet[Meeting], person: Person) -> QuerySet[Meeting]:
    """Those that the person hosts or is invited to."""
    invited = Q(invitees__email__iexact=person.email, invitees__removed_at__isnull=True)
    return rows.filter(Q(host=person) | invited).distinct()


def visible(contract: Contract, person: Person) -> QuerySet[Meeting]:
    """Administrators see all meetings of the contract, everybody else their own and those they are invited to."""
    rows = of_contract(contract)
    return rows if manages(person, contract) else concerning(rows, person)


def planned_between(rows: QuerySet[Meeting], since: datetime, until: datetime) -> QuerySet[Meeting]:
    """Meetings with a date that may lie in [since, until); `dates.of_all` says which."""
    series = Q(starts_at__lt=until) & (Q(ends_at__isnull=True) | Q(ends_at__gt=since))
    moved = Q(moved_dates__starts_at__lt=until, moved_dates__starts_at__gte=since)
    return rows.filter(series | moved, cancelled_at__isnull=True, starts_at__isnull=False).distinct()


def running(rows: QuerySet[Meeting]) -> QuerySet[Sitting]:
    """Sittings that go on now, with who is there in `present`."""
    there = Attendance.objects.filter(left_at__isnull=True).order_by("joined_at")
    found = Sitting.objects.filter(meeting__in=rows, ended_at__isnull=True)
    found = found.select_related("meeting__host", "meeting__contract", "meeting__organisation")
    return found.prefetch_related(Prefetch("attendances", there, to_attr="present")).order_by("started_at")
