"""What the provider owes somebody and pays by bank transfer: each debt once, by its key."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import accounts
from musubu.billing.models import BankDeposit, Payable
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole


def owe(
    *,
    provider: Provider,
    kind: str,
    key: str,
    amount: int,
    account: str,
    text: str,
    organisation: Organisation | None = None,
    target: dict[str, Any] | None = None,
) -> Payable:
    """Money that stands in an account of the books already and is to be paid out; the same key is one debt."""
    row, _new = Payable.objects.get_or_create(
        provider=provider,
        key=key,
        defaults={
            "organisation": organisation, "kind": kind, "amount": amount, "account": account, "text": text[:200],
            "made_at": clock.now(), "target": target or {},
        },
    )  # fmt: skip
    return row


def keep_refund(contract: Contract, outcome: Outcome) -> None:
    """A refund of the terms (LN-25, EX-20.3) is to be paid out. An effect: safe to run twice."""
    owe(
        provider=contract.provider, organisation=contract.organisation, kind="refund",
        key=f"refund-{contract.pk}-{outcome.n}", amount=outcome.data["amount"], account="refunds-payable",
        text=f"{contract.number} {outcome.clause}",
    )  # fmt: skip


@whole
def send_back(*, deposit: BankDeposit, person: Person, target: dict[str, str]) -> Payable:
    """Money of an unknown payer goes back to the account that it came from."""
    permissions.require(person, "payments.give-back", provider=deposit.provider)
    own = locked(BankDeposit.objects).select_related("provider").get(pk=deposit.pk)
    if own.in_suspense % 2 == 0:
        raise NotPossible(_("Set the deposit aside as an unknown payer's first."))
    checked = accounts.checked(own.provider, **target)
    row = owe(
        provider=own.provider, kind="suspense", key=f"deposit-{own.pk}", amount=own.amount, account="suspense",
        text=f"{own.payer} {own.day}", target=checked,
    )  # fmt: skip
    audit.record(
        provider=own.provider, actor=person, action="payments.send-back", subject=f"{own.payer} {own.amount}",
        after={"bank": checked["bank"], "branch": checked["branch"], "account": "…" + checked["account"][-3:]},
    )  # fmt: skip
    return row
