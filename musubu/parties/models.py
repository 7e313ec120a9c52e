"""Providers, organisations, people, memberships, and the append-only audit log."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


def public_id() -> uuid.UUID:
    return uuid.uuid4()


class Provider(models.Model):
    """Who runs the services. A sandbox provider has a clock of its own."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict)  # {"ja": …, "en": …, "zh": …}
    registration_number = models.CharField(max_length=14, blank=True)  # qualified invoice issuer, T + 13 digits
    address = models.CharField(max_length=300, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    closed_days = models.JSONField(default=list)  # ISO dates
    # the own account for bank files: client, client_name (kana), bank, branch, account, kind, bank_name, branch_name
    collection = models.JSONField(default=dict)
    # on documents; an issued one keeps the picture of its day
    logo = models.ForeignKey("Picture", models.PROTECT, null=True, blank=True, related_name="+")
    seal = models.ForeignKey("Picture", models.PROTECT, null=True, blank=True, related_name="+")
    sandbox = models.BooleanField(default=False)
    sandbox_now = models.DateTimeField(null=True, blank=True)  # where the sandbox clock stands

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sandbox=True) | models.Q(sandbox_now__isnull=True),
                name="clock_only_in_sandbox",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Picture(models.Model):
    """A picture of the provider's that stands, or once stood, on documents. Never changed or deleted."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="pictures")
    digest = models.CharField(max_length=64)  # SHA-256 of the content, by which documents name it
    kind = models.CharField(max_length=3)  # png | svg
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "digest"], name="picture_once")]


class Organisation(models.Model):
    """An agent, a contractor, or an end client of a contractor."""

    class Kind(models.TextChoices):
        AGENT = "agent"
        CONTRACTOR = "contractor"
        END_CLIENT = "end-client"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="organisations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )  # end client → contractor
    agent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="customers")
    name = models.CharField(max_length=200)
    name_kana = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=7, default="ja")  # ja | en | zh-hans
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **more: object) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **more)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody who signs in; what they may do comes from memberships alone."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=7, default="ja")
    is_active = models.BooleanField(default=True)
    totp_secret = models.CharField(max_length=64, blank=True)
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code works once
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = People()

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner"
    SALES = "sales"
    BILLING = "billing"
    SUPPORT = "support"
    OPERATIONS = "operations"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    BILLING_CONTACT = "billing-contact"
    MEMBER = "member"


STAFF_ROLES = (Role.OWNER, Role.SALES, Role.BILLING, Role.SUPPORT, Role.OPERATIONS, Role.AUDITOR)
CUSTOMER_ROLES = (Role.OWNER, Role.ADMINISTRATOR, Role.BILLING_CONTACT, Role.MEMBER)


class Membership(models.Model):
    """A person's role: in the provider (no organisation) or in an organisation."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=models.Q(ended_at__isnull=True, organisation__isnull=False),
                name="one_role_in_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["person", "provider"],
                condition=models.Q(ended_at__isnull=True, organisation__isnull=True),
                name="one_role_in_a_provider",
            ),
        ]


class Invitation(models.Model):
    """Somebody is asked by mail to join the provider (no organisation) or an organisation; only the link's hash is kept."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    language = models.CharField(max_length=7, default="ja")
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class AuditEntry(models.Model):
    """One act: who, when, from where, what, under which clause, before and after; chained by hash. Append-only: a
    trigger in the database refuses to change or delete a row."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="audit")
    n = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(Person, models.PROTECT, null=True, blank=True)
    actor_name = models.CharField(max_length=120)  # "system" where no person acted
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    clause = models.CharField(max_length=20, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "n"], name="audit_in_order")]


class SignInAttempts(models.Model):
    """Failed attempts by account and by address; too many lock it for a while."""

    key = models.CharField(max_length=300, unique=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """Replaces the second factor once; only its hash is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="recovery_codes")
    sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)
