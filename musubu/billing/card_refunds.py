"""Money that goes back: refunds to the card it came from, chargebacks, and the company's payouts to our bank."""

from __future__ import annotations

import logging
from collections import defaultdict

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import card_charges, cards, payables, payouts, repayments, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import CardCharge, CardDispute, CardRefund, Entry, Payable, PayoutLine, Voucher
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.engines.payments import PaymentError, Share, Unreachable
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

log = logging.getLogger("cards")
DECIDED = {"won": "won", "lost": "lost"}


def payable(contract: Contract) -> int:
    """What the books owe the customer back (whole yen), less what is on its way to a card or with the bank already."""
    rows = Entry.objects.filter(contract=contract, account="refunds-payable")
    owed = rows.aggregate(n=Sum(F("credit") - F("debit")))["n"] or 0
    asked = CardRefund.objects.filter(charge__contract=contract, state="asked").aggregate(n=Sum("amount"))["n"] or 0
    with_bank = PayoutLine.objects.filter(payable__in=_by_transfer(contract), result="")
    return int(owed - asked - (with_bank.aggregate(n=Sum("amount"))["n"] or 0))


def _by_transfer(contract: Contract) -> QuerySet[Payable]:
    """The contract's refunds that the list of bank transfers knows."""
    named = Q(text=contract.number) | Q(text__startswith=f"{contract.number} ")
    return Payable.objects.filter(named, provider=contract.provider, account="refunds-payable")


def _move(contract: Contract, amount: int) -> int:
    """Take what the card pays off the list of transfers, where it is not owed otherwise; how much that was."""
    rows = list(payouts.open_payables(_by_transfer(contract)).order_by("made_at", "pk"))
    rest = moved = max(0, amount - (payable(contract) - sum(row.left for row in rows)))
    for row in rows:
        part = min(rest, row.left)
        Payable.objects.filter(pk=row.pk).update(by_card=F("by_card") + part)
        rest -= part
    return moved - rest


def balance(contract: Contract) -> int:
    """What was paid over and waits for the next invoice."""
    rows = Entry.objects.filter(contract=contract, account="customer-balance")
    return int(rows.aggregate(n=Sum(F("credit") - F("debit")))["n"] or 0)


@whole
def return_balance(*, contract: Contract, amount: int, person: Person, key: str) -> None:
    """What was paid over becomes a refund to be paid."""
    permissions.require(person, "payments.refund", provider=contract.provider)
    if amount <= 0:
        raise NotPossible(_("An amount is whole yen, 1 or more."))
    locked(Contract.objects).get(pk=contract.pk)
    if contract.events.filter(key=key).exists():
        return
    _record(contract, person, "payments.give-back", amount)
    actions.record_event(contract=contract, what="give-back", data={"amount": amount}, person=person, key=key)


def refundable(charge: CardCharge) -> int:
    """What of a paid charge can still go back."""
    back = charge.refunds.exclude(state="failed").aggregate(n=Sum("amount"))["n"] or 0
    taken = charge.disputes.exclude(state="won").aggregate(n=Sum("amount"))["n"] or 0
    return max(0, charge.amount - int(back) - int(taken))


def refund(*, contract: Contract, amount: int, person: Person, key: str) -> list[CardRefund]:
    """Pay a refund that is owed back to the cards it was paid with, the newest payment first. The same key is one."""
    permissions.require(person, "payments.refund", provider=contract.provider)
    rows = _begin_refund(contract, amount, person, key)
    for row in rows:
        _ask(row)
        row.refresh_from_db()
    return rows


