"""The use cases of a contract's life. The only writers of the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.contracts import effects, playing
from musubu.contracts.models import Application, Contract, Event, Option, Plan, Price, TermsVersion
from musubu.parties import audit, permissions
from musubu.parties.models import Membership, Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.simulate import KEYS
from musubu.transactions import locked, whole


@whole
def record_event(
    *,
    contract: Contract,
    what: str,
    data: Mapping[str, Any] | None = None,
    person: Person | None = None,
    at: datetime | None = None,
    key: str = "",
) -> Event:
    """Write one line of the journal and carry out all that follows up to that moment. The same key is one event."""
    contract_row = locked(Contract.objects).select_related("terms_version", "provider", "responsible")
    own = contract_row.get(pk=contract.pk)
    if key and (twin := Event.objects.filter(contract=own, key=key).first()):
        return twin
    last = own.events.order_by("-n").first()
    _check_amounts(what, data or {})
    moment = at or clock.now()
    if last and moment < last.at:
        moment = last.at
    event = Event.objects.create(
        contract=own,
        n=last.n + 1 if last else 1,
        at=moment,
        what=what,
        data=playing.stored(what, data or {}),
        person=person,
        key=key,
    )
    try:
        with effects.batch(own.pk):
            playing.advance(own, max(moment, own.played_to or moment))
    except terms.EventError as error:
        raise NotPossible(error.said(get_language() or "ja")) from error
    contract.refresh_from_db()
    return event


MOST_YEN = 10**10  # of one event: more is a slip of the finger


def _check_amounts(what: str, data: Mapping[str, Any]) -> None:
    """Whatever brings yen into a journal, form, file, API or service: whole, not negative, not absurd."""
    for key, (kind, _required) in KEYS.get(what, {}).items():
        amount = data.get(key, 0)
        if kind == "yen" and (isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= MOST_YEN):
            raise NotPossible(
                _("%(amount)s is not possible as %(key)s: give whole yen from 0 to %(most)s.")
                % {"amount": amount, "key": key, "most": f"{MOST_YEN:,}"}
            )


def particulars(plan: Plan, on: date, options: list[str], more: Mapping[str, Any]) -> dict[str, Any]:
    """The [contract] table of a contract for a plan at the prices of a day."""
    price = Price.objects.filter(plan=plan, valid_from__lte=on).order_by("-valid_from").first()
    if price is None:
        raise NotPossible(_("This plan has no price on that day."))
    chosen = {}
    for option in Option.objects.filter(provider=plan.provider, service=plan.service, code__in=options):
        current = Price.objects.filter(option=option, valid_from__lte=on).order_by("-valid_from").first()
        chosen[option.code] = current.monthly_fee if current else 0
    table: dict[str, Any] = {"monthly_fee": price.monthly_fee, "initial_fee": price.initial_fee, "options": chosen}
    if plan.form:
        table["form"] = plan.form
    if plan.service in ("liveon", "videog", "learno") and plan.form != "monthly":
        table["months"] = plan.months
    table["closed_days"] = list(plan.provider.closed_days)
    return table | dict(more)


@whole
def open_contract(
    *,
    provider: Provider,
    organisation: Organisation,
    plan: Plan,
    responsible: Person,
    application: Application | None = None,
    options: list[str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Contract:
    """A contract that is accepted and not yet concluded, with the provider's next number for the service."""
    locked(Provider.objects).get(pk=provider.pk)
    prefix = terms.PREFIXES[plan.service]
    count = Contract.objects.filter(provider=provider, service=plan.service).count()
    version = TermsVersion.objects.filter(provider=provider, service=plan.service, effective_on__lte=clock.today())
    contract = Contract.objects.create(
        number=f"{prefix}-{count + 1:06}",
        provider=provider,
        organisation=organisation,
        application=application,
        service=plan.service,
        plan=plan,
        terms_version=version.order_by("-version")[:1].get(),
        responsible=responsible,
        particulars=particulars(plan, clock.today(), options or [], more or {}),
        created_at=clock.now(),
    )
    audit.record(
        provider=provider, actor=None, action="contracts.open", subject=contract.number, organisation=organisation
    )
    return contract


def conclude(*, contract: Contract, person: Person | None = None, at: datetime | None = None) -> Event:
    """The moment that the service's terms name has come (LO-8.1, SC-7, VG-4, LN-12.1, EX-9.1). Twice is once."""
    return record_event(contract=contract, what="concluded", person=person, at=at, key="concluded")


def _acted(contract: Contract, person: Person, action: str, clause: str = "", after: Any = None) -> None:
    audit.record(
        provider=contract.provider,
        actor=person,
        action=action,
        subject=contract.number,
        organisation=contract.organisation,
        clause=clause,
        after=after,
    )


def _twin(contract: Contract, key: str) -> Event | None:
    """The line that a repeated request wrote before."""
    locked(Contract.objects).get(pk=contract.pk)
    return Event.objects.filter(contract=contract, key=key).first() if key else None


