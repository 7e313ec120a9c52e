"""Claims for outages: decided by the terms at once; a carrier's money is shared among all who claimed (VG-45, LN-40, EX-33,
SC-32)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.billing.models import CarrierPool, Claim
from musubu.contracts import actions, playing
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.rules import outage as rules
from musubu.transactions import locked, whole

WHOLE = 10**12  # a share that limits nothing


@dataclass(frozen=True)
class Occasion:
    """One outage of one contract: what a claim made now would bring, and until when it can be made."""

    contract: Contract
    number: int
    outage: Any
    began_at: datetime
    last_day: date | None
    claim: Claim | None
    follows: terms.Outcome | None  # credit or claim.refused, without a carrier's limit
    shared: bool  # waits for a carrier's money

    @property
    def ended_at(self) -> datetime:
        return playing.aware(self.outage.ends)


def occasions(contract: Contract) -> list[Occasion]:
    """Every outage in a contract's journal, the newest first."""
    if contract.played_to is None:
        return []
    life = playing.played(contract, clock.now()).life
    claims = {claim.outage: claim for claim in contract.claims.select_related("pool")}
    rule = life.rule("compensation")
    found = []
    for number, outage in enumerate(life.outages, 1):
        found.append(Occasion(
            contract, number, outage, playing.aware(outage.at), rules.claim_by(life, outage, rule) if rule else None,
            claims.get(number), _follows(contract, number, {"carrier_share": WHOLE}),
            outage.cause == "carrier" and life.rule("carrier") is not None,
        ))  # fmt: skip
    return found[::-1]


def _follows(contract: Contract, number: int, more: dict[str, Any]) -> terms.Outcome | None:
    """What a claim would bring, played ahead."""
    now = playing.local(clock.now())
    event = terms.Event(now, "claim", {"outage": number, **more})
    outcomes = playing.played(contract, clock.now(), (event,)).outcomes
    return next((one for one in reversed(outcomes) if one.what in ("credit", "claim.refused")), None)


def decided(claim: Claim) -> Outcome | None:
    """What the terms said to a claim."""
    rows = claim.contract.outcomes.filter(what__in=("credit", "claim.refused")).order_by("n")
    return next((one for one in rows if one.data.get("outage") == claim.outage), None)


@whole
def make(*, contract: Contract, person: Person, outage: int, text: str = "") -> Claim:
    """The customer claims in writing (or staff note a letter). Without a carrier the terms decide at once."""
    permissions.require(person, "billing.claim", provider=contract.provider, organisation=contract.organisation)
    locked(Contract.objects).get(pk=contract.pk)
    own = {one.number: one for one in occasions(contract)}.get(outage)
    if own is None:
        raise NotPossible(_("There was no such outage."))
    if own.claim:
        return own.claim
    row = Claim.objects.create(
        contract=contract, outage=outage, service=contract.service, began_at=own.began_at, made_at=clock.now(),
        made_by=person, text=text.strip()[:500],
    )  # fmt: skip
    audit.record(
        provider=contract.provider, actor=person, action="billing.claim", subject=contract.number,
        organisation=contract.organisation, after={"outage": outage},
    )  # fmt: skip
    worth = own.follows is not None and own.follows.what == "credit"
    if not (own.shared and worth):
        _decide(row, person, {})
    return row


def _decide(claim: Claim, person: Person, more: dict[str, Any]) -> None:
    made = claim.made_at.astimezone(clock.TOKYO).date()
    actions.record_event(
        contract=claim.contract, what="claim", data={"outage": claim.outage, "made": made, **more}, person=person,
        key=f"claim-{claim.outage}",
    )  # fmt: skip
    claim.decided_at = clock.now()
    claim.save(update_fields=["decided_at", "pool", "share"])


def waiting(provider: Provider) -> dict[tuple[str, datetime], list[Claim]]:
    """Claims that wait for a carrier's money, by outage."""
    rows = Claim.objects.filter(contract__provider=provider, decided_at__isnull=True)
    found: dict[tuple[str, datetime], list[Claim]] = {}
    for row in rows.select_related("contract__organisation", "contract__terms_version").order_by("began_at", "pk"):
        found.setdefault((row.service, row.began_at), []).append(row)
    return found


