"""Who may do what: one table of actions by role, asked by every use case and every page."""

from __future__ import annotations

from fnmatch import fnmatchcase

from django.core.exceptions import PermissionDenied

from musubu.parties.models import Membership, Organisation, Person, Provider, Role

# A dotted action, or a pattern over it. Whatever no line names, nobody may do.
STAFF: dict[str, tuple[str, ...]] = {
    Role.OWNER: ("*",),
    Role.SALES: (
        "*.read", "applications.*", "catalogue.*", "contracts.*", "organisations.*", "customers.*",
        "members.*", "posts.*", "notices.*", "letters.*", "events.*", "licences.*", "clock.*", "billing.trial",
    ),
    Role.BILLING: ("*.read", "billing.*", "invoices.*", "payments.*", "charges.*", "contracts.measure", "contracts.lift",
                   "contracts.record", "events.*", "notices.*", "clock.*"),
    Role.SUPPORT: ("*.read", "contracts.record", "events.*", "notices.*", "letters.*", "posts.*", "requests.*", "cases.*",
                   "members.invite", "clock.*"),
    Role.OPERATIONS: ("*.read", "contracts.measure", "contracts.lift", "contracts.hold", "contracts.record", "events.*", "operations.*",
                      "incidents.*", "maintenance.*", "posts.*", "status.*", "clock.*", "meetings.retry", "api.*", "webhooks.*", "keys.*"),
    Role.AUDITOR: ("*.read",),
}  # fmt: skip
_RUNS_THE_ORGANISATION = (
    "organisation.*", "organisations.read", "members.*", "clients.*", "services.*",
    "contracts.read", "contracts.cancel", "contracts.stop-renewal", "contracts.stop_renewal", "contracts.resume-renewal",
    "contracts.resume_renewal", "contracts.change", "contracts.register", "contracts.use", "contracts.conclude",
    "contracts.responsible", "contracts.documents", "licences.register", "licences.read",
    "applications.read", "applications.start", "applications.save", "applications.submit", "applications.withdraw",
    "catalogue.read", "invoices.*", "payments.*", "billing.*", "charges.read", "documents.read", "notices.read",
    "requests.*", "api.*", "keys.*", "webhooks.*", "home.read", "terms.*", "meetings.*",
)  # fmt: skip
CUSTOMER: dict[str, tuple[str, ...]] = {
    Role.OWNER: _RUNS_THE_ORGANISATION,
    Role.ADMINISTRATOR: _RUNS_THE_ORGANISATION,
    Role.BILLING_CONTACT: (
        "organisation.read", "members.read", "contracts.read", "invoices.*", "payments.*", "billing.*", "charges.read",
        "documents.read", "catalogue.read", "applications.read", "notices.read", "requests.*", "home.read", "services.*", "terms.read",
        "meetings.read", "meetings.use",
    ),
    Role.MEMBER: (
        "organisation.read", "contracts.read", "services.*", "contracts.use", "catalogue.read", "notices.read", "requests.*",
        "home.read", "terms.read", "meetings.read", "meetings.use",
    ),
}  # fmt: skip


class NotAllowed(PermissionDenied):
    """This person's role does not include the action."""


def role_allows(role: str, action: str, *, staff: bool) -> bool:
    patterns = (STAFF if staff else CUSTOMER).get(role, ())
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def membership_allows(membership: Membership, action: str) -> bool:
    return role_allows(membership.role, action, staff=membership.organisation_id is None)


def may(person: object, action: str, *, provider: Provider, organisation: Organisation | None = None) -> bool:
    """Whether one of the person's memberships, in the provider or in the organisation, includes the action."""
    if not isinstance(person, Person) or not person.is_active:
        return False
    if organisation is not None and organisation.provider_id != provider.pk:
        return False
    live = Membership.objects.filter(person=person, provider=provider, ended_at__isnull=True)
    over = {organisation.pk, organisation.parent_id} if organisation else set()
    return any(
        membership_allows(membership, action)
        for membership in live
        if membership.organisation_id is None or membership.organisation_id in over
    )


def require(person: object, action: str, *, provider: Provider, organisation: Organisation | None = None) -> None:
    if not may(person, action, provider=provider, organisation=organisation):
        raise NotAllowed(action)
