"""Search over everything that the acting person may see: one short list, the best matches of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from musubu.contracts.applications import find as applications
from musubu.contracts.views_contract import visible as contracts
from musubu.notices.views import visible as notices
from musubu.parties.models import Membership, Organisation
from musubu.parties.permissions import membership_allows
from musubu.portal import navigation

MOST = 6  # of each kind


@dataclass(frozen=True)
class Found:
    title: str
    note: str | Promise
    url: str


def find(acting: Any, text: str) -> list[Found]:
    """Pages, contracts, organisations, applications, people and messages that hold the text; one character is enough."""
    if not text:
        return []
    found = [
        Found(str(item.label), _("Page"), reverse(item.url))
        for _heading, items in navigation.menu(acting)
        for item in items
        if text.lower() in str(item.label).lower()
    ]
    for kind, action in (
        (_contracts, "contracts.read"),
        (_organisations, "organisations.read"),
        (_applications, "applications.read"),
        (_people, "members.read"),
        (_messages, "notices.read"),
    ):
        if membership_allows(acting.membership, action):
            found += kind(acting, text)
    return found


def _contracts(acting: Any, text: str) -> list[Found]:
    rows = contracts(acting).filter(Q(number__icontains=text) | Q(organisation__name__icontains=text))
    return [
        Found(
            f"{one.number} {one.organisation.name}", _("Contract"), reverse("contracts-contract", args=[one.public_id])
        )
        for one in rows.order_by("number")[:MOST]
    ]


def _organisations(acting: Any, text: str) -> list[Found]:
    if not acting.is_staff:
        return []
    rows = Organisation.objects.filter(provider=acting.provider)
    rows = rows.filter(Q(name__icontains=text) | Q(name_kana__icontains=text) | Q(telephone__icontains=text))
    return [
        Found(one.name, _("Organisation"), reverse("contracts-customer", args=[one.public_id]))
        for one in rows.order_by("name")[:MOST]
    ]


def _applications(acting: Any, text: str) -> list[Found]:
    rows = applications(acting.provider, acting.organisation).filter(organisation__name__icontains=text)
    return [
        Found(
            f"{one.organisation.name} {one.service}",
            _("Application"),
            reverse("contracts-application", args=[one.public_id]),
        )
        for one in rows[:MOST]
    ]


def _people(acting: Any, text: str) -> list[Found]:
    rows = Membership.objects.filter(provider=acting.provider, ended_at__isnull=True)
    if not acting.is_staff:
        rows = rows.filter(organisation=acting.organisation)
    rows = rows.filter(Q(person__name__icontains=text) | Q(person__email__icontains=text))
    return [
        Found(
            f"{one.person.name} {one.person.email}",
            one.organisation.name if one.organisation else one.provider.name,
            reverse("contracts-customer", args=[one.organisation.public_id])
            if acting.is_staff and one.organisation
            else reverse("parties-people"),
        )
        for one in rows.select_related("person", "organisation", "provider").order_by("pk")[:MOST]
    ]


def _messages(acting: Any, text: str) -> list[Found]:
    rows = notices(acting).filter(Q(subject__icontains=text) | Q(to_email__icontains=text))
    return [
        Found(one.subject, _("Message"), reverse("notices-message", args=[one.public_id]))
        for one in rows.order_by("-leave_at")[:MOST]
    ]
