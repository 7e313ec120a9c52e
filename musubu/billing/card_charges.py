"""Charging a card: once by itself on the due day, then only when a person asks. What came of it is told and booked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import cards, queries, telling, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import CardCharge, Invoice, PaymentCard
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.engines.payments import Page, Payment, PaymentError, Unreachable
from musubu.parties import audit, permissions, wall
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

log = logging.getLogger("cards")
LEAST = 50  # yen: the company takes no less
KEY_LIVES = timedelta(hours=23)  # a little less than the company remembers a key
PAGE_LIVES = timedelta(hours=25)  # a little more than the company leaves a page open
PAUSE = timedelta(minutes=1)  # until an attempt without an answer is asked for again
REASONS = {
    "insufficient_funds": gettext_lazy("the card has not enough money"),
    "expired_card": gettext_lazy("the card has expired"),
    "authentication_required": gettext_lazy("your bank wants to authenticate you"),
    "lost_card": gettext_lazy("the card was stopped"),
    "stolen_card": gettext_lazy("the card was stopped"),
    "payment_method_not_available": gettext_lazy("the card was removed"),
}


def reason(charge: CardCharge) -> str:
    """Why an attempt failed, for people."""
    return str(REASONS.get(charge.reason, _("the card's bank refused it")))


def left_of(invoice: Invoice) -> int:
    return queries.open_amounts([invoice.contract_id]).get((invoice.contract_id, invoice.of_contract), 0)


def due(provider: Provider, now: datetime) -> list[tuple[Invoice, PaymentCard, int]]:
    """Invoices to be charged by themselves: due on or after the day of the card's set-up, never tried by themselves
    before, with nothing under way, in no dispute and in no running plan."""
    held = {card.organisation_id: card for card in PaymentCard.objects.filter(provider=provider, state="active")}
    if not held:
        return []
    day = now.astimezone(clock.TOKYO).date()
    since = min(card.active_at for card in held.values() if card.active_at).astimezone(clock.TOKYO).date()
    tried = Q(card_charges__how="due") | Q(card_charges__state__in=("started", "uncertain"))
    apart = Q(contests__isnull=False, contests__closed_at__isnull=True) | Q(payment_plans__state="running")
    rows = Invoice.objects.filter(contract__organisation__in=held, due_on__gte=since, due_on__lte=day)
    rows = rows.exclude(pk__in=Invoice.objects.filter(tried | apart, contract__organisation__in=held).values("pk"))
    wanted = [row for row in rows.select_related("contract").order_by("pk") if cards.takes_cards(row.contract.service)]
    left = queries.open_amounts({row.contract_id for row in wanted}) if wanted else {}
    found = []
    for row in wanted:
        card, amount = held[row.contract.organisation_id], left.get((row.contract_id, row.of_contract), 0)
        assert card.active_at is not None
        if amount >= LEAST and row.due_on >= card.active_at.astimezone(clock.TOKYO).date():
            found.append((row, card, amount))
    return found


def charge_due(provider: Provider, now: datetime) -> int:
    """Charge what is due, and ask again for attempts that had no answer; how many attempts."""
    if not cards.offered(provider):
        return 0
    count = resume(provider)
    for invoice, card, _amount in due(provider, now):
        try:
            _attempt(invoice, card, CardCharge.How.DUE, None)
            count += 1
        except NotPossible as error:
            log.warning("invoice %s is not charged now: %s", invoice.public_id, error)
    return count


def charge_again(*, invoice: Invoice, person: Person) -> CardCharge:
    """A person asks for the card on file: the customer on the page, or staff on the customer's word."""
    contract = invoice.contract
    permissions.require(person, "payments.card", provider=contract.provider, organisation=contract.organisation)
    card = cards.active(contract.organisation)
    if card is None:
        raise NotPossible(_("There is no card. Set one up first."))
    audit.record(
        provider=contract.provider, actor=person, action="payments.card-charge", subject=f"{invoice.number:06}",
        organisation=contract.organisation,
    )  # fmt: skip
    return _attempt(invoice, card, CardCharge.How.AGAIN, person)