@whole
def _begin_refund(contract: Contract, amount: int, person: Person, key: str) -> list[CardRefund]:
    locked(Contract.objects).get(pk=contract.pk)
    if twins := list(CardRefund.objects.filter(charge__contract=contract, key=key)):
        return twins
    if not 0 < amount <= payable(contract):
        raise NotPossible(
            _("Enter an amount from 1 to %(owed)s yen, what is owed back.") % {"owed": f"{payable(contract):,}"}
        )
    locked(Provider.objects).get(pk=contract.provider_id)  # no transfer file is made meanwhile
    rows, left, moved = [], amount, _move(contract, amount)
    for charge in CardCharge.objects.filter(contract=contract, state="paid").order_by("-settled_at", "-pk"):
        if part := min(left, refundable(charge)):
            rows.append(CardRefund.objects.create(
                charge=charge, amount=part, moved=min(part, moved), key=key, person=person, asked_at=clock.now()
            ))  # fmt: skip
            left, moved = left - part, moved - min(part, moved)
    if left:
        raise NotPossible(
            _("Only %(most)s yen were paid by card. Pay the rest back by bank transfer.")
            % {"most": f"{amount - left:,}"}
        )
    _record(contract, person, "payments.card-refund", amount)
    return rows


def _ask(row: CardRefund) -> None:
    charge = row.charge
    try:
        reference = cards.company_of(charge.provider).refund(
            payment=charge.payment, amount=row.amount, mark=str(row.public_id), key=f"refund-{row.public_id}"
        )
    except Unreachable:
        log.warning("card refund %s has no answer; it is asked for again", row.public_id)
        return
    except PaymentError as error:
        log.warning("card refund %s: %s", row.public_id, error)
        refund_failed(row)
        return
    refunded(row, reference)


def resume(provider: Provider) -> None:
    """Refunds whose answer was lost are asked for again, by the same key."""
    for row in CardRefund.objects.filter(charge__provider=provider, state="asked").select_related("charge__provider"):
        _ask(row)


@whole
def refunded(row: CardRefund, reference: str) -> None:
    """The company has it; heard from the call or the message, booked once."""
    own = locked(CardRefund.objects).select_related("charge__contract__provider").get(pk=row.pk)
    if own.state == CardRefund.State.DONE:
        return
    own.state, own.reference, own.done_at = CardRefund.State.DONE, reference, clock.now()
    own.save()
    vouchers.book(
        provider=own.charge.provider, kind="card-refund", key=f"card-refund-{own.pk}", contract=own.charge.contract,
        text="カードへの返金", person=own.person,
        lines=[Line("refunds-payable", debit=own.amount), Line("card-clearing", credit=own.amount)],
    )  # fmt: skip


@whole
def refund_failed(row: CardRefund) -> None:
    """The card's bank did not take it: it is owed again."""
    own = locked(CardRefund.objects).select_related("charge__contract__provider").get(pk=row.pk)
    if own.state == CardRefund.State.FAILED:
        return
    if own.state == CardRefund.State.DONE:
        vouchers.book(
            provider=own.charge.provider, kind="card-refund-failed", key=f"card-refund-failed-{own.pk}",
            contract=own.charge.contract, text="カードへの返金の不成立",
            lines=[Line("card-clearing", debit=own.amount), Line("refunds-payable", credit=own.amount)],
        )  # fmt: skip
    own.state, own.done_at = CardRefund.State.FAILED, clock.now()
    own.save(update_fields=["state", "done_at"])
    if own.moved:  # what had waited for a transfer waits for one again
        contract = own.charge.contract
        payables.owe(
            provider=contract.provider, organisation=contract.organisation, kind="balance", amount=own.moved,
            key=f"card-refund-failed-{own.pk}", account="refunds-payable", text=contract.number,
        )  # fmt: skip


@whole
def dispute(*, charge: CardCharge, reference: str, amount: int, reason: str, status: str) -> CardDispute:
    """A chargeback in whatever order its messages come: once decided it stays so. The card is charged no more."""
    locked(Contract.objects).get(pk=charge.contract_id)
    row, fresh = CardDispute.objects.get_or_create(
        reference=reference,
        defaults={"charge": charge, "amount": amount, "reason": reason[:60], "opened_at": clock.now()},
    )
    if fresh:
        _book_dispute(row, "out", Line("chargebacks", debit=amount), Line("card-clearing", credit=amount))
        card = charge.card or cards.active(charge.contract.organisation)  # paid on the page: perhaps with that one
        if card and card.state == "active":
            cards.stop(card, "chargeback")
        audit.record(
            provider=charge.provider, actor=None, action="payments.chargeback", subject=charge.contract.number,
            organisation=charge.contract.organisation, after={"amount": amount, "reason": reason},
        )  # fmt: skip
    if row.state == CardDispute.State.OPEN and status in DECIDED:
        row.state, row.closed_at = DECIDED[status], clock.now()
        row.save(update_fields=["state", "closed_at"])
        if row.state == CardDispute.State.WON:
            _book_dispute(row, "back", Line("card-clearing", debit=row.amount), Line("chargebacks", credit=row.amount))
    return row


