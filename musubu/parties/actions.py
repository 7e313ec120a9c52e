"""The use cases about people: inviting, joining, roles, leaving, passwords, and an organisation's own details."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from musubu import clock
from musubu.parties import audit, permissions, pictures, wall
from musubu.parties.models import (
    CUSTOMER_ROLES,
    STAFF_ROLES,
    Invitation,
    Membership,
    Organisation,
    Person,
    Picture,
    Provider,
    Role,
)
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

INVITED_FOR = timedelta(days=14)
Send = Callable[[Provider, Organisation | None, str, str, str, str], None]
# who lets a letter leave: (provider, organisation, address, language, kind, path of the link); filled by site/wiring
SEND: list[Send] = []


def _tell(
    provider: Provider, organisation: Organisation | None, email: str, language: str, kind: str, path: str
) -> None:
    for send in SEND:
        send(provider, organisation, email, language, kind, path)


def roles(organisation: Organisation | None) -> tuple[Role, ...]:
    return CUSTOMER_ROLES if organisation else STAFF_ROLES


def _only_owners_make_owners(
    person: Person, provider: Provider, organisation: Organisation | None, *touched: str
) -> None:
    if Role.OWNER not in touched:
        return
    own = Membership.objects.filter(person=person, provider=provider, ended_at__isnull=True, role=Role.OWNER)
    over = [organisation.pk, organisation.parent_id] if organisation else []
    if not own.filter(Q(organisation__isnull=True) | Q(organisation__in=over)).exists():
        raise NotPossible(_("Only an owner can make, change or remove an owner. Ask one of them."))


@whole
def invite(
    *, provider: Provider, organisation: Organisation | None, person: Person, email: str, role: str, language: str
) -> Invitation:
    """Ask somebody to join; the link leaves by mail, works once and for 14 days. A newer one replaces an open one."""
    permissions.require(person, "members.invite", provider=provider, organisation=organisation)
    _only_owners_make_owners(person, provider, organisation, role)
    if role not in roles(organisation):
        raise NotPossible(_("There is no such role here. Choose one from the list."))
    address = email.strip().lower()
    members = Membership.objects.filter(provider=provider, organisation=organisation, ended_at__isnull=True)
    if members.filter(person__email=address).exists():
        raise NotPossible(_("This person belongs to it already. Change the role in the list instead."))
    row, path = _write_invitation(provider, organisation, person, address, role, language)
    _tell(provider, organisation, address, language, "invitation", path)
    return row


def invite_first_owner(*, provider: Provider, inviter: Person, email: str, role: str) -> str:
    """The path of the link by which a new provider's owner joins; nobody is there yet who could be asked."""
    return _write_invitation(provider, None, inviter, email.strip().lower(), role, "ja")[1]


def _write_invitation(
    provider: Provider, organisation: Organisation | None, person: Person, address: str, role: str, language: str
) -> tuple[Invitation, str]:
    """The row, and the path of its link, which is nowhere kept."""
    token = secrets.token_urlsafe(32)
    open_ones = Invitation.objects.filter(provider=provider, organisation=organisation, email=address)
    open_ones.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=wall.now())
    row = Invitation.objects.create(
        provider=provider,
        organisation=organisation,
        email=address,
        role=role,
        invited_by=person,
        language=language,
        sha256=_sealed(token),
        created_at=wall.now(),
        expires_at=wall.now() + INVITED_FOR,
    )
    _record(person, provider, organisation, "members.invite", address, after={"role": role})
    return row, f"/invitation/{token}/"


def _sealed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(
    person: Person | None,
    provider: Provider,
    organisation: Organisation | None,
    action: str,
    subject: str,
    before: object = None,
    after: object = None,
) -> None:
    audit.record(
        provider=provider,
        actor=person,
        action=action,
        subject=subject,
        organisation=organisation,
        before=before,
        after=after,
    )


def open_invitation(token: str) -> Invitation | None:
    """The invitation of a link, if it still works."""
    rows = Invitation.objects.select_related("provider", "organisation", "invited_by")
    return rows.filter(
        sha256=_sealed(token), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=wall.now()
    ).first()


