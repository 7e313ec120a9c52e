"""Inviting, joining, roles, leaving, passwords, switching, end clients."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from musubu.notices.models import Notice
from musubu.parties import actions, cast, wall
from musubu.parties.models import AuditEntry, Invitation, Membership, Organisation, Person, Picture, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
STRONG = "hoshi-7-kumo-tsuki"


@pytest.fixture
def world() -> Any:
    provider = cast.make_provider("demo")
    organisation, owner = cast.make_contractor(provider)
    return provider, organisation, owner


def invited(world: Any, email: str = "new@sakura.example", role: str = Role.MEMBER) -> str:
    """The path of the link that left by mail."""
    provider, organisation, owner = world
    actions.invite(provider=provider, organisation=organisation, person=owner, email=email, role=role, language="en")
    return link()


def link() -> str:
    body = Notice.objects.order_by("-pk").first().body
    return re.search(r"https?://[^/]+(/\S+)", body)[1]


def test_an_invited_person_opens_an_account_and_belongs(world: Any) -> None:
    path = invited(world)
    client = Client()
    assert client.post(path, {"name": "新", "password": "password123"}).status_code == 200
    assert not Person.objects.filter(email="new@sakura.example").exists()
    assert client.post(path, {"name": "新", "password": STRONG}).url == "/home/"
    membership = Membership.objects.get(person__email="new@sakura.example")
    assert membership.role == Role.MEMBER and membership.organisation == world[1]
    assert Client().get(path).status_code == 410
    assert path.split("/")[2] not in str(Invitation.objects.values().get())


def test_an_invitation_is_for_its_address_alone(world: Any) -> None:
    path = invited(world)
    _, stranger = cast.make_contractor(world[0], "よそ", "owner@yoso.example")
    client = Client()
    client.force_login(stranger)
    client.post(path)
    assert not Membership.objects.filter(person=stranger, organisation=world[1]).exists()
    Invitation.objects.update(expires_at=wall.now() - timedelta(days=1))
    assert client.get(path).status_code == 410


def test_a_newer_invitation_replaces_the_older_and_one_can_be_taken_back(world: Any) -> None:
    first, second = invited(world), invited(world)
    assert Client().get(first).status_code == 410 and Client().get(second).status_code == 200
    row = Invitation.objects.get(withdrawn_at__isnull=True)
    actions.withdraw_invitation(invitation=row, person=world[2])
    assert Client().get(second).status_code == 410


def test_who_may_invite(world: Any) -> None:
    provider, organisation, _ = world
    member = cast.make_member(organisation, "m@sakura.example", Role.MEMBER)
    administrator = cast.make_member(organisation, "a@sakura.example", Role.ADMINISTRATOR)
    given = {"provider": provider, "organisation": organisation, "email": "x@y.example", "language": "ja"}
    with pytest.raises(NotAllowed):
        actions.invite(**given, person=member, role=Role.MEMBER)
    with pytest.raises(NotPossible, match="Only an owner"):
        actions.invite(**given, person=administrator, role=Role.OWNER)
    with pytest.raises(NotPossible, match="no such role"):
        actions.invite(**given, person=administrator, role=Role.SALES)
    actions.invite(**given, person=administrator, role=Role.MEMBER)


def test_roles_change_and_the_last_owner_stays(world: Any) -> None:
    _, organisation, owner = world
    member = cast.make_member(organisation, "m@sakura.example", Role.MEMBER)
    row = member.memberships.get()
    actions.change_role(membership=row, person=owner, role=Role.BILLING_CONTACT)
    entry = AuditEntry.objects.get(action="members.change")
    assert entry.before == {"role": "member"} and entry.after == {"role": "billing-contact"}
    for act in (
        lambda: actions.end_membership(membership=owner.memberships.get(), person=owner),
        lambda: actions.change_role(membership=owner.memberships.get(), person=owner, role=Role.MEMBER),
    ):
        with pytest.raises(NotPossible, match="last owner"):
            act()
    actions.end_membership(membership=row, person=owner)
    client = Client()
    client.force_login(member)
    assert client.get("/contracts/").status_code == 403


def test_a_forgotten_password(world: Any) -> None:
    client = Client()
    before = Notice.objects.count()
    for email in ("nobody@x.example", world[2].email):
        assert client.post("/password/forgotten/", {"email": email}).status_code == 200
    assert Notice.objects.count() == before + 1
    path = link()
    assert client.post(path, {"password": "aaaaaaaaaa"}).status_code == 200
    assert client.post(path, {"password": STRONG}).url == "/sign-in/"
    assert client.get(path).status_code == 410
    world[2].refresh_from_db()
    assert world[2].check_password(STRONG)
    answers = [client.post("/password/forgotten/", {"email": world[2].email}) for _ in range(8)]
    assert (
        Notice.objects.filter(kind="password-reset").count() <= 5
        and b"minutes"
        in Client().post("/password/forgotten/", {"email": world[2].email}, headers={"accept-language": "en"}).content
    )
    assert all(answer.status_code == 200 for answer in answers)


def test_the_link_is_for_its_receiver_alone(world: Any) -> None:
    provider, organisation, owner = world
    cast.make_member(organisation, "a@sakura.example", Role.ADMINISTRATOR)
    invited(world)
    Notice.objects.update(sent_at=wall.now())
    for email in ("a@sakura.example", owner.email):
        client = Client()
        client.force_login(Person.objects.get(email=email))
        assert b"new@sakura.example" not in client.get("/mailbox/").content
    provider.sandbox = False
    provider.save()
    client = Client()
    client.force_login(cast.make_staff(provider, Role.OWNER))
    assert b"new@sakura.example" not in client.get("/mailbox/").content


def test_profile_password_and_switching(world: Any) -> None:
    provider, _, owner = world
    other = cast.make_organisation(provider, "株式会社べつ")
    cast.make_member(other, owner.email, Role.MEMBER)
    client = Client()
    client.force_login(owner)
    assert "株式会社さくら商事" in client.get("/home/").content.decode()
    wanted = owner.memberships.get(organisation=other)
    client.post("/switch/", {"membership": str(wanted.public_id)})
    assert "株式会社べつ" in client.get("/home/").content.decode()
    client.post("/switch/", {"membership": "00000000-0000-0000-0000-000000000000"})
    assert "株式会社べつ" in client.get("/home/").content.decode()
    client.post("/profile/", {"form": "password", "current": "wrong", "password": STRONG})
    client.post("/profile/", {"form": "password", "current": cast.PASSWORD, "password": STRONG})
    owner.refresh_from_db()
    assert owner.check_password(STRONG) and client.get("/profile/").status_code == 200
    client.post("/profile/", {"form": "details", "name": "別名", "language": "en"})
    owner.refresh_from_db()
    assert (owner.name, owner.language) == ("別名", "en")


def test_end_clients_belong_to_their_contractor(world: Any) -> None:
    provider, organisation, owner = world
    client = Client()
    client.force_login(owner)
    client.post("/clients/", {"name": "取引先", "address": "a", "telephone": "1", "email": ""})
    row = Organisation.objects.get(kind="end-client")
    assert row.parent == organisation
    client.post(f"/clients/{row.public_id}/", {"email": "e@client.example", "role": "owner", "language": "ja"})
    assert Invitation.objects.get(organisation=row).email == "e@client.example"
    _, stranger = cast.make_contractor(provider, "よそ", "owner@yoso.example")
    with pytest.raises(NotAllowed):
        actions.add_client(contractor=organisation, person=stranger, data={"name": "x"})
    with pytest.raises(NotAllowed):
        actions.update_organisation(organisation=organisation, person=stranger, data={"name": "x"})


def test_details_are_changed_with_before_and_after(world: Any) -> None:
    _, organisation, owner = world
    client = Client()
    client.force_login(owner)
    client.post("/organisation/", {"name": "新社名", "address": organisation.address, "telephone": "06-1"})
    entry = AuditEntry.objects.get(action="organisation.update")
    assert entry.before["name"] == "株式会社さくら商事" and entry.after["name"] == "新社名"


@pytest.mark.parametrize(
    ("number", "right"), [("T7123456789012", True), ("T4011001098993", True), ("T1234567890123", False)]
)
def test_the_check_digit_of_a_registration_number(number: str, right: bool) -> None:
    assert actions.check_digit(number) is right


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>1</script><circle cx="4" cy="4" r="4"/></svg>'


def test_a_logo_is_kept_as_a_picture_alone_and_can_be_left_off(world: Any) -> None:
    staff = cast.make_staff(world[0], Role.OWNER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    assert client.get("/staff/provider/logo/").status_code == 404
    for wrong in ({}, {"picture": SimpleUploadedFile("a.png", b"no picture")}):
        client.post("/staff/provider/logo/set/", wrong)
        assert "PNG or SVG file" in client.get("/staff/provider/").content.decode()
    client.post("/staff/provider/logo/set/", {"picture": SimpleUploadedFile("logo.svg", SVG)})
    kept = client.get("/staff/provider/logo/")
    assert kept["Content-Type"] == "image/svg+xml" and b"circle" in kept.content and b"script" not in kept.content
    assert client.post("/staff/provider/name/set/", {"remove": "1"}).status_code == 404
    client.post("/staff/provider/logo/set/", {"remove": "1"})
    assert client.get("/staff/provider/logo/").status_code == 404
    assert AuditEntry.objects.filter(action="provider.logo").count() == 2
    client.force_login(cast.make_staff(world[0], Role.BILLING))
    for path in ("/staff/provider/logo/", "/staff/provider/logo/set/"):
        assert client.post(path, {"picture": SimpleUploadedFile("logo.svg", SVG)}).status_code == 403
    assert Picture.objects.count() == 1


def test_the_providers_own_data(world: Any) -> None:
    provider, _, owner = world
    client = Client()
    client.force_login(cast.make_staff(provider, Role.OWNER))
    form = {"name": "新社名", "address": "a", "telephone": "1", "email": "a@b.example", "registration_number": "T12",
            "closed_days": "2026-12-29\nx", "bank": "5"}  # fmt: skip
    refused = client.post("/staff/provider/", form).content.decode()
    assert refused.count("errorlist") >= 3 and "新社名" in refused
    right = {**form, "registration_number": "T7123456789012", "closed_days": "2026-12-30 2026-12-29", "bank": ""}
    client.post("/staff/provider/", right)
    provider.refresh_from_db()
    assert (provider.name, provider.closed_days, provider.collection) == ("新社名", ["2026-12-29", "2026-12-30"], {})
    assert AuditEntry.objects.get(action="provider.update").after["name"] == "新社名"
    client.force_login(cast.make_staff(provider, Role.SUPPORT))
    assert client.get("/staff/provider/").status_code == 403
    with pytest.raises(NotAllowed):
        actions.update_provider(provider=provider, person=owner, data={"name": "x"})


def test_the_own_account_is_kept_as_bank_files_want_it(world: Any) -> None:
    """Whatever a bank would refuse is refused here, and all that an invoice prints of it is asked for."""
    provider = world[0]
    client = Client()
    client.force_login(cast.make_staff(provider, Role.OWNER))
    form = {"name": "社名", "address": "a", "telephone": "1", "email": "a@b.example", "client": "12", "account": "1234",
            "client_name": "カ）ムスブ・テック", "bank": "5", "bank_name": "ミツビシ", "branch": "1", "branch_name": "本店",
            "kind": "2"}  # fmt: skip
    for wrong in ({}, {"branch_name": ""}, {"branch_name": "ホンテン", "bank": "５"}, {"branch_name": "ホ" * 16}):
        assert "errorlist" in client.post("/staff/provider/", {**form, **wrong}).content.decode(), wrong
    assert client.post("/staff/provider/", {**form, "branch_name": "ホンテン"}).status_code == 302
    provider.refresh_from_db()
    assert provider.collection == {
        "client": "0000000012", "client_name": "ｶ)ﾑｽﾌﾞ.ﾃﾂｸ", "bank": "0005", "bank_name": "ﾐﾂﾋﾞｼ", "branch": "001",
        "branch_name": "ﾎﾝﾃﾝ", "account": "0001234", "kind": "2",
    }  # fmt: skip