def _book_dispute(row: CardDispute, step: str, *lines: Line) -> None:
    charge = row.charge
    vouchers.book(
        provider=charge.provider, kind="chargeback", key=f"chargeback-{row.pk}-{step}", contract=charge.contract,
        text=f"チャージバック {charge.invoice.number:06}", lines=lines,
    )  # fmt: skip


@whole
def claim_again(*, dispute: CardDispute, person: Person) -> None:
    """A chargeback that was lost: the payment, or the part that was disputed, never came, so what it paid is open again,
    as the terms count it."""
    charge = dispute.charge
    permissions.require(person, "payments.take-back", provider=charge.provider)
    locked(Contract.objects).get(pk=charge.contract_id)
    if claimed(dispute):
        return
    if dispute.state != CardDispute.State.LOST:
        raise NotPossible(_("Only a lost chargeback can be claimed again."))
    repayments.take_back_payment(
        contract=charge.contract, person=person, key=f"card-{charge.pk}", amount=dispute.amount, mark=f"{dispute.pk}"
    )
    _book_dispute(dispute, "claimed", Line("bank", debit=dispute.amount), Line("chargebacks", credit=dispute.amount))


def claimed(dispute: CardDispute) -> bool:
    """Whether it was claimed again."""
    key = f"chargeback-{dispute.pk}-claimed"
    return Voucher.objects.filter(provider=dispute.charge.provider, key=key).exists()


def paid_out(reference: str, shares: list[Share]) -> None:
    """The company paid our bank: each provider's part, as its own payments make it up."""
    known = {
        charge.payment: charge
        for charge in CardCharge.objects.filter(payment__in={one.payment for one in shares if one.payment})
        .select_related("provider", "contract__provider", "invoice")
    }  # fmt: skip
    sums: dict[Provider, int] = defaultdict(int)
    for one in shares:
        if charge := known.get(one.payment):
            sums[charge.provider] += one.net
    for provider, amount in sums.items():
        with clock.standing_at(provider.sandbox_now):
            _book_payout(provider, reference, amount)


def _book_payout(provider: Provider, reference: str, amount: int) -> None:
    sides = ("bank", "card-clearing") if amount > 0 else ("card-clearing", "bank")
    if amount:
        vouchers.book(
            provider=provider, kind="card-payout", key=f"card-payout-{reference}", text=f"カード会社からの入金 {reference}",
            lines=[Line(sides[0], debit=abs(amount)), Line(sides[1], credit=abs(amount))],
        )  # fmt: skip


def look_again(*, charge: CardCharge, person: Person) -> CardCharge:
    """An attempt without an answer: staff looked it up at the company, or let us look by its name there."""
    permissions.require(person, "payments.refund", provider=charge.provider)
    if charge.state != CardCharge.State.UNCERTAIN:
        return charge
    if not charge.payment:
        CardCharge.objects.filter(pk=charge.pk, state="uncertain").update(state="refused", reason="not_found")
        charge.refresh_from_db()
        return charge
    return card_charges.settle(
        charge, cards.answered(lambda: cards.company_of(charge.provider).payment(charge.payment))
    )


def _record(contract: Contract, person: Person, action: str, amount: int) -> None:
    audit.record(
        provider=contract.provider, actor=person, action=action, subject=contract.number,
        organisation=contract.organisation, after={"amount": amount},
    )  # fmt: skip