@whole
def accept_invitation(*, invitation: Invitation, person: Person) -> Membership:
    """The invited person joins. Twice is once."""
    row = locked(Invitation.objects).get(pk=invitation.pk)
    if person.email != row.email:
        raise NotPossible(_("This invitation is for %(email)s. Sign in with that address.") % {"email": row.email})
    if row.withdrawn_at:
        raise NotPossible(_("This invitation was taken back. Ask for a new one."))
    membership, _made = Membership.objects.get_or_create(
        person=person,
        provider=row.provider,
        organisation=row.organisation,
        ended_at=None,
        defaults={"role": row.role, "since": clock.now()},
    )
    if row.accepted_at is None:
        row.accepted_at = wall.now()
        row.save(update_fields=["accepted_at"])
        _record(person, row.provider, row.organisation, "members.join", person.email, after={"role": row.role})
    return membership


@whole
def join_as_new(*, invitation: Invitation, name: str, password: str, language: str) -> Person:
    """Somebody without an account opens one and joins."""
    if Person.objects.filter(email=invitation.email).exists():
        raise NotPossible(_("This address has an account already. Sign in with it first."))
    person = Person.objects.create_user(invitation.email, password, name=name, language=language)
    accept_invitation(invitation=invitation, person=person)
    return person


@whole
def withdraw_invitation(*, invitation: Invitation, person: Person) -> None:
    permissions.require(person, "members.invite", provider=invitation.provider, organisation=invitation.organisation)
    if Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=wall.now()
    ):
        _record(person, invitation.provider, invitation.organisation, "members.withdraw", invitation.email)


def _held(membership: Membership, person: Person, action: str, new_role: str = "") -> Membership:
    """The membership, locked; whoever changes it may, and an owner stays."""
    row = locked(Membership.objects).select_related("provider", "organisation", "person")
    own = row.get(pk=membership.pk)
    permissions.require(person, action, provider=own.provider, organisation=own.organisation)
    _only_owners_make_owners(person, own.provider, own.organisation, own.role, new_role)
    if own.role == Role.OWNER and new_role != Role.OWNER:
        others = Membership.objects.filter(
            provider=own.provider, organisation=own.organisation, role=Role.OWNER, ended_at__isnull=True
        )
        if not others.exclude(pk=own.pk).exists():
            raise NotPossible(_("The last owner cannot leave or change. Make somebody else an owner first."))
    return own


@whole
def change_role(*, membership: Membership, person: Person, role: str) -> None:
    own = _held(membership, person, "members.change", role)
    if role not in roles(own.organisation):
        raise NotPossible(_("There is no such role here. Choose one from the list."))
    before, own.role = own.role, role
    own.save(update_fields=["role"])
    _record(
        person, own.provider, own.organisation, "members.change", own.person.email, {"role": before}, {"role": role}
    )


@whole
def end_membership(*, membership: Membership, person: Person) -> None:
    """The person belongs to it no longer; the same address can be invited again."""
    own = _held(membership, person, "members.end")
    if own.ended_at is None:
        own.ended_at = clock.now()
        own.save(update_fields=["ended_at"])
        _record(person, own.provider, own.organisation, "members.end", own.person.email, {"role": own.role})


def forgot_password(*, provider: Provider, email: str) -> None:
    """Let a link leave, if there is such an account; whoever asks is never told which addresses have one."""
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        return
    token = default_token_generator.make_token(person)
    path = f"/password/new/{urlsafe_base64_encode(force_bytes(person.public_id.hex))}/{token}/"
    _tell(provider, None, person.email, person.language, "password-reset", path)


def person_of_link(uid: str, token: str) -> Person | None:
    """Whose password a link may set; it works once and for an hour."""
    try:
        found = Person.objects.filter(public_id=urlsafe_base64_decode(uid).decode(), is_active=True).first()
    except (ValueError, TypeError):
        return None
    return found if found and default_token_generator.check_token(found, token) else None


