"""Debits that failed: asked again by themselves once, or decided by a person."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import queries
from musubu.billing.models import DebitLine, HandoverLine
from musubu.contracts.models import Contract
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

AGAIN = "no-funds"  # the one result after which the same account is asked again by itself
TRIES = 2
Tell = Callable[[Contract, int, int, str, str], None]  # contract, invoice, yen, payer code, key
TELL_TRANSFER: list[Tell] = []  # who tells the customer how to pay instead (filled by site/wiring)


def stuck(provider: Provider) -> dict[int, DebitLine]:
    """Invoice -> its newest failed debit, where the next file must not ask again: another reason than too little money,
    that reason for the second time, or a person's decision for a transfer."""
    rows = DebitLine.objects.filter(run__provider=provider).exclude(result__in=("", "paid"))
    found: dict[int, DebitLine] = {}
    failures: dict[int, int] = {}
    for line in rows.select_related("invoice__contract__organisation", "run").order_by("pk"):
        if line.decision == "again":
            failures.pop(line.invoice_id, None)
            found.pop(line.invoice_id, None)
            continue
        failures[line.invoice_id] = failures.get(line.invoice_id, 0) + 1
        if line.result != AGAIN or line.decision or failures[line.invoice_id] >= TRIES:
            found[line.invoice_id] = line
    return found


def waiting(provider: Provider) -> list[DebitLine]:
    """Failed debits that wait for a person, the oldest first; what was paid or went to an agent meanwhile is gone."""
    away = set(HandoverLine.objects.filter(handover__provider=provider, result="").values_list("invoice", flat=True))
    lines = [one for one in stuck(provider).values() if not one.decision and one.invoice_id not in away]
    opened = queries.open_amounts([line.invoice.contract_id for line in lines])
    return [line for line in lines if (line.invoice.contract_id, line.invoice.of_contract) in opened]


@whole
def decide(*, line: DebitLine, person: Person, to: str) -> None:
    """`again`: the account or the consent was mended, so the next file asks; `transfer`: the customer is told how to pay
    by bank transfer."""
    permissions.require(person, "payments.debit", provider=line.run.provider)
    rows = locked(DebitLine.objects)
    own = rows.select_related("run__provider", "invoice__contract__organisation", "invoice__contract__responsible").get(
        pk=line.pk
    )
    if to not in ("again", "transfer"):
        raise NotPossible(_("Choose: ask again, or transfer instead."))
    if own.decision == to:
        return
    if own.result in ("", "paid") or own.decision:
        raise NotPossible(_("Somebody has decided this already. Look at the list again."))
    own.decision, own.decided_at, own.decided_by = to, clock.now(), person
    own.save(update_fields=["decision", "decided_at", "decided_by"])
    if to == "transfer":
        contract = own.invoice.contract
        left = queries.open_amounts([contract.pk]).get((contract.pk, own.invoice.of_contract), 0)
        for tell in TELL_TRANSFER:
            tell(contract, own.invoice.number, left, queries.virtual_account(contract.organisation), f"debit-{own.pk}")
    audit.record(
        provider=own.run.provider, actor=person, action=f"payments.debit-{to}", subject=f"{own.invoice.number:06}",
        organisation=own.invoice.contract.organisation, after={"result": own.result},
    )  # fmt: skip