def _attempt(invoice: Invoice, card: PaymentCard, how: str, person: Person | None) -> CardCharge:
    charge = _begin(invoice, card, how, person)
    _ask(charge)
    charge.refresh_from_db()
    return charge


@whole
def _begin(invoice: Invoice, card: PaymentCard | None, how: str, person: Person | None) -> CardCharge:
    """Write down that it is tried, before it is: so a crash leaves an attempt that is asked for again by its key."""
    locked(Contract.objects).get(pk=invoice.contract_id)
    if not cards.takes_cards(invoice.contract.service):
        raise NotPossible(_("This contract cannot be paid by card."))
    amount = left_of(invoice)
    if amount < LEAST:
        raise NotPossible(_("Nothing is open that a card could pay (it takes 50 yen or more)."))
    try:
        with transaction.atomic():
            return CardCharge.objects.create(
                provider_id=invoice.provider_id, contract=invoice.contract, invoice=invoice, card=card, how=how,
                amount=amount, person=person, asked_at=clock.now(), began_at=wall.now(),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("A payment by card is under way for this invoice already.")) from None


def _ask(charge: CardCharge) -> None:
    """The same attempt has the same key, however often it is asked for."""
    card = charge.card
    assert card is not None
    try:
        found = cards.company_of(charge.provider).charge(
            customer=card.customer,
            method=card.method,
            amount=charge.amount,
            text=f"{charge.contract.number} {charge.invoice.number:06}",
            mark=str(charge.public_id),
            key=f"charge-{charge.public_id}",
        )
    except Unreachable:
        log.warning("card charge %s has no answer; it is asked for again", charge.public_id)
        return
    except PaymentError as error:
        log.warning("card charge %s: %s", charge.public_id, error)
        found = Payment("", "refused", "request_refused")
    settle(charge, found)


def resume(provider: Provider) -> int:
    """Attempts that a crash or silence left open. One older than the company's memory is left to a person."""
    now, count = wall.now(), 0
    rows = CardCharge.objects.filter(provider=provider, state="started").exclude(how=CardCharge.How.PAGE)
    rows.filter(began_at__lt=now - KEY_LIVES).update(state="uncertain")
    for charge in rows.filter(began_at__lt=now - PAUSE).select_related("card", "contract", "invoice", "provider"):
        _ask(charge)
        count += 1
    old = CardCharge.objects.filter(provider=provider, how="page", state="started", began_at__lt=now - PAGE_LIVES)
    for charge in old.select_related("contract__organisation", "provider", "person"):
        finish_page(charge)
    return count


@whole
def settle(charge: CardCharge, found: Payment) -> CardCharge:
    """What came of an attempt, in whatever order it is heard: paid stays paid, and is booked once."""
    locked(Contract.objects).get(pk=charge.contract_id)  # as `_begin` does: whoever comes now waits there
    own = locked(CardCharge.objects).select_related("contract__provider", "invoice").get(pk=charge.pk)
    if own.state == CardCharge.State.PAID or found.state == "open":
        _fee(own, found)
        return own
    own.payment, own.reason = found.reference or own.payment, found.reason
    own.settled_at = clock.now()
    if found.state == "paid":
        own.state, own.reason = CardCharge.State.PAID, ""
        own.save()
        _book(own)
        _fee(own, found)
        return own
    was, own.state = own.state, found.state
    own.save()
    if was == CardCharge.State.STARTED:
        telling.tell(own.contract, "card.refused", f"card-refused-{own.pk}", lambda: _refusal(own))
    return own