def _allowed(contract: Contract, person: Person, action: str) -> None:
    permissions.require(person, action, provider=contract.provider, organisation=contract.organisation)
    if contract.state == Contract.State.PROVISIONAL:
        raise NotPossible(_("This contract is not concluded yet. Wait until it is."))
    if contract.state == Contract.State.ENDED:
        raise NotPossible(_("This contract has ended; nothing more can be done with it."))


@whole
def cancel(*, contract: Contract, person: Person, wish: date | None = None, key: str = "") -> Event:
    """The customer cancels, with a wished day or without."""
    permissions.require(person, "contracts.cancel", provider=contract.provider, organisation=contract.organisation)
    if twin := _twin(contract, key or "cancel"):
        return twin
    _allowed(contract, person, "contracts.cancel")
    _acted(contract, person, "contracts.cancel", after={"wish": wish.isoformat() if wish else None})
    return record_event(
        contract=contract, what="cancel", data={"wish": wish} if wish else {}, person=person, key=key or "cancel"
    )


@whole
def stop_renewal(*, contract: Contract, person: Person, key: str = "") -> Event:
    """The running term shall be the last (VG-10.2, LN-20)."""
    permissions.require(
        person, "contracts.stop-renewal", provider=contract.provider, organisation=contract.organisation
    )
    if twin := _twin(contract, key or "stop-renewal"):
        return twin
    _allowed(contract, person, "contracts.stop-renewal")
    _acted(contract, person, "contracts.stop-renewal")
    return record_event(contract=contract, what="stop-renewal", person=person, key=key or "stop-renewal")


# why a measure may not be taken now: (contract, kind, clause, ground) -> reason or "" (filled by site/wiring)
OBJECTIONS: list[Callable[[Contract, str, str, str], str]] = []


@whole
def measure(
    *, contract: Contract, person: Person, kind: str, clause: str, ground: str = "", note: str = "", key: str = ""
) -> Event:
    """A staff measure: suspend, lift or terminate, under a clause that carries it and on a ground."""
    permissions.require(person, "contracts.measure", provider=contract.provider)
    if twin := _twin(contract, key):
        return twin
    _allowed(contract, person, "contracts.measure")
    if kind not in ("suspend", "lift", "terminate"):
        raise NotPossible(_("Choose a measure: suspend, lift or terminate."))
    carried = [one.clause for one in terms.measures(contract.service) if one.measure == kind]
    if kind != "lift" and clause not in carried:
        raise NotPossible(
            _("Choose a clause that carries this measure: %(clauses)s.") % {"clauses": ", ".join(carried)}
        )
    if kind != "lift" and ground not in {one["key"] for one in terms.grounds(contract.service, clause)}:
        raise NotPossible(_("Choose a ground under %(clause)s.") % {"clause": clause})
    for objection in OBJECTIONS:
        if why := objection(contract, kind, clause, ground):
            raise NotPossible(why)
    _acted(contract, person, f"contracts.{kind}", clause, {"ground": ground, "note": note})
    data = {"clause": clause} if clause else {}
    return record_event(contract=contract, what=kind, data=data, person=person, key=key)


@whole
def pay(
    *,
    contract: Contract,
    person: Person | None,
    amount: int | None = None,
    invoice: int | None = None,
    received: date | None = None,
    key: str = "",
) -> Event:
    """Money is confirmed (whole yen; default: what the oldest open invoice still owes), received on a day."""
    if person is not None:
        permissions.require(person, "payments.record", provider=contract.provider)
        if twin := _twin(contract, key):
            return twin
        _acted(contract, person, "payments.record", after={"amount": amount, "invoice": invoice})
    if amount is not None and amount <= 0:
        raise NotPossible(_("An amount is whole yen, 1 or more."))
    given = {"amount": amount, "invoice": invoice, "received": received}
    data = {name: value for name, value in given.items() if value is not None}
    return record_event(contract=contract, what="pay", data=data, person=person, key=key)


@whole
def change_responsible(*, contract: Contract, person: Person, to: Person) -> None:
    """Another person of the organisation looks after the contract from now on (LN-31.2, EX-8)."""
    permissions.require(person, "contracts.responsible", provider=contract.provider, organisation=contract.organisation)
    belongs = Membership.objects.filter(person=to, organisation=contract.organisation, ended_at__isnull=True)
    if not belongs.exists():
        raise NotPossible(_("Choose somebody who belongs to the organisation."))
    before, contract.responsible = contract.responsible, to
    contract.save(update_fields=["responsible"])
    audit.record(
        provider=contract.provider,
        actor=person,
        action="contracts.responsible",
        subject=contract.number,
        organisation=contract.organisation,
        before=before.email,
        after=to.email,
    )


@whole
def end_service(*, provider: Provider, service: str, on: date, person: Person) -> list[Contract]:
    """The provider ends a whole service: every running contract is told in time and ends with it."""
    permissions.require(person, "contracts.end-service", provider=provider)
    running = Contract.objects.filter(provider=provider, service=service).exclude(
        state__in=(Contract.State.ENDED, Contract.State.PROVISIONAL)
    )
    for contract in running:
        _acted(contract, person, "contracts.end-service", after={"on": on.isoformat()})
        record_event(contract=contract, what="end-service", data={"on": on}, person=person, key=f"end-service:{on}")
    return list(running)
