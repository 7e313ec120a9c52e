"""A deposit pays one contract or several, and a wrong match is undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import queries
from musubu.billing.models import BankDeposit, DepositPart, Invoice, PayerName
from musubu.billing.odd_payments import unbear_fee
from musubu.billing.proposals import FEES, MOST_NUMBER, NUMBER
from musubu.billing.repayments import take_back_payment
from musubu.contracts import actions
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions
from musubu.parties.models import Person
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

Parts = Sequence[tuple[Contract, int]]


@whole
def allocate(*, deposit: BankDeposit, parts: Parts, person: Person, reason: str = "") -> None:
    """The deposit pays these contracts, each its sum: the invoice that the payer named, else the oldest open one first.
    Of two people who match one deposit the first wins. The payer's name is learned."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = locked(BankDeposit.objects).select_related("provider").get(pk=deposit.pk)
    if own.matched_at or own.set_aside:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    _check(own, parts)
    for contract, amount in parts:
        _pay(own, contract, amount, person)
    own.contract, own.matched_at, own.matched_by, own.reason = parts[0][0], clock.now(), person, reason[:40]
    own.save(update_fields=["contract", "matched_at", "matched_by", "reason"])
    for contract, _amount in parts:
        PayerName.objects.get_or_create(provider=own.provider, organisation=contract.organisation, name=own.payer)


def _check(deposit: BankDeposit, parts: Parts) -> None:
    if not parts or any(amount <= 0 for _contract, amount in parts):
        raise NotPossible(_("Give each contract 1 yen or more."))
    if any(contract.provider_id != deposit.provider_id for contract, _amount in parts):
        raise NotPossible(_("Choose a contract of this provider."))
    if len({contract.pk for contract, _amount in parts}) != len(parts):
        raise NotPossible(_("Name each contract once."))
    total = sum(amount for _contract, amount in parts)
    if total != deposit.amount:
        raise NotPossible(
            _("The parts come to %(total)s yen, the deposit is %(amount)s yen. Give it out to the last yen.")
            % {"total": f"{total:,}", "amount": f"{deposit.amount:,}"}
        )


def _pay(deposit: BankDeposit, contract: Contract, amount: int, person: Person) -> None:
    part = DepositPart.objects.create(
        deposit=deposit, contract=contract, amount=amount, kind="exact", matched_at=clock.now(), matched_by=person
    )
    known = contract.outcomes.count()
    actions.pay(
        contract=contract, person=person, amount=amount, invoice=_aimed(deposit, contract, amount),
        received=deposit.day, key=f"part-{part.pk}",
    )  # fmt: skip
    part.kind, part.difference, part.of_contract = _fits(contract, list(contract.outcomes.filter(n__gte=known)))
    part.save(update_fields=["kind", "difference", "of_contract"])


def _aimed(deposit: BankDeposit, contract: Contract, amount: int) -> int | None:
    """The invoice that the payer named, or the only one of exactly this amount."""
    left = {number: yen for (_contract, number), yen in queries.open_amounts([contract.pk]).items()}
    named = {int(one) for one in NUMBER.findall(f"{deposit.remark} {deposit.payer}") if int(one) < MOST_NUMBER}
    for row in Invoice.objects.filter(contract=contract, number__in=named):
        if row.of_contract in left:
            return row.of_contract
    same = [number for number, yen in left.items() if yen == amount]
    return same[0] if len(same) == 1 else None


def _fits(contract: Contract, followed: list[Outcome]) -> tuple[str, int, int | None]:
    """How the sum fits: (kind, yen missing or over, the invoice that stays open in part)."""
    if over := sum(one.data["amount"] for one in followed if one.what == "balance.kept"):
        return "over", over, None
    paid = [one.data["invoice"] for one in followed if one.what == "paid"]
    left = queries.open_amounts([contract.pk]).get((contract.pk, paid[-1]), 0) if paid else 0
    if not left:
        return "exact", 0, None
    return ("fee" if left in FEES else "short"), left, paid[-1]


@whole
def undo(*, deposit: BankDeposit, person: Person, why: str) -> None:
    """A wrong match: the terms take each part's payment back, and the deposit is in the list again."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = locked(BankDeposit.objects).select_related("provider").get(pk=deposit.pk)
    parts = list(own.parts.filter(undone_at__isnull=True).select_related("contract__organisation", "deposit__provider"))
    if not own.matched_at or not parts:
        raise NotPossible(_("This deposit is not matched. Look at the list again."))
    if not why.strip():
        raise NotPossible(_("Say why the match was wrong."))
    for part in parts:
        unbear_fee(part, person)
        take_back_payment(contract=part.contract, person=person, key=f"part-{part.pk}")
        part.undone_at, part.undone_by, part.undone_why = clock.now(), person, why.strip()[:200]
        part.save(update_fields=["undone_at", "undone_by", "undone_why"])
        _forget(own, part)
    own.contract = own.matched_at = own.matched_by = None
    own.reason = ""
    own.save(update_fields=["contract", "matched_at", "matched_by", "reason"])
    audit.record(
        provider=own.provider, actor=person, action="payments.undo-match", subject=f"{own.payer} {own.amount}",
        before=[part.contract.number for part in parts], after=why.strip()[:200],
    )  # fmt: skip


def _forget(deposit: BankDeposit, part: DepositPart) -> None:
    """A payer's name that was learned by the wrong match alone is forgotten."""
    organisation = part.contract.organisation
    others = DepositPart.objects.filter(
        deposit__payer=deposit.payer, contract__organisation=organisation, undone_at__isnull=True
    )
    if not others.exclude(deposit=deposit).exists():
        PayerName.objects.filter(organisation=organisation, name=deposit.payer).delete()
