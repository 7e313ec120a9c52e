"""Catalogue, applications, acceptances, contracts, their journal and outcomes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from musubu.parties.models import Organisation, Provider, public_id


class TermsVersion(models.Model):
    """One published version of a service's terms: the figures (TOML text) and the texts that people accept."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="terms_versions")
    service = models.CharField(max_length=20)  # liveon | exaas | simpleconnect | videog | learno
    version = models.PositiveIntegerField()
    figures = models.TextField()  # a terms file, as `musubu terms check` reads it
    texts = models.JSONField()  # {"ja": markdown, "en": …, "zh": …}
    effective_on = models.DateField()
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "service", "version"], name="terms_version_once")
        ]


class Plan(models.Model):
    """What a service is sold as."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="plans")
    service = models.CharField(max_length=20)
    code = models.SlugField()
    names = models.JSONField()  # {"ja", "en", "zh"}
    summaries = models.JSONField()
    features = models.JSONField(default=list)  # [{"ja","en","zh"}, …]
    form = models.CharField(max_length=12, blank=True)  # liveon: monthly | multi-month | spot
    months = models.PositiveSmallIntegerField(default=1)
    limits = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "service", "code"], name="plan_once")]


class Option(models.Model):
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="options")
    service = models.CharField(max_length=20)
    code = models.SlugField()
    names = models.JSONField()
    summaries = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "service", "code"], name="option_once")]


class Price(models.Model):
    """A dated price, in whole yen before tax; the newest that is valid counts, older ones stay (SC-9.5)."""

    plan = models.ForeignKey(Plan, models.CASCADE, null=True, blank=True, related_name="prices")
    option = models.ForeignKey(Option, models.CASCADE, null=True, blank=True, related_name="prices")
    valid_from = models.DateField()
    monthly_fee = models.PositiveIntegerField()
    initial_fee = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(plan__isnull=False) ^ models.Q(option__isnull=False), name="price_of_one_thing"
            ),
            models.UniqueConstraint(fields=["plan", "valid_from"], name="plan_price_once_a_day"),
            models.UniqueConstraint(fields=["option", "valid_from"], name="option_price_once_a_day"),
        ]


class Area(models.Model):
    """EX-5: a prefecture, and whether the network can be provided there."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="areas")
    prefecture = models.CharField(max_length=20)
    region = models.JSONField()
    available = models.BooleanField(default=True)
    note = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "prefecture"], name="area_once")]


class Terminal(models.Model):
    """LO-5.1: a browser and system on which the service was verified to work, from a version on."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="terminals")
    browser = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    system = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)  # pc | phone
    verified_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "browser", "system"], name="terminal_once")
        ]


class Application(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="applications")
    service = models.CharField(max_length=20)
    plan = models.ForeignKey(Plan, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="applications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    step = models.PositiveSmallIntegerField(default=1)
    data = models.JSONField(default=dict)  # what was typed, by field name
    options = models.JSONField(default=list)  # option codes
    language = models.CharField(max_length=7, default="ja")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    refusal_ground = models.CharField(max_length=40, blank=True)  # key of a ground under the service's refusal clause
    refusal_note = models.TextField(blank=True)


class Contract(models.Model):
    """A journal of events under one version of the terms. What follows is worked out, never typed in."""

    class State(models.TextChoices):
        PROVISIONAL = "provisional"  # accepted, not yet concluded (start notice or licence key under way)
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    number = models.CharField(max_length=20)  # e.g. SC-000123, per provider
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="contracts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contracts")
    application = models.OneToOneField(Application, models.PROTECT, null=True, blank=True, related_name="contract")
    service = models.CharField(max_length=20)
    plan = models.ForeignKey(Plan, models.PROTECT)
    terms_version = models.ForeignKey(TermsVersion, models.PROTECT)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="responsible_for"
    )  # LN-31, EX-8
    particulars = models.JSONField()  # the [contract] table of a scenario: monthly_fee, options, payment, …
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.PROVISIONAL
    )  # cache of the journal's result
    begins_on = models.DateField(null=True, blank=True)
    term_to = models.DateField(null=True, blank=True)  # last day of the running term
    ends_on = models.DateField(null=True, blank=True)  # known last day, once cancelled or ended
    free_since = models.DateTimeField(null=True, blank=True)  # the plan fell to Free (VG-11.4)
    played_to = models.DateTimeField(null=True, blank=True)
    next_deadline = models.DateTimeField(null=True, blank=True, db_index=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "number"], name="contract_number_once")]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One line of a contract's journal: append-only, in order of time."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="events")
    n = models.PositiveIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    key = models.CharField(max_length=80, blank=True)  # idempotency: the same key is one event

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "n"], name="event_in_order"),
            models.UniqueConstraint(fields=["contract", "key"], condition=~models.Q(key=""), name="event_once"),
        ]


class Outcome(models.Model):
    """One thing that followed, with its clause and why; `n` is its position in the contract's play."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="outcomes")
    n = models.PositiveIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=30)
    clause = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    why = models.JSONField(default=list)
    effected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "n"], name="outcome_once")]
        indexes: ClassVar = [models.Index(fields=["contract", "what"])]