@whole
def set_password(*, person: Person, password: str) -> None:
    """A new password (VG-48); every other session of the person ends with the old one."""
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    for membership in person.memberships.filter(ended_at__isnull=True).select_related("provider", "organisation"):
        _record(person, membership.provider, membership.organisation, "people.password", person.email)


@whole
def update_organisation(*, organisation: Organisation, person: Person, data: Mapping[str, str]) -> None:
    """Its name, address and how to reach it."""
    permissions.require(person, "organisation.update", provider=organisation.provider, organisation=organisation)
    before = {field: getattr(organisation, field) for field in data}
    for field, value in data.items():
        setattr(organisation, field, value)
    organisation.save(update_fields=list(data))
    changed = {field for field in data if before[field] != data[field]}
    if changed:
        _record(
            person, organisation.provider, organisation, "organisation.update", organisation.name,
            {field: before[field] for field in sorted(changed)}, {field: data[field] for field in sorted(changed)},
        )  # fmt: skip


def check_digit(number: str) -> bool:
    """Whether a registration number (T and 13 digits) has the check digit of a company's number."""
    digits = [int(one) for one in reversed(number[2:])]
    return int(number[1]) == 9 - sum(one * (1 + place % 2) for place, one in enumerate(digits)) % 9


@whole
def update_provider(*, provider: Provider, person: Person, data: Mapping[str, object]) -> None:
    """How the provider is called and reached, its registration number and its own bank account."""
    permissions.require(person, "provider.update", provider=provider)
    before = {field: getattr(provider, field) for field in data}
    for field, value in data.items():
        setattr(provider, field, value)
    provider.save(update_fields=list(data))
    changed = sorted(field for field in data if before[field] != data[field])
    if changed:
        _record(
            person, provider, None, "provider.update", provider.slug,
            {field: before[field] for field in changed}, {field: data[field] for field in changed},
        )  # fmt: skip


@whole
def set_picture(*, provider: Provider, person: Person, place: str, content: bytes | None) -> None:
    """The `logo` or the `seal` on documents that are issued from now on; None: none any more. Raises NotPossible."""
    permissions.require(person, "provider.update", provider=provider)
    before, row = getattr(provider, place), None
    if content is not None:
        kind, kept = pictures.checked(content)
        digest = hashlib.sha256(kept).hexdigest()
        row, _new = Picture.objects.get_or_create(
            provider=provider, digest=digest, defaults={"kind": kind, "content": kept}
        )
    setattr(provider, place, row)
    provider.save(update_fields=[place])
    _record(
        person, provider, None, f"provider.{place}", provider.slug,
        {place: before.digest if before else ""}, {place: row.digest if row else ""},
    )  # fmt: skip


@whole
def add_client(*, contractor: Organisation, person: Person, data: Mapping[str, str]) -> Organisation:
    """An end client of a contractor (LN-2)."""
    permissions.require(person, "clients.add", provider=contractor.provider, organisation=contractor)
    if contractor.kind != Organisation.Kind.CONTRACTOR:
        raise NotPossible(_("Only a contractor has end clients."))
    client = Organisation.objects.create(
        provider=contractor.provider,
        kind=Organisation.Kind.END_CLIENT,
        parent=contractor,
        language=contractor.language,
        created_at=clock.now(),
        **data,
    )
    _record(person, contractor.provider, contractor, "clients.add", client.name, after=dict(data))
    return client


@whole
def set_agent(*, organisation: Organisation, agent: Organisation | None, person: Person) -> None:
    """Which agent looks after a customer."""
    permissions.require(person, "organisations.agent", provider=organisation.provider)
    if agent and (agent.provider_id != organisation.provider_id or agent.kind != Organisation.Kind.AGENT):
        raise NotPossible(_("Choose an agent of this provider."))
    before, organisation.agent = organisation.agent, agent
    organisation.save(update_fields=["agent"])
    _record(
        person, organisation.provider, organisation, "organisations.agent", organisation.name,
        before.name if before else None, agent.name if agent else None,
    )  # fmt: skip
