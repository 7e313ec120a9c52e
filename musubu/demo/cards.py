"""What the demonstration shows of cards and of what stays open: a card that pays, one that is refused, instalments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from musubu import clock, config
from musubu.billing import cards, plans, queries, writeoffs
from musubu.billing.models import Invoice, PaymentCard
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.engines.payments.standin import running, walk
from musubu.parties.models import Person

ADDRESS = "MUSUBU_CARD_STANDIN"


@contextmanager
def card_company() -> Iterator[None]:
    """The stand-in for Stripe, for as long as the demonstration is made; `musubu serve` goes on with its file. Where a
    real key is configured, or a stand-in runs, that one is spoken to."""
    if config.value("MUSUBU_STRIPE_KEY") or config.value(ADDRESS):
        yield
        return
    with running(config.card_standin(), secret=cards.standin_secret()) as one:
        os.environ[ADDRESS] = one.address
        try:
            yield
        finally:
            del os.environ[ADDRESS]


def set_up_card(contract: Contract, test_card: str) -> None:
    """The customer sets a card up on the company's page, authenticated there."""
    if config.value("MUSUBU_STRIPE_KEY"):
        return  # nobody can type a card in at the real company from here
    back = f"{config.value('MUSUBU_ADDRESS')}/billing/card/back/"
    page = cards.start_setup(organisation=contract.organisation, person=contract.responsible, back=back)
    walk(page.address, test_card, "approve")
    cards.finish_setup(PaymentCard.objects.get(page=page.reference))


def agree_on_instalments(contract: Contract, person: Person) -> None:
    """Everything that is due in four months; the first instalment is paid at once."""
    opened = plans.open_of(contract)
    instalments = plans.split(sum(one.left for one in opened), clock.today(), 4)
    plans.agree(
        contract=contract, person=person, invoices=[one.invoice for one in opened], instalments=instalments,
        note="電話で合意",
    )  # fmt: skip
    actions.pay(contract=contract, person=None, amount=instalments[0][1], key="instalment-1")


def give_up(contract: Contract, person: Person) -> None:
    """What the fall to Free left open is proposed as a bad debt; a second person decides on the page."""
    left = queries.open_amounts([contract.pk])
    for row in Invoice.objects.filter(contract=contract).order_by("-number"):
        if left.get((row.contract_id, row.of_contract), 0) > 0 and row.due_on < clock.today():
            writeoffs.propose(invoice=row, person=person, why="退会後、連絡が取れないため")
            return