class Acceptance(models.Model):
    """That a person accepted a text: version, language, time, and the very words by their hash."""

    provider = models.ForeignKey(Provider, models.PROTECT)
    application = models.ForeignKey(Application, models.PROTECT, null=True, blank=True, related_name="acceptances")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="acceptances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    person_name = models.CharField(max_length=120)
    document = models.CharField(max_length=40)  # terms | anti-social-forces | privacy | …
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=7)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()


class LicenceKey(models.Model):
    """LO-6, LO-8: the key that is delivered, and with which its user registers once."""

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="licence_key")
    sha256 = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    delivered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)


class StartNotice(models.Model):
    """EX-9.1: the registered, non-forwarding letter whose arrival concludes the contract."""

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="start_notice")
    start_on = models.DateField()
    posted_at = models.DateTimeField(null=True, blank=True)
    tracking_number = models.CharField(max_length=20, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)


class DeletionRecord(models.Model):
    """That data was deleted: of which contract, how much, under which clause."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="deletions")
    at = models.DateTimeField()
    clause = models.CharField(max_length=20)
    scope = models.CharField(max_length=40)
    counts = models.JSONField(default=dict)


class Hold(models.Model):
    """LO-16.2 and the like: while one stands, nothing that the contract's customer kept is deleted."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="holds")
    clause = models.CharField(max_length=20)
    ground = models.CharField(max_length=40)  # key of a ground under the clause
    note = models.TextField(blank=True)
    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(lifted_at__isnull=True), name="one_standing_hold"
            )
        ]


class ClockRun(models.Model):
    """A sandbox's clock on its way: asked for on a page, carried out by a worker, followed and stopped from the page."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="clock_runs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    begins_at = models.DateTimeField()  # by the sandbox's clock
    to = models.DateTimeField()
    stands_at = models.DateTimeField()
    outcomes = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)  # kind of outcome -> how many
    beat_at = models.DateTimeField(null=True, blank=True)  # by the wall: a worker is at it
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider"], condition=models.Q(ended_at__isnull=True), name="one_clock_run_at_a_time"
            )
        ]


class RateTable(models.Model):
    """What use of a service costs from a day on: rows {"prefix", "seconds", "block", "call"}, yen as text; `monthly`
    holds {"included", "tiers"} as `rating.Table.parse` reads them. Never changed: a new table has its own day."""

    public_id = models.UUIDField(default=public_id, unique=True, editable=False)

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="rate_tables")
    service = models.CharField(max_length=20)
    valid_from = models.DateField()
    rows = models.JSONField()
    monthly = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "service", "valid_from"], name="rate_table_once")
        ]


class UsageRecord(models.Model):
    """One metered use that a service handed in, rated by its own day, charged in `month`."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="usage_records")
    record = models.CharField(max_length=80)  # the service's own id: the same record counts once
    at = models.DateTimeField()
    number = models.CharField(max_length=20, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    metric = models.CharField(max_length=30, blank=True)  # what is counted where it is no call, e.g. transfer_gb
    quantity = models.PositiveBigIntegerField(default=0)
    milli = models.PositiveBigIntegerField()  # thousandths of a yen; what is counted by tiers has none of its own
    month = models.DateField()  # the first day of the month with which it is charged
    table = models.ForeignKey(RateTable, models.PROTECT, null=True, related_name="+")  # that rated it
    outcome = models.PositiveIntegerField(null=True)  # the charge that it went into

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "record"], name="usage_record_once")]
        indexes: ClassVar = [models.Index(fields=["contract", "month"])]
