"""Which recordings somebody sees, and who looked at them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from musubu.meetings.models import Attendance, Invitee, Recording, Share
from musubu.parties import permissions
from musubu.parties.models import Organisation, Person


def _rows() -> QuerySet[Recording]:
    related = "contract__plan", "contract__organisation", "contract__provider", "sitting__meeting__host", "deleted_by"
    return Recording.objects.select_related(*related).order_by("-started_at", "-pk")


def watchable(person: Person, organisation: Organisation) -> QuerySet[Recording]:
    """Of an organisation's meetings: its administrators see all; everybody else those that they host, were in, or are
    invited to. What is put away is only seen by those who may bring it back."""
    rows = _rows().filter(contract__organisation=organisation).exclude(state=Recording.State.DELETED)
    if permissions.may(person, "meetings.manage", provider=organisation.provider, organisation=organisation):
        return rows
    was_there = Attendance.objects.filter(sitting=OuterRef("sitting"), person=person)
    invited = Invitee.objects.filter(
        meeting=OuterRef("sitting__meeting"), email__iexact=person.email, removed_at__isnull=True
    )
    hosts = Q(sitting__meeting__host=person)
    return rows.filter(
        hosts | Q(Exists(was_there), deleted_at__isnull=True) | Q(Exists(invited), deleted_at__isnull=True)
    )


def of_provider(provider_id: int) -> QuerySet[Recording]:
    """For the provider's staff: that they exist, how they stand and how large they are, never what they hold."""
    return _rows().filter(contract__provider=provider_id)


def may_decide(person: Person, recording: Recording) -> bool:
    """Host and administrators: share, delete, bring back, try again."""
    contract = recording.contract
    own = recording.sitting.meeting.host_id == person.pk
    action = "meetings.use" if own else "meetings.manage"
    return permissions.may(person, action, provider=contract.provider, organisation=contract.organisation)


def shares(recording: Recording, now: datetime) -> QuerySet[Share]:
    """Links that still open it, with how often they did."""
    rows = recording.shares.filter(revoked_at__isnull=True, expires_at__gt=now).select_related("made_by")
    return rows.annotate(views=Count("viewings")).order_by("-made_at")


def open_share(token: str, now: datetime) -> Share | None:
    """The link that a token opens now."""
    related = "recording__contract__provider", "recording__sitting__meeting__organisation"
    row = Share.objects.select_related(*related).filter(token=token, revoked_at__isnull=True).first()
    if row is None or row.expires_at <= now or row.recording.deleted_at or row.recording.state != "ready":
        return None
    return row
