"""Licences, groups, room defaults, branding, embedding; what a measure and the end of a contract do."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from musubu.contracts import services
from musubu.meetings import branding, defaults, embedding, entering, queries
from musubu.meetings.actions import licences, planning, settings
from musubu.meetings.models import Attendance, Command, Group, Licence, Meeting, Sitting, Space
from musubu.meetings.tests.company import START, Company, suspend
from musubu.parties import actions as people
from musubu.parties import cast, pictures
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible


def test_no_more_licences_than_were_bought(company: Company) -> None:
    assert queries.bought(company.contract) == 10
    for n in range(8):
        holder = cast.make_member(company.organisation, f"m{n}@sakura.example")
        licences.assign(contract=company.contract, person=company.owner, holder=holder)
    with pytest.raises(NotPossible, match="All 10"):
        licences.assign(contract=company.contract, person=company.owner, holder=company.unlicensed)
    again = licences.assign(contract=company.contract, person=company.owner, holder=company.member)
    assert (
        again == queries.licence_of(company.contract, company.member)
        and queries.licences(company.contract).count() == 10
    )


def test_a_released_licence_takes_its_room_along_and_brings_it_back(company: Company) -> None:
    room = planning.personal_room(contract=company.contract, person=company.member)
    company.runs(room)
    licence = queries.licence_of(company.contract, company.member)
    for _twice in range(2):
        licences.release(licence=licence, person=company.owner)
    room.refresh_from_db()
    assert room.cancelled_at and Command.objects.filter(meeting=room, kind="end").count() == 1
    with pytest.raises(NotPossible):
        company.plan(person=company.member)
    licences.assign(contract=company.contract, person=company.owner, holder=company.member)
    room.refresh_from_db()
    assert room.cancelled_at is None and company.plan(person=company.member)


def test_who_leaves_the_organisation_frees_the_licence(company: Company) -> None:
    people.end_membership(membership=company.member.memberships.get(), person=company.owner)
    assert queries.licences(company.contract).count() == 1
    cast.make_member(company.organisation, company.member.email)
    licences.assign(contract=company.contract, person=company.owner, holder=company.member)
    assert Licence.objects.filter(holder=company.member, ended_at__isnull=True).count() == 1


def test_only_administrators_manage(company: Company) -> None:
    _, stranger = cast.make_contractor(company.provider, "株式会社よそ", "owner@yoso.example")
    staff = cast.make_staff(company.provider, Role.OPERATIONS)
    licence, contract = queries.licence_of(company.contract, company.member), company.contract
    for person in (company.member, stranger, staff):
        for act in (
            lambda who: licences.assign(contract=contract, person=who, holder=company.unlicensed),
            lambda who: licences.release(licence=licence, person=who),
            lambda who: licences.save_group(contract=contract, person=who, name="g", rights={}),
            lambda who: settings.set_defaults(contract=contract, person=who, values={"lobby": "nobody"}),
            lambda who: settings.set_branding(contract=contract, person=who, colour="", logo=None),
            lambda who: settings.set_origins(contract=contract, person=who, typed=""),
        ):
            with pytest.raises(NotAllowed):
                act(person)
    with pytest.raises(NotPossible, match="belongs"):
        licences.assign(contract=contract, person=company.owner, holder=stranger)


def test_groups_give_rights(company: Company) -> None:
    contract, owner = company.contract, company.owner
    group = licences.save_group(contract=contract, person=owner, name="営業", rights={"plan": True})
    licence = queries.licence_of(contract, company.member)
    licences.put_into_group(licence=licence, person=owner, group=group)
    assert defaults.rights(queries.licence_of(contract, company.member)) == {
        "record": False,
        "guests": False,
        "plan": True,
    }
    with pytest.raises(NotPossible, match="already"):
        licences.save_group(contract=contract, person=owner, name="営業", rights={})
    licences.delete_group(group=group, person=owner)
    assert all(defaults.rights(queries.licence_of(contract, company.member)).values()) and not Group.objects.exists()


def test_defaults_of_the_contract_hold_in_its_rooms(company: Company) -> None:
    contract, owner = company.contract, company.owner
    settings.set_defaults(contract=contract, person=owner, values={"lobby": "everybody", "capacity": 50, "evil": 1})
    space = Space.objects.get(contract=contract)
    assert space.settings == {"lobby": "everybody", "capacity": 50}
    meeting = company.plan(settings={"lobby": "nobody"})
    assert defaults.of_meeting(meeting, space)["lobby"] == "nobody"
    for wrong in ({"lobby": "x"}, {"capacity": 1}, {"capacity": "many"}, {"video_kbps": 9_999_999}):
        with pytest.raises(NotPossible):
            settings.set_defaults(contract=contract, person=owner, values=wrong)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2) -> bytes:
    rows = zlib.compress(b"".join(b"\0" + b"\x1d\x4f\x7c" * width for _row in range(2)))
    head = struct.pack(">IIBBBBB", width, 2, 8, 2, 0, 0, 0)
    return (
        pictures.PNG
        + chunk(b"IHDR", head)
        + chunk(b"tEXt", b"Author\0secret")
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


HOSTILE = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" onload="a()">
<script>alert(1)</script><style>@import "//evil"</style><image xlink:href="//evil"/><a xlink:href="javascript:a()"><path d="M0"/></a>
<path d="M0 0h9" fill="url(//evil)" onclick="a()"/><foreignObject><p/></foreignObject><circle r="3" fill="url(#g)"/></svg>"""


