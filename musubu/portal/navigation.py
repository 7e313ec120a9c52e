"""What the menu offers: by what a person does, and only what their role may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from musubu.contracts.models import Contract
from musubu.parties.models import Organisation
from musubu.parties.permissions import membership_allows


@dataclass(frozen=True)
class Item:
    url: str  # name of the page
    label: str | Promise
    action: str
    pages: str = ""  # how the names of all pages begin that belong to it


Section = tuple[str | Promise, list[Item]]
STAFF: list[Section] = [
    ("", [Item("portal-home", _("Home"), "home.read")]),
    (
        _("Customers"),
        [
            Item("contracts-applications", _("Applications"), "applications.read"),
            Item("contracts-list", _("Contracts"), "contracts.read"),
            Item("contracts-customers", _("Organisations"), "organisations.read"),
        ],
    ),
    (
        _("Money"),
        [
            Item("billing-dashboard", _("Money at a glance"), "billing.read"),
            Item("billing-home", _("Invoices and payments"), "invoices.read"),
            Item("billing-runs", _("Monthly run"), "billing.read"),
            Item("billing-trials", _("Try prices"), "billing.trial"),
            Item("billing-deposits", _("Money in"), "payments.match"),
            Item("billing-debits", _("Direct debit"), "payments.debit"),
            Item("billing-card-desk", _("Card payments"), "payments.read"),
            Item("billing-dunning", _("Overdue"), "payments.read"),
            Item("billing-write-offs", _("Write-offs"), "payments.read"),
            Item("billing-agencies", _("Collection agents"), "payments.agency"),
            Item("billing-payouts", _("Money out"), "payments.payout"),
            Item("billing-sales-desk", _("Sellers and agents"), "billing.read"),
            Item("billing-claims-desk", _("Outage claims"), "billing.read"),
            Item("billing-equipment-desk", _("Equipment"), "equipment.read"),
            Item("billing-books", _("Books"), "billing.read"),
        ],
    ),
    (
        _("Services"),
        [
            Item("meetings-staff", _("Meetings"), "meetings.read", "meetings-"),
            Item("staff-meeting-usage", _("Use of meetings"), "meetings.read"),
        ],
    ),
    (
        _("Telling"),
        [
            Item("notices-mailbox", _("Mailbox"), "notices.read"),
            Item("notices-posts", _("Notices"), "posts.read"),
            Item("operations-reports", _("Incidents and maintenance"), "operations.read"),
        ],
    ),
    (
        _("Provider"),
        [
            Item("contracts-running", _("Services and terms"), "catalogue.read"),
            Item("parties-provider", _("Company data"), "provider.update"),
            Item("parties-people", _("People"), "members.read"),
            Item("api-keys", _("API and webhooks"), "keys.read"),
            Item("parties-audit", _("Audit log"), "audit.read"),
        ],
    ),
]
CUSTOMER: list[Section] = [
    (
        "",
        [
            Item("portal-home", _("Home"), "home.read"),
            Item("contracts-list", _("Contracts"), "contracts.read"),
            Item("contracts-applications", _("Applications"), "applications.read"),
            Item("billing-home", _("Invoices and payments"), "invoices.read"),
            Item("billing-equipment", _("Equipment"), "invoices.read"),
            Item("billing-claims", _("Outage claims"), "invoices.read"),
            Item("billing-statements", _("Statements and payouts"), "invoices.read"),
            Item("notices-mailbox", _("Messages"), "notices.read"),
        ],
    ),
    (
        _("Organisation"),
        [
            Item("parties-organisation", _("Organisation details"), "organisation.update"),
            Item("parties-people", _("People"), "members.read"),
            Item("parties-clients", _("End clients"), "clients.read"),
            Item("api-keys", _("API and webhooks"), "keys.read"),
        ],
    ),
]
# a customer's services with pages of their own: shown while there is a contract for them
SERVICES: dict[str, Item] = {"liveon": Item("meetings-home", _("Meetings"), "meetings.read", "meetings-")}
AGENT = Item("contracts-agency", _("Customers"), "organisation.read")
CLOCK = Item("portal-clock", _("Clock"), "clock.advance")


def menu(acting: Any) -> list[tuple[str | Promise, list[Item]]]:
    """Headings and pages for the acting person."""
    sections = [(heading, list(items)) for heading, items in (STAFF if acting.is_staff else CUSTOMER)]
    if acting.is_staff and acting.provider.sandbox:
        sections[-1][1].append(CLOCK)
    if acting.organisation is not None and acting.organisation.kind == Organisation.Kind.AGENT:
        sections[0][1].insert(1, AGENT)
    if acting.organisation is not None:
        sections.insert(1, (_("Services"), _services(acting.organisation)))
    allowed = [
        (heading, [item for item in items if membership_allows(acting.membership, item.action)])
        for heading, items in sections
    ]
    return [(heading, items) for heading, items in allowed if items]


def _services(organisation: Organisation) -> list[Item]:
    rows = Contract.objects.filter(organisation=organisation, service__in=SERVICES)
    used = set(rows.exclude(state=Contract.State.ENDED).values_list("service", flat=True))
    return [item for service, item in SERVICES.items() if service in used]
