"""Money that the terms bring about: charges, invoices, credit notes, and the books."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max

from musubu.billing import ledger, queries
from musubu.billing.models import Charge, CreditNote, Entry, Invoice
from musubu.contracts import effects
from musubu.contracts.models import Contract, Outcome
from musubu.parties.models import Picture, Provider
from musubu.transactions import locked

# what takes back a part of what was invoiced -> the kind of its return invoice
CREDITS = {"credit": "credit", "refund": "refund", "invoice.void": "void", "charge.withdrawn": "withdrawn"}


@effects.only_keeps
def charge(contract: Contract, outcome: Outcome) -> None:
    data = outcome.data
    row = Charge(
        contract=contract,
        outcome=outcome.n,
        at=outcome.at,
        item=data["item"],
        first=date.fromisoformat(data["from"]),
        last=date.fromisoformat(data["to"]),
        amount=data["amount"],
        clause=outcome.clause,
    )
    effects.keep(row)


def pictures(provider: Provider) -> dict[str, str]:
    """The names of the logo and the seal that a document issued now keeps."""
    keys = (provider.logo_id, provider.seal_id)
    found: dict[str, str] = effects.asked_once(("pictures", *keys), lambda: _names(*keys))
    return found


def _names(logo: int | None, seal: int | None) -> dict[str, str]:
    found = Picture.objects.only("digest", "kind").in_bulk([key for key in (logo, seal) if key])
    names = {key: f"{one.digest}.{one.kind}" for key, one in found.items()}
    return {"logo": names.get(logo or 0, ""), "seal": names.get(seal or 0, "")}


def way_of_paying(contract: Contract) -> dict[str, Any]:
    """How the terms' agreed way brings the money, as it is today: {"way", and for a transfer "bank" and "code"}."""
    way, account = contract.particulars.get("payment", "transfer"), contract.provider.collection
    if way in ("debit", "card"):
        return {"way": way}
    return (
        {"way": "transfer", "bank": account, "code": queries.virtual_account(contract.organisation)} if account else {}
    )


def parties(contract: Contract) -> dict[str, Any]:
    """Issuer and recipient as they are called today: an issued document keeps them."""
    provider, organisation = contract.provider, contract.organisation
    return {
        "issuer": {
            "names": {"ja": provider.name} | provider.names,
            "number": provider.registration_number,
            "address": provider.address,
            "telephone": provider.telephone,
            **pictures(provider),
        },
        "to": {"name": organisation.name, "address": organisation.address},
        "contract": contract.number,
        "service": contract.service,
    }


@effects.only_keeps
def issue_invoice(contract: Contract, outcome: Outcome) -> None:
    """The next number of the provider; its lines are the charges that the terms name."""
    data = outcome.data
    lines = _lines(contract, outcome)
    step: dict[str, Any] = next((one for one in outcome.why if one["key"] == "tax"), {"values": {}})
    line_rates = step["values"].get("lines", [])
    invoice = Invoice(
        provider_id=contract.provider_id,
        contract=contract,
        number=_number(Invoice, contract.provider_id),
        of_contract=data["invoice"],
        issued_at=outcome.at,
        due_on=date.fromisoformat(data["due"]),
        subtotal=data["subtotal"],
        tax=data["tax"],
        total=data["total"],
        party=contract.organisation.name,
        document=parties(contract)
        | {
            "pay": way_of_paying(contract),
            "lines": [
                {
                    "item": line.item, "first": line.first.isoformat(), "last": line.last.isoformat(),
                    "amount": line.amount, "rate": rate, "clause": line.clause,
                }
                for line, rate in zip(lines, line_rates, strict=False)
            ],
            "rates": ledger.rates(outcome.why),
        },
    )  # fmt: skip
    effects.add(invoice)
    for line in lines:
        line.invoice = invoice
        if line.pk:
            effects.change(line, "invoice")


def _number(table: type[Invoice] | type[CreditNote], provider: int) -> int:
    """The provider's next number; its row is locked until the transaction ends, so that none is lost or used twice."""

    def last() -> int:
        locked(Provider.objects).only("pk").get(pk=provider)
        found = table.objects.filter(provider_id=provider).aggregate(last=Max("number"))["last"]
        return int(found or 0)

    return effects.next_number(table.__name__, provider, last)


def _lines(contract: Contract, outcome: Outcome) -> list[Charge]:
    """The charges that the terms put on an invoice, in their order: kept before, or by the batch under way."""
    named = {n for step in outcome.why for n in step["values"].get("charges", ())}
    own = effects.now_or_with_batch()
    wait = [row for row in own.rows.get(Charge, ()) if row.contract_id == contract.pk] if own else []
    waiting = {row.outcome: row for row in wait}
    if named <= waiting.keys():
        return [waiting[n] for n in sorted(named)]
    among = own.contracts if own and contract.pk in own.contracts else (contract.pk,)
    kept = effects.asked_once(("open charges", among), lambda: _open_charges(among))
    if any(n not in waiting and (contract.pk, n) not in kept for n in named):  # written by the batch meanwhile
        kept = _open_charges((contract.pk,))
    lines = [waiting.get(n) or kept.get((contract.pk, n)) for n in sorted(named)]
    return [line for line in lines if line]


def _open_charges(contracts: tuple[int, ...]) -> dict[tuple[int, int], Charge]:
    rows = Charge.objects.filter(contract__in=contracts, invoice__isnull=True)
    return {(row.contract_id, row.outcome): row for row in rows}


def takes_back(outcome: Outcome) -> bool:
    """Whether an outcome takes back what was invoiced: an extension does not, nor a charge not invoiced yet."""
    if outcome.what == "charge.withdrawn":
        return "invoice" in outcome.data
    return outcome.what in CREDITS and outcome.data.get("as") != "extension"


def issue_credit_note(contract: Contract, outcome: Outcome) -> None:
    """A return invoice for what is taken back."""
    data = outcome.data
    if not takes_back(outcome) or CreditNote.objects.filter(contract=contract, outcome=outcome.n).exists():
        return
    amount, tax = net_and_tax(outcome)
    about = Invoice.objects.filter(contract=contract)
    if "invoice" in data:
        about = about.filter(of_contract=data["invoice"])
    CreditNote.objects.create(
        provider_id=contract.provider_id,
        contract=contract,
        number=_number(CreditNote, contract.provider_id),
        outcome=outcome.n,
        invoice=about.order_by("-of_contract").first(),
        issued_at=outcome.at,
        kind=CREDITS[outcome.what],
        amount=amount,
        tax=tax,
        clause=outcome.clause,
        document=parties(contract),
    )


def net_and_tax(outcome: Outcome) -> tuple[int, int]:
    data = outcome.data
    if outcome.what in ("credit", "charge.withdrawn"):
        return data["amount"], data["tax"]
    tax = data["tax"] if outcome.what == "invoice.void" else ledger.tax_within(data["amount"])
    return data["amount"] - tax, tax


@effects.only_keeps
def post(contract: Contract, outcome: Outcome) -> None:
    """Write an outcome into the books."""
    for place, line in enumerate(ledger.lines(outcome.what, outcome.data, outcome.why)):
        effects.keep(
            Entry(
                provider_id=contract.provider_id,
                contract=contract,
                outcome=outcome.n,
                line=place,
                at=outcome.at,
                account=line.account,
                debit=line.debit,
                credit=line.credit,
                of_contract=line.invoice,
                clause=outcome.clause,
            )
        )
