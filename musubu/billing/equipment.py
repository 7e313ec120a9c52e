"""Equipment: ordered, invoiced at once, shipped when paid; replaced under warranty, the faulty unit expected back
(SC-10.4, SC-21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import queries
from musubu.billing.models import Article, EquipmentOrder, OrderLine, Replacement, Unit
from musubu.contracts import actions, playing
from musubu.contracts.models import Contract
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.calendar import months_after
from musubu.terms.rules import methods
from musubu.transactions import locked, whole

MOST = 99  # of one article in an order


def sold_under(contract: Contract) -> bool:
    """Whether these terms sell equipment."""
    return playing.terms_of(contract).rule("sale") is not None


@whole
def save_article(
    *, provider: Provider, person: Person, code: str, names: Mapping[str, str], price: int, warranty_months: int
) -> Article:
    """Offer an article, or change what is offered; orders keep the price of their day."""
    permissions.require(person, "billing.articles", provider=provider)
    if price <= 0 or warranty_months < 0 or not names.get("ja"):
        raise NotPossible(_("An article needs a name, a price of 1 yen or more, and its months of warranty."))
    row, _new = Article.objects.update_or_create(
        provider=provider, code=code,
        defaults={"names": dict(names), "price": price, "warranty_months": warranty_months, "withdrawn_at": None},
    )  # fmt: skip
    _note(provider, person, "billing.article", code, None, {"price": price})
    return row


@whole
def withdraw_article(*, article: Article, person: Person) -> None:
    """Not offered any longer; what was sold stays."""
    permissions.require(person, "billing.articles", provider=article.provider)
    article.withdrawn_at = clock.now()
    article.save(update_fields=["withdrawn_at"])
    _note(article.provider, person, "billing.article-withdrawn", article.code, None, None)


def _note(
    provider: Provider, person: Person, action: str, subject: str, organisation: Organisation | None, after: object
) -> None:
    clause = "" if action.startswith("billing.article") else "SC-21"
    audit.record(
        provider=provider, actor=person, action=action, subject=subject, organisation=organisation, clause=clause,
        after=after,
    )  # fmt: skip


@whole
def order(
    *, contract: Contract, person: Person, wanted: Mapping[Article, int], ship_to: str, token: str
) -> EquipmentOrder:
    """Buy equipment: invoiced at once, whatever the method of payment (SC-10.4). The same token is one order."""
    permissions.require(
        person, "billing.order-equipment", provider=contract.provider, organisation=contract.organisation
    )
    locked(Provider.objects).get(pk=contract.provider_id)
    if twin := EquipmentOrder.objects.filter(contract=contract, token=token).first():
        return twin
    chosen = {article: count for article, count in wanted.items() if count}
    _check_order(contract, chosen, ship_to)
    amount = sum(article.price * count for article, count in chosen.items())
    last = EquipmentOrder.objects.filter(provider=contract.provider).aggregate(n=Max("number"))["n"] or 0
    row = EquipmentOrder(
        provider=contract.provider, contract=contract, number=last + 1, token=token[:40], of_contract=0, amount=amount,
        ship_to=ship_to.strip()[:300], ordered_at=clock.now(), ordered_by=person,
    )  # fmt: skip
    known = contract.outcomes.count()
    actions.record_event(
        contract=contract,
        what="order-equipment",
        data={"order": row.name, "amount": amount},
        person=person,
        key=row.name,
    )
    issued = contract.outcomes.filter(n__gte=known, what="invoice.issued").order_by("n").last()
    assert issued is not None
    row.of_contract = issued.data["invoice"]
    row.save()
    OrderLine.objects.bulk_create(
        OrderLine(order=row, article=article, quantity=count, price=article.price) for article, count in chosen.items()
    )
    _note(contract.provider, person, "billing.order-equipment", row.name, contract.organisation, {"amount": amount})
    return row


def _check_order(contract: Contract, chosen: Mapping[Article, int], ship_to: str) -> None:
    if not sold_under(contract):
        raise NotPossible(_("No equipment is sold under the terms of this contract."))
    if not chosen or not all(0 < count <= MOST for count in chosen.values()):
        raise NotPossible(_("Choose 1 to %(most)s of an article.") % {"most": MOST})
    if any(article.withdrawn_at or article.provider_id != contract.provider_id for article in chosen):
        raise NotPossible(_("An article is not offered any longer. Choose again."))
    if not ship_to.strip():
        raise NotPossible(_("Say where it is to be sent."))


def paid(order: EquipmentOrder) -> bool:
    """Whether its invoice is paid in full."""
    left = queries.open_amounts([order.contract_id]).get((order.contract_id, order.of_contract), 0)
    return not left and order.cancelled_at is None


@whole
def cancel_order(*, order: EquipmentOrder, person: Person) -> None:
    """Called off before it left: its invoice is void, what was paid is kept as balance."""
    permissions.require(
        person, "billing.order-equipment", provider=order.provider, organisation=order.contract.organisation
    )
    own = _own(order)
    if own.cancelled_at:
        return
    if own.shipped_at:
        raise NotPossible(_("It was shipped already."))
    actions.record_event(
        contract=own.contract, what="cancel-order", data={"order": own.name}, person=person, key=f"cancel-{own.name}"
    )
    own.cancelled_at = clock.now()
    own.save(update_fields=["cancelled_at"])
    _note(own.provider, person, "billing.order-cancelled", own.name, own.contract.organisation, None)


def _own(order: EquipmentOrder) -> EquipmentOrder:
    rows = locked(EquipmentOrder.objects)
    return rows.select_related("provider", "contract__organisation", "contract__provider").get(pk=order.pk)


@whole
def ship(
    *, order: EquipmentOrder, person: Person, serials: Mapping[OrderLine, Sequence[str]], tracking_number: str
) -> list[Unit]:
    """It leaves, each piece with its serial number; only once it is paid (SC-10.4). The warranty begins."""
    permissions.require(person, "cases.equipment", provider=order.provider)
    own = _own(order)
    if own.shipped_at or own.cancelled_at:
        raise NotPossible(_("This order was shipped or called off already."))
    if not methods.may_ship(paid(own)):
        raise NotPossible(_("Not paid yet: equipment leaves only after its payment is confirmed (SC-10.4)."))
    units = []
    for line in own.lines.select_related("article"):
        given = [one.strip() for one in serials.get(line, ()) if one.strip()]
        if len(given) != line.quantity or len(set(given)) != len(given):
            raise NotPossible(
                _("%(article)s: %(count)s different serial numbers are needed.")
                % {"article": line.article.code, "count": line.quantity}
            )
        units += [_unit(own, line.article, serial, line.price, clock.today()) for serial in given]
    own.shipped_at, own.tracking_number = clock.now(), tracking_number.strip()[:20]
    own.save(update_fields=["shipped_at", "tracking_number"])
    _note(
        own.provider, person, "cases.equipment-shipped", own.name, own.contract.organisation, [u.serial for u in units]
    )
    return units


def _unit(order: EquipmentOrder, article: Article, serial: str, price: int, since: date) -> Unit:
    try:
        with transaction.atomic():
            return Unit.objects.create(
                provider=order.provider, contract=order.contract, article=article, order=order, serial=serial[:40],
                price=price, warranty_to=months_after(since, article.warranty_months),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("Serial number %(serial)s is taken. Check it.") % {"serial": serial}) from None


@whole
def report_fault(*, unit: Unit, person: Person, fault: str) -> Replacement:
    """The customer says that a unit is faulty; only what was bought here is under warranty (SC-21)."""
    contract = unit.contract
    permissions.require(person, "requests.replacement", provider=contract.provider, organisation=contract.organisation)
    locked(Unit.objects).get(pk=unit.pk)
    if clock.today() > unit.warranty_to:
        raise NotPossible(_("The warranty ended on %(day)s.") % {"day": unit.warranty_to})
    if not fault.strip():
        raise NotPossible(_("Say what is wrong with it."))
    if unit.replacements.filter(refused_why="").exists():
        raise NotPossible(_("This unit was reported already."))
    row = Replacement.objects.create(unit=unit, fault=fault.strip()[:300], reported_at=clock.now(), reported_by=person)
    _note(contract.provider, person, "requests.replacement", unit.serial, contract.organisation, row.fault)
    return row


def _replacement(row: Replacement, person: Person) -> Replacement:
    permissions.require(person, "cases.equipment", provider=row.unit.provider)
    rows = locked(Replacement.objects)
    return rows.select_related("unit__contract__organisation", "unit__article", "unit__order__provider").get(pk=row.pk)


@whole
def refuse_replacement(*, replacement: Replacement, person: Person, why: str) -> None:
    """No fault, or none that the warranty covers; the customer reads why."""
    own = _replacement(replacement, person)
    if own.shipped_at or own.refused_why or not why.strip():
        raise NotPossible(_("Say why; a replacement that left cannot be refused."))
    own.refused_why = why.strip()[:200]
    own.save(update_fields=["refused_why"])
    _note(own.unit.provider, person, "cases.replacement-refused", own.unit.serial, own.unit.contract.organisation, why)


@whole
def ship_replacement(*, replacement: Replacement, person: Person, serial: str, tracking_number: str) -> None:
    """The new unit leaves; it takes over the rest of the old one's warranty."""
    own = _replacement(replacement, person)
    if own.shipped_at or own.refused_why:
        raise NotPossible(_("This case was decided already."))
    if not serial.strip():
        raise NotPossible(_("Give the serial number of the new unit."))
    old = own.unit
    new = _unit(old.order, old.article, serial.strip(), old.price, clock.today())
    new.warranty_to = old.warranty_to
    new.save(update_fields=["warranty_to"])
    own.new_unit, own.shipped_at, own.tracking_number = new, clock.now(), tracking_number.strip()[:20]
    own.save(update_fields=["new_unit", "shipped_at", "tracking_number"])
    _note(old.provider, person, "cases.replacement-shipped", old.serial, old.contract.organisation, new.serial)


