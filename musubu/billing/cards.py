"""A customer's card: set up on the payment company's own page with 3-D Secure, replaced, removed. Never a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from musubu import clock, config
from musubu.billing.models import PaymentCard
from musubu.contracts.models import Contract
from musubu.engines.payments import Card, Page, PaymentError, Payments, StripePayments, Unreachable
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.rules import methods
from musubu.transactions import locked, whole

Answer = TypeVar("Answer")
LIVE = ("sk_live_", "rk_live_")


def company() -> Payments:
    """The payment company as configured: Stripe by its key, else the stand-in. Raises NotPossible where there is none."""
    key, standin = config.value("MUSUBU_STRIPE_KEY"), config.value("MUSUBU_CARD_STANDIN")
    if key:
        return StripePayments(key=key, secret=config.value("MUSUBU_STRIPE_WEBHOOK_SECRET"))
    if standin:
        return StripePayments(key="sk_test_standin", secret=standin_secret(), address=standin)
    raise NotPossible(_("Payment by card is not set up here. Pay by bank transfer, or ask the provider."))


def standin_secret() -> str:
    """What the stand-in signs its messages with."""
    return config.secret("card-standin")


def company_of(provider: Provider) -> Payments:
    """A sandbox never charges real money, a real provider never the stand-in."""
    key = config.value("MUSUBU_STRIPE_KEY")
    if key.startswith(LIVE) if provider.sandbox else not key:
        raise NotPossible(_("Payment by card is not set up here. Pay by bank transfer, or ask the provider."))
    return company()


def offered(provider: Provider) -> bool:
    try:
        company_of(provider)
    except NotPossible:
        return False
    return True


def takes_cards(service: str) -> bool:
    """VG-20: whether the terms let this service be paid by card."""
    return "card" in methods.allowed(service)


def active(organisation: Organisation) -> PaymentCard | None:
    return PaymentCard.objects.filter(organisation=organisation, state="active").first()


def contracts_by_card(organisation: Organisation) -> list[Contract]:
    """The contracts that a card of this customer pays."""
    rows = Contract.objects.filter(organisation=organisation).exclude(state="ended").order_by("pk")
    return [row for row in rows if takes_cards(row.service)]


def start_setup(*, organisation: Organisation, person: Person, back: str) -> Page:
    """Lead to the company's page; what the customer does there comes back by `finish_setup`. The form for it is our
    consent: from then on contracts whose terms allow it are charged when due."""
    permissions.require(person, "payments.card", provider=organisation.provider, organisation=organisation)
    if not contracts_by_card(organisation):
        raise NotPossible(_("None of your contracts can be paid by card."))
    payments = company_of(organisation.provider)
    earlier = PaymentCard.objects.filter(organisation=organisation).exclude(customer="").order_by("-pk").first()
    row = PaymentCard(
        provider=organisation.provider, organisation=organisation, asked_by=person, asked_at=clock.now(),
        customer=earlier.customer if earlier else "",
    )  # fmt: skip
    page = answered(lambda: _opened(payments, row, back))
    with transaction.atomic():
        row.page = page.reference
        row.save(force_insert=True)
        _record(row, person, "payments.card-asked")
    return page


def _opened(payments: Payments, row: PaymentCard, back: str) -> Page:
    if not row.customer:
        row.customer = payments.customer(
            name=row.organisation.name, email=row.asked_by.email, key=f"customer-{row.organisation.public_id}"
        )
    return payments.setup_page(
        customer=row.customer, back=back, language=get_language() or "ja", key=f"setup-{row.public_id}"
    )


def answered(call: Callable[[], Answer]) -> Answer:
    """Ask the company; what it cannot do is told in words."""
    try:
        return call()
    except Unreachable:
        raise NotPossible(_("The payment company does not answer now. Try again in some minutes.")) from None
    except PaymentError as error:
        raise NotPossible(_("The payment company refused this: %(why)s") % {"why": error}) from None


def finish_setup(card: PaymentCard) -> PaymentCard:
    """See what became of the page: the card that was set up takes the place of the one before. Safe twice, and from
    page and message at once."""
    if card.state != PaymentCard.State.PENDING:
        return card
    result = answered(lambda: company_of(card.provider).page_result(card.page))
    if result.state == "done" and result.card:
        return _activate(card, result.card)
    if result.state == "expired":
        _end(card, "given-up")
    return card


@whole
def _activate(card: PaymentCard, found: Card) -> PaymentCard:
    locked(Organisation.objects).get(pk=card.organisation_id)
    own = locked(PaymentCard.objects).select_related("organisation", "provider").get(pk=card.pk)
    if own.state != PaymentCard.State.PENDING:
        return own
    for before in PaymentCard.objects.filter(organisation=own.organisation, state="active"):
        _end(before, "replaced")
    own.method, own.brand, own.last4, own.month, own.year = (
        found.method,
        found.brand,
        found.last4,
        found.month,
        found.year,
    )
    own.state, own.active_at = PaymentCard.State.ACTIVE, clock.now()
    own.save()
    _record(own, own.asked_by, "payments.card-active")
    return own


def _end(card: PaymentCard, why: str) -> None:
    PaymentCard.objects.filter(pk=card.pk).exclude(state="ended").update(
        state="ended", ended_at=clock.now(), why_ended=why
    )


def adopt(*, organisation: Organisation, customer: str, person: Person, found: Card) -> None:
    """A card with which the customer has just paid on the company's page is the card in force, where there is none."""
    if active(organisation):
        return
    row = PaymentCard.objects.create(
        provider=organisation.provider, organisation=organisation, customer=customer, asked_by=person,
        asked_at=clock.now(),
    )  # fmt: skip
    _activate(row, found)


def remove(*, organisation: Organisation, person: Person) -> None:
    """Nothing is charged to the card any more."""
    permissions.require(person, "payments.card", provider=organisation.provider, organisation=organisation)
    card = active(organisation)
    if card is None:
        return
    answered(lambda: company_of(card.provider).forget(card.method))
    with transaction.atomic():
        _end(card, "removed")
        _record(card, person, "payments.card-removed")


@whole
def stop(card: PaymentCard, why: str) -> None:
    """The house itself no longer charges this card, as after a chargeback."""
    _end(card, why)
    _record(card, None, "payments.card-stopped", why=why)


def _record(card: PaymentCard, person: Person | None, action: str, **more: Any) -> None:
    audit.record(
        provider=card.provider, actor=person, action=action, subject=card.organisation.name,
        organisation=card.organisation, after={"card": f"{card.brand} …{card.last4}".strip(" …"), **more},
    )  # fmt: skip