def test_a_logo_is_a_picture_and_nothing_else(company: Company) -> None:
    kind, plain = pictures.checked(png())
    assert kind == "png" and b"secret" not in plain and plain.endswith(chunk(b"IEND", b""))
    kind, plain = pictures.checked(HOSTILE)
    assert kind == "svg" and b"M0 0h9" in plain and b"url(#g)" in plain
    for evil in (b"script", b"onload", b"onclick", b"evil", b"href", b"foreignObject", b"style"):
        assert evil not in plain
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    for wrong in (
        b"GIF89a",
        png()[:-20],
        png().replace(b"secret", b"SECRET"),
        png(3_000),
        bomb,
        b"<svg",
        b"x" * 300_000,
    ):
        with pytest.raises(NotPossible):
            pictures.checked(wrong)


def test_branding_is_kept_and_shown_with_a_readable_colour(company: Company) -> None:
    contract, owner = company.contract, company.owner
    settings.set_branding(contract=contract, person=owner, colour="#1D4F7C", logo=png())
    space = Space.objects.get(contract=contract)
    shown = branding.of(contract, space)
    assert shown["colour"] == "#1d4f7c" and f"/meetings/{contract.public_id}/logo/" in shown["logo"]
    assert branding.file_of(contract, space)[1] == "image/png"
    with pytest.raises(NotPossible, match=r"contrast 1\.1"):
        settings.set_branding(contract=contract, person=owner, colour="#ffff00", logo=None)
    with pytest.raises(NotPossible, match="six letters"):
        settings.set_branding(contract=contract, person=owner, colour="red;}", logo=None)
    settings.set_branding(contract=contract, person=owner, colour="", logo=None, remove_logo=True)
    assert branding.of(contract, Space.objects.get(contract=contract)) == {"logo": "", "colour": ""}


def test_only_secure_pages_may_embed(company: Company) -> None:
    typed = "https://example.jp/page\nwww.example.com:8443 http://localhost:3000 https://example.jp"
    settings.set_origins(contract=company.contract, person=company.owner, typed=typed)
    assert embedding.ancestors(company.contract) == [
        "https://example.jp", "https://www.example.com:8443", "http://localhost:3000",
    ]  # fmt: skip
    for wrong in ("http://example.jp", "javascript:alert(1)", "https://*", "ftp://x.example", "https://a.example:x"):
        with pytest.raises(NotPossible):
            settings.set_origins(contract=company.contract, person=company.owner, typed=wrong)


def test_a_measure_ends_what_runs_and_lets_nobody_in(company: Company) -> None:
    meeting = company.plan()
    company.runs(meeting)
    suspend(company)
    command = Command.objects.get()
    assert (command.kind, command.contract, command.data) == ("end", company.contract, {"reason": "contract"})
    with pytest.raises(entering.NotAdmitted) as refused:
        entering.ticket(meeting=meeting, person=company.owner)
    assert refused.value.why == "suspended"
    services.get("liveon").suspend(company.contract)
    assert Command.objects.count() == 1


def test_at_the_end_everything_is_deleted_with_its_counts(company: Company) -> None:
    meeting = company.plan(guests=(planning.Guest("a@b.example"),))
    sitting = company.runs(meeting)
    Attendance.objects.create(sitting=sitting, kind="guest", name="客", role="attendee", joined_at=START)
    settings.set_branding(contract=company.contract, person=company.owner, colour="#1d4f7c", logo=png())
    other = _another_company(company)
    plug: Any = services.get("liveon")
    assert plug.export(company.contract)["meetings"][-1]["title"] == "定例"
    counts = plug.delete(company.contract)
    assert counts["meetings"] == 3 and counts["attendances"] == counts["sittings"] == counts["invitees"] == 1
    assert counts["licences"] == 2 and not branding.folder(company.contract).exists()
    assert not Meeting.objects.filter(contract=company.contract).exists() and not Sitting.objects.exists()
    assert plug.delete(company.contract) == {} and Meeting.objects.filter(contract=other).exists()


def _another_company(company: Company) -> Any:
    from musubu.contracts import actions as contracts

    organisation, owner = cast.make_contractor(company.provider, "株式会社ふじ", "owner@fuji.example")
    plan = company.provider.plans.get(service="liveon", code="yearly")
    row = contracts.open_contract(provider=company.provider, organisation=organisation, plan=plan, responsible=owner)
    contracts.conclude(contract=row)
    licences.assign(contract=row, person=owner, holder=owner)
    return row