@whole
def enter_pool(*, provider: Provider, person: Person, service: str, began_at: datetime, amount: int) -> CarrierPool:
    """What the carrier paid for an outage, entered once."""
    permissions.require(person, "billing.carrier-pool", provider=provider)
    if amount < 0:
        raise NotPossible(_("An amount is whole yen, 0 or more."))
    if not Claim.objects.filter(contract__provider=provider, service=service, began_at=began_at).exists():
        raise NotPossible(_("Nobody has claimed for this outage."))
    try:
        with transaction.atomic():
            row = CarrierPool.objects.create(
                provider=provider, service=service, began_at=began_at, amount=amount, entered_at=clock.now(),
                entered_by=person,
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("The carrier's payment for this outage was entered before.")) from None
    audit.record(
        provider=provider, actor=person, action="billing.carrier-pool", subject=f"{service} {began_at:%Y-%m-%d}",
        after={"amount": amount},
    )  # fmt: skip
    return row


def shares_of(pool: CarrierPool) -> list[tuple[Claim, int, int]]:
    """(claim, what its formula gives, its share) of all that wait: by the formulas' proportion, to the yen."""
    rows = Claim.objects.filter(
        contract__provider=pool.provider, service=pool.service, began_at=pool.began_at, decided_at__isnull=True
    )
    claims = list(rows.select_related("contract__organisation", "contract__terms_version").order_by("pk"))
    wanted = [_worth(claim) for claim in claims]
    return list(zip(claims, wanted, divided(pool.amount, wanted), strict=True))


def _worth(claim: Claim) -> int:
    made = claim.made_at.astimezone(clock.TOKYO).date()
    found = _follows(claim.contract, claim.outage, {"carrier_share": WHOLE, "made": made})
    return int(found.data["amount"]) if found and found.what == "credit" else 0


def divided(pool: int, wanted: Iterable[int]) -> list[int]:
    """Share a sum in proportion to what each is due, whole yen, nobody more than that: fractions are dropped, and the yen
    that are left go one each to the largest fractions, of equal ones to the earlier claim."""
    due = list(wanted)
    total = sum(due)
    if total <= pool:
        return due
    parts = [pool * one // total for one in due]
    left = pool - sum(parts)
    order = sorted(range(len(due)), key=lambda place: (-(pool * due[place] % total), place))
    for place in order[:left]:
        parts[place] += 1
    return parts


def open_until(pool: CarrierPool) -> date | None:
    """While others may still claim for this outage (EX-33.1), the pool waits."""
    rows = Claim.objects.filter(contract__provider=pool.provider, service=pool.service, began_at=pool.began_at)
    claim = rows.select_related("contract__terms_version").first()
    for one in occasions(claim.contract) if claim else ():
        if one.began_at == pool.began_at and one.last_day and one.last_day >= clock.today():
            return one.last_day
    return None


@whole
def share(*, pool: CarrierPool, person: Person) -> int:
    """Each claimant's share becomes a line of its contract's journal, once; how many."""
    permissions.require(person, "billing.carrier-pool", provider=pool.provider)
    own = locked(CarrierPool.objects).select_related("provider").get(pk=pool.pk)
    if own.shared_at:
        raise NotPossible(_("This money was shared already."))
    if last := open_until(own):
        raise NotPossible(_("Claims can be made until %(day)s. Share it after that.") % {"day": last})
    rows = shares_of(own)
    for claim, _due, part in rows:
        claim.pool, claim.share = own, part
        _decide(claim, person, {"carrier_share": part})
    own.shared_at = clock.now()
    own.save(update_fields=["shared_at"])
    audit.record(
        provider=own.provider, actor=person, action="billing.carrier-shared", subject=own.service,
        after={claim.contract.number: part for claim, _due, part in rows},
    )  # fmt: skip
    return len(rows)


def of_organisation(provider: Provider, organisation: Organisation | None) -> list[Occasion]:
    """Every outage that a customer may claim for, or claimed for."""
    contracts = Contract.objects.filter(provider=provider, events__what="outage").distinct()
    if organisation is not None:
        contracts = contracts.filter(organisation=organisation)
    rows = contracts.select_related("terms_version", "organisation").prefetch_related("events").order_by("number")
    return [one for contract in rows[:200] for one in occasions(contract)]
