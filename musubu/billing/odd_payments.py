"""Payments that do not fit: less a bank's fee, short, over. Each waits in a list, with its age, for its next step (SC-13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import ledger, queries, vouchers
from musubu.billing.models import DepositPart, Entry, Invoice
from musubu.billing.proposals import FEES
from musubu.billing.repayments import give_back, take_back_payment
from musubu.contracts import actions
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole


@dataclass(frozen=True)
class Odd:
    """A match that needs a next step: `left` is still missing (fee, short) or over."""

    part: DepositPart
    left: int
    age: int
    invoice: Invoice | None


def waiting(provider: Provider) -> list[Odd]:
    """Matches that fell short or are over and are not settled, the oldest first."""
    rows = DepositPart.objects.filter(deposit__provider=provider, undone_at__isnull=True, settled="")
    parts = list(
        rows.exclude(kind="exact").select_related("contract__organisation", "deposit").order_by("deposit__day")
    )
    contracts = [part.contract_id for part in parts]
    opened, kept = queries.open_amounts(contracts), balances(contracts)
    invoices = {(row.contract_id, row.of_contract): row for row in Invoice.objects.filter(contract__in=contracts)}
    found = []
    for part in parts:
        key = (part.contract_id, part.of_contract or 0)
        most = kept.get(part.contract_id, 0) if part.kind == "over" else opened.get(key, 0)
        if left := min(part.difference, most):
            found.append(Odd(part, left, (clock.today() - part.deposit.day).days, invoices.get(key)))
    return found


def balances(contracts: list[int]) -> dict[int, int]:
    """Contract -> what the customer has over, by the books."""
    rows = Entry.objects.filter(contract__in=contracts, account="customer-balance").order_by()
    return dict(rows.values_list("contract").annotate(left=Sum(F("credit") - F("debit"))))


@whole
def bear_fee(*, part: DepositPart, person: Person) -> None:
    """A bank's fee was taken off and the provider bears it: the invoice is paid, the fee is an expense. Otherwise the
    customer owes the rest (SC-10.1, SC-13)."""
    own = _locked(part, person)
    left = queries.open_amounts([own.contract_id]).get((own.contract_id, own.of_contract or 0), 0)
    if own.kind != "fee" or left not in FEES:
        raise NotPossible(_("Only a bank's fee, at most %(most)s yen, can be borne.") % {"most": max(FEES)})
    actions.pay(
        contract=own.contract, person=person, amount=left, invoice=own.of_contract, received=own.deposit.day,
        key=f"fee-{own.pk}",
    )  # fmt: skip
    own.difference = left
    _book(own, person, ledger.Line("bank-fees", debit=left), ledger.Line("bank", credit=left), "fee")
    _settle(own, person, "fee-borne")


def unbear_fee(part: DepositPart, person: Person) -> None:
    """With a match that is undone, the fee that was borne for it is undone too."""
    if part.settled == "fee-borne":
        take_back_payment(contract=part.contract, person=person, key=f"fee-{part.pk}")
        fee = part.difference
        _book(part, person, ledger.Line("bank", debit=fee), ledger.Line("bank-fees", credit=fee), "fee-back")


def _book(part: DepositPart, person: Person, debit: ledger.Line, credit: ledger.Line, name: str) -> None:
    vouchers.book(
        provider=part.deposit.provider, kind="bank-fee", key=f"{name}-{part.pk}", lines=[debit, credit],
        text=part.deposit.payer, person=person,
    )  # fmt: skip


@whole
def keep_over(*, part: DepositPart, person: Person) -> None:
    """What is over stays for the next invoice, as the customer wishes."""
    own = _locked(part, person)
    if own.kind != "over":
        raise NotPossible(_("Nothing of this payment is over."))
    _settle(own, person, "kept")


@whole
def give_back_over(*, part: DepositPart, person: Person) -> None:
    """What is over and was not used meanwhile goes back to the customer by bank transfer."""
    own = _locked(part, person)
    left = min(own.difference, balances([own.contract_id]).get(own.contract_id, 0))
    if own.kind != "over" or not left:
        raise NotPossible(_("Nothing of this payment is over."))
    give_back(contract=own.contract, person=person, amount=left, key=f"over-{own.pk}")
    _settle(own, person, "given-back")


def _locked(part: DepositPart, person: Person) -> DepositPart:
    permissions.require(person, "payments.match", provider=part.deposit.provider)
    rows = locked(DepositPart.objects)
    own = rows.select_related("deposit__provider", "contract__organisation").get(pk=part.pk)
    if own.undone_at or own.settled:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    return own


def _settle(part: DepositPart, person: Person, how: str) -> None:
    part.settled = how
    part.save(update_fields=["settled", "difference"])
    audit.record(
        provider=part.deposit.provider, actor=person, action=f"payments.{how}", subject=part.contract.number,
        organisation=part.contract.organisation, after={"amount": part.difference},
    )  # fmt: skip
