"""The cast that tests and the demonstration share."""

from __future__ import annotations

from functools import lru_cache

import pyotp
from django.contrib.auth.hashers import make_password

from musubu import clock
from musubu.parties import wall
from musubu.parties.models import Membership, Organisation, Person, Provider, Role

PASSWORD = "hanabi-kosen-7-tsuru"  # noqa: S105 - of demonstration accounts, shown to everybody


@lru_cache(maxsize=1)
def _hashed() -> str:
    return make_password(PASSWORD)


def make_provider(slug: str = "musubu-demo", sandbox: bool = True) -> Provider:
    provider, _ = Provider.objects.get_or_create(
        slug=slug,
        defaults={
            "name": "株式会社むすぶ",
            "names": {"ja": "株式会社むすぶ", "en": "Musubu Inc.", "zh": "结株式会社"},
            "registration_number": "T7123456789012",
            "address": "東京都千代田区丸の内1-1-1",
            "telephone": "03-0000-0000",
            "email": f"info@{slug}.example",
            "sandbox": sandbox,
            "collection": {
                "client": "1234567890",
                "client_name": "ｶ)ﾑｽﾌﾞ",
                "bank": "0001",
                "branch": "001",
                "account": "7654321",
                "kind": "1",
                "bank_name": "ﾐｽﾞﾎ",
                "branch_name": "ﾎﾝﾃﾝ",
            },
        },
    )
    return provider


def make_person(email: str, name: str = "", language: str = "ja") -> Person:
    person, _ = Person.objects.get_or_create(
        email=email.lower(),
        defaults={
            "name": name or email.partition("@")[0],
            "language": language,
            "password": _hashed(),
            "created_at": wall.now(),
        },
    )
    return person


def make_staff(provider: Provider, role: str = Role.OWNER, email: str = "", name: str = "") -> Person:
    """Somebody of the provider, second factor set up (`person.totp_secret`)."""
    person = make_person(email or f"{role}@{provider.slug}.example", name)
    if not person.totp_secret:
        person.totp_secret, person.totp_confirmed_at = pyotp.random_base32(), wall.now()
        person.save(update_fields=["totp_secret", "totp_confirmed_at"])
    Membership.objects.get_or_create(
        person=person,
        provider=provider,
        organisation=None,
        ended_at=None,
        defaults={"role": role, "since": clock.now()},
    )
    return person


def make_organisation(
    provider: Provider,
    name: str,
    kind: str = Organisation.Kind.CONTRACTOR,
    parent: Organisation | None = None,
) -> Organisation:
    organisation, _ = Organisation.objects.get_or_create(
        provider=provider,
        name=name,
        kind=kind,
        parent=parent,
        defaults={
            "created_at": clock.now(),
            "address": "大阪府大阪市北区梅田1-1-1",
            "telephone": "06-0000-0000",
        },
    )
    return organisation


def make_member(organisation: Organisation, email: str, role: str = Role.MEMBER, name: str = "") -> Person:
    person = make_person(email, name)
    Membership.objects.get_or_create(
        person=person,
        provider=organisation.provider,
        organisation=organisation,
        ended_at=None,
        defaults={"role": role, "since": clock.now()},
    )
    return person


def make_contractor(
    provider: Provider, name: str = "株式会社さくら商事", owner_email: str = "owner@sakura.example"
) -> tuple[Organisation, Person]:
    organisation = make_organisation(provider, name)
    return organisation, make_member(organisation, owner_email, Role.OWNER)