def _book(charge: CardCharge) -> None:
    """The terms hear of the money; until the company pays it out it is not at the bank."""
    actions.pay(
        contract=charge.contract, person=None, amount=charge.amount, invoice=charge.invoice.of_contract,
        key=f"card-{charge.pk}",
    )  # fmt: skip
    vouchers.book(
        provider=charge.provider, kind="card-payment", key=f"card-{charge.pk}", contract=charge.contract,
        text=f"カード決済 {charge.invoice.number:06}",
        lines=[Line("card-clearing", debit=charge.amount), Line("bank", credit=charge.amount)],
    )  # fmt: skip


def _fee(charge: CardCharge, found: Payment) -> None:
    if charge.state != CardCharge.State.PAID or charge.fee is not None or found.fee is None:
        return
    charge.fee = found.fee
    charge.save(update_fields=["fee"])
    if found.fee:
        vouchers.book(
            provider=charge.provider, kind="card-fee", key=f"card-fee-{charge.pk}", contract=charge.contract,
            text=f"カード決済手数料 {charge.invoice.number:06}",
            lines=[Line("card-fees", debit=found.fee), Line("card-clearing", credit=found.fee)],
        )  # fmt: skip


def _refusal(charge: CardCharge) -> telling.Written:
    values = {"number": f"{charge.invoice.number:06}", "amount": f"{charge.amount:,}", "why": reason(charge)}
    told = [
        _("Invoice %(number)s (%(amount)s yen) is still open: %(why)s."),
        _("We do not try again by ourselves."),
        _("Pay it on the page below with this or another card, or by bank transfer."),
    ]
    return _("Your card could not be charged"), "\n\n".join(one % values for one in told)


def pay_page(*, invoice: Invoice, person: Person, back: str) -> Page:
    """The company's own page for one invoice: for a card that wants authentication, or another card."""
    contract = invoice.contract
    permissions.require(person, "payments.card", provider=contract.provider, organisation=contract.organisation)
    payments = cards.company_of(contract.provider)  # no attempt is written down where there is no company
    for waiting in CardCharge.objects.filter(invoice=invoice, how="page", state="started"):
        _close(waiting)
    charge = _begin(invoice, None, CardCharge.How.PAGE, person)
    page = cards.answered(
        lambda: payments.payment_page(
            customer=_customer(charge, person), amount=charge.amount, mark=str(charge.public_id), back=back,
            text=f"{contract.number} {invoice.number:06}", language=get_language() or "ja",
            key=f"page-{charge.public_id}",
        )
    )  # fmt: skip
    charge.page = page.reference
    charge.save(update_fields=["page"])
    return page


def _close(waiting: CardCharge) -> None:
    """Nobody can pay on an earlier page any more; who did meanwhile has paid."""
    if waiting.page:
        cards.answered(lambda: cards.company_of(waiting.provider).close_page(waiting.page))
    finish_page(waiting)


def _customer(charge: CardCharge, person: Person) -> str:
    organisation = charge.contract.organisation
    earlier = PaymentCard.objects.filter(organisation=organisation).exclude(customer="").order_by("-pk").first()
    return earlier.customer if earlier else cards.company_of(charge.provider).customer(
        name=organisation.name, email=person.email, key=f"customer-{organisation.public_id}"
    )  # fmt: skip


def finish_page(charge: CardCharge) -> CardCharge:
    """See what became of a page to pay. Safe twice, and from page and message at once; the card that paid is kept."""
    if charge.state not in (CardCharge.State.STARTED, CardCharge.State.PAID):
        return charge
    if not charge.page:  # the company was never reached
        return settle(charge, Payment("", "refused", "given_up"))
    result = cards.answered(lambda: cards.company_of(charge.provider).page_result(charge.page))
    if result.payment and result.payment.state == "paid":
        settled = settle(charge, result.payment)
        if result.card and charge.person:
            cards.adopt(
                organisation=charge.contract.organisation, customer=_customer(charge, charge.person),
                person=charge.person, found=result.card,
            )  # fmt: skip
        return settled
    if result.state == "expired":
        CardCharge.objects.filter(pk=charge.pk, state="started").update(
            state="refused", reason="given_up", settled_at=clock.now()
        )
    return charge
