"""What services sell for sellers (Videog) or through agents (LearnO): handed in by the services, each record once."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing.models import Sale, Share
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms import money
from musubu.transactions import locked, whole

KINDS = ("seller", "agent")
MOST = 10**10


class OtherRecord(ValueError):
    """A record id was used before for something else: a fault of the service that hands it in."""


def rate_on(provider: Provider, organisation: Organisation, kind: str, day: date) -> str:
    """The share in per cent that counts on a day: the organisation's own before the one for all, the newest first."""
    rows = Share.objects.filter(Q(organisation=organisation) | Q(organisation__isnull=True), provider=provider)
    valid = list(rows.filter(kind=kind, valid_from__lte=day).order_by("valid_from"))
    own = [one for one in valid if one.organisation_id] or valid
    if not own:
        raise NotPossible(_("No share is agreed for %(name)s on that day.") % {"name": organisation.name})
    return own[-1].rate


@whole
def hand_in(
    *, provider: Provider, record: str, kind: str, organisation: Organisation, at: datetime, text: str, amount: int
) -> Sale:
    """Something was sold for `amount` yen with tax; the payee's share is by the rate of its day. The same record is one
    sale, also when handed in again; another content under the same id raises OtherRecord."""
    if kind not in KINDS or organisation.provider_id != provider.pk:
        raise ValueError(f"{record}: {kind!r} of {organisation.pk} is no sale of {provider.slug}")
    if not 0 < amount < MOST:
        raise ValueError(f"{record}: {amount} yen; a sale is from 1 to {MOST} yen")
    rate = rate_on(provider, organisation, kind, at.astimezone(clock.TOKYO).date())
    own = Sale(
        provider=provider, record=record, kind=kind, organisation=organisation, at=at, text=text[:200], amount=amount,
        share=money.rounded(amount * money.ratio(rate), "down"),
    )  # fmt: skip
    return _once(own)


@whole
def hand_back(*, provider: Provider, record: str, of: str, at: datetime, text: str) -> Sale:
    """A sale came back (refund, chargeback): its whole share is taken off the next statement. Once."""
    sale = locked(Sale.objects).get(provider=provider, record=of, returns__isnull=True)
    own = Sale(
        provider=provider, record=record, kind=sale.kind, organisation_id=sale.organisation_id, at=at, text=text[:200],
        amount=sale.amount, share=sale.share, returns=sale,
    )  # fmt: skip
    return _once(own)


def _once(own: Sale) -> Sale:
    try:
        with transaction.atomic():
            own.save(force_insert=True)
            return own
    except IntegrityError:
        twin = Sale.objects.filter(provider=own.provider, record=own.record).first()
    if twin is None:
        raise NotPossible(_("This sale came back already."))
    same = ("kind", "organisation_id", "at", "amount", "returns_id")
    if any(getattr(twin, name) != getattr(own, name) for name in same):
        raise OtherRecord(f"{own.record} was handed in before with another content")
    return twin


@whole
def agree(
    *, provider: Provider, person: Person, kind: str, rate: str, valid_from: date, organisation: Organisation | None
) -> Share:
    """A share in per cent from a day on, for one or for all; what was sold keeps the rate of its day."""
    permissions.require(person, "billing.shares", provider=provider)
    try:
        within = 0 < money.ratio(rate) <= 1
    except ArithmeticError:
        within = False
    if kind not in KINDS or not within:
        raise NotPossible(_("Give a share in per cent, more than 0 and up to 100, like 85 or 12.5."))
    if valid_from < clock.today():
        raise NotPossible(_("A share begins today or later; what was sold keeps its own."))
    row, _new = Share.objects.update_or_create(
        provider=provider, kind=kind, organisation=organisation, valid_from=valid_from, defaults={"rate": rate}
    )
    audit.record(
        provider=provider, actor=person, action="billing.share", subject=organisation.name if organisation else kind,
        organisation=organisation, after={"rate": rate, "from": f"{valid_from}"},
    )  # fmt: skip
    return row