@whole
def replacement_received(*, replacement: Replacement, person: Person, on: date) -> None:
    """The customer has it: from this day the faulty unit's way back is counted (SC-21)."""
    own = _replacement(replacement, person)
    if own.received_on:
        return
    if not own.shipped_at:
        raise NotPossible(_("The replacement has not left yet."))
    if not own.shipped_at.astimezone(clock.TOKYO).date() <= on <= clock.today():
        raise NotPossible(_("Received between the day of shipping and today."))
    actions.record_event(
        contract=own.unit.contract, what="ship-replacement", person=person, key=f"replacement-{own.pk}",
        data={"unit": own.unit.serial, "price": own.unit.price, "received": on},
    )  # fmt: skip
    own.received_on = on
    own.save(update_fields=["received_on"])
    _note(
        own.unit.provider,
        person,
        "cases.replacement-received",
        own.unit.serial,
        own.unit.contract.organisation,
        f"{on}",
    )


def back_by(replacement: Replacement) -> date | None:
    """The last day on which the faulty unit may come back without a penalty."""
    rule = playing.terms_of(replacement.unit.contract).rule("equipment")
    if replacement.received_on is None or rule is None:
        return None
    return replacement.received_on + timedelta(days=int(rule["return_days"]))


@whole
def unit_returned(*, replacement: Replacement, person: Person, on: date | None = None, why: str = "") -> None:
    """The faulty unit is back, today or on an earlier day that is noted late with its reason. Back in time, no penalty
    arises, and one that was charged meanwhile is withdrawn; back late, it stays. A day noted as late can be put right."""
    own, today = _replacement(replacement, person), clock.today()
    day = on or today
    if own.returned_on and (on is None or on == own.returned_on):
        return
    last = _check_return(own, day, why)
    if day <= last:
        data = {"unit": own.unit.serial} | ({"returned": day} if day < today else {})
        actions.record_event(
            contract=own.unit.contract, what="return-unit", data=data, person=person, key=f"returned-{own.pk}"
        )
    before, own.returned_on, own.returned_why = own.returned_on, day, why.strip()[:200]
    own.save(update_fields=["returned_on", "returned_why"])
    audit.record(
        provider=own.unit.provider, actor=person, action="cases.unit-returned", subject=own.unit.serial, clause="SC-21",
        organisation=own.unit.contract.organisation, before=f"{before}" if before else None,
        after={"on": f"{day}", "why": own.returned_why} if own.returned_why else f"{day}",
    )  # fmt: skip


def _check_return(own: Replacement, day: date, why: str) -> date:
    """The last day for its way back, where the day given is possible."""
    last = back_by(own)
    if last is None:
        raise NotPossible(_("Note first when the customer received the replacement."))
    sent = own.shipped_at.astimezone(clock.TOKYO).date() if own.shipped_at else last
    if not sent <= day <= clock.today():
        raise NotPossible(_("It came back between the day on which the replacement was sent and today."))
    if day < clock.today() and not why.strip():
        raise NotPossible(_("Say why its day is noted later, such as what the carrier's slip says."))
    if own.returned_on and own.returned_on <= last:
        raise NotPossible(_("It was noted as back in time already."))
    return last
