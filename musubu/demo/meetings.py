"""Meetings of the demonstration: licences, a group, a weekly and a single meeting, a branded contract, past meetings."""

from __future__ import annotations

import re
from datetime import timedelta

from musubu import clock
from musubu.contracts import applications
from musubu.contracts.models import Contract
from musubu.demo import sittings
from musubu.meetings import queries
from musubu.meetings.actions import licences, planning, preparing, settings
from musubu.meetings.actions.planning import Guest, Wish
from musubu.meetings.repeating import Repetition
from musubu.notices.models import Notice
from musubu.parties.models import Membership, Person, Provider, Role

LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 60"><circle cx="30" cy="30" r="20" fill="#b93a64"/>
<path d="M30 14c4 6 4 10 0 16c-4-6-4-10 0-16M30 46c4-6 4-10 0-16c-4 6-4 10 0 16M14 30c6 4 10 4 16 0c-6-4-10-4-16 0M46 30c-6 4-10 4-16 0c6-4 10-4 16 0" fill="#ffffff"/>
<text x="62" y="40" font-family="sans-serif" font-size="28" font-weight="700" fill="#7a1f40">Sakura</text></svg>"""
COLOUR = "#a02a55"
OUTSIDE = (Guest("hayashi@torihiki.example", "林"), Guest("li@partner.example", "李"))


def seed(provider: Provider) -> None:
    """For the first customer of meetings. Safe to run again."""
    assert provider.sandbox_now is not None
    with clock.standing_at(provider.sandbox_now):
        rows = Contract.objects.filter(provider=provider, service=queries.SERVICE, state=Contract.State.ACTIVE)
        contract = rows.select_related("plan", "organisation", "responsible", "provider").order_by("pk").first()
        if contract is None or contract.meeting_groups.exists():
            return
        owner = contract.responsible
        for person in _people(contract)[:3]:
            licences.assign(contract=contract, person=owner, holder=person)
        _rich(contract, owner)


def register(contract: Contract, owner: Person) -> None:
    """As its user does: with the key that came by mail (LO-6)."""
    mail = Notice.objects.filter(contract=contract, kind="licence-key").order_by("pk").first()
    found = re.search(r"\b[0-9A-F]{4}(-[0-9A-F]{4}){3}\b", mail.body) if mail else None
    if found:
        applications.register_key(key=found[0], person=owner)


def _people(contract: Contract) -> list[Person]:
    """The organisation's people, those who run it first."""
    order = [Role.OWNER, Role.ADMINISTRATOR, Role.MEMBER, Role.BILLING_CONTACT]
    rows = Membership.objects.filter(organisation=contract.organisation, ended_at__isnull=True).select_related("person")
    return [row.person for row in sorted(rows, key=lambda row: (order.index(Role(row.role)), row.pk))]


def _rich(contract: Contract, owner: Person) -> None:
    group = licences.save_group(
        contract=contract, person=owner, name="営業部", rights={"plan": True, "guests": True, "record": False}
    )
    held = list(queries.licences(contract))
    licences.put_into_group(licence=held[-1], person=owner, group=group)
    settings.set_branding(contract=contract, person=owner, colour=COLOUR, logo=LOGO)
    colleagues = tuple(Guest(one.holder.email, one.holder.name) for one in held[1:])
    morning = clock.now().astimezone(clock.TOKYO).replace(hour=9, minute=30, second=0, microsecond=0)
    monday = morning + timedelta(days=(7 - morning.weekday()) % 7 or 7)
    planning.plan(
        contract=contract, person=owner,
        wish=Wish("週次定例", monday, 60, "前週の実績、今週の予定、相談", repeat=Repetition("weekly"), guests=colleagues, remind=True),
    )  # fmt: skip
    coming = planning.plan(
        contract=contract, person=owner,
        wish=Wish("新製品のご説明", morning + timedelta(days=1, hours=4), 90, guests=OUTSIDE + colleagues[:1]),
    )  # fmt: skip
    told = {"question": "次のご説明はいつがよいですか", "options": ["今週中", "来週", "来月"]}
    preparing.poll(meeting=coming, person=owner, told=told)
    sittings.seed(contract, [one.holder for one in held], OUTSIDE)
