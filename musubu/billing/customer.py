"""What a customer's money pages show: what is due, when and how, use so far, instalments, payments. Few statements."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import BaseExpression

from musubu import clock
from musubu.billing import card_charges, cards, queries, receipts
from musubu.billing.models import CardCharge, Instalment, Invoice, InvoiceDispute, Mandate, PaymentCard, PaymentPlan
from musubu.contracts import rating
from musubu.contracts.models import Contract, UsageRecord
from musubu.parties.models import Organisation, Provider
from musubu.terms.rules import methods


@dataclass(frozen=True)
class Due:
    """An open invoice: `how` it is paid (card | debit | transfer), what went wrong, whether a card can pay it now."""

    open: queries.Open
    how: str
    failed: str
    payable: bool
    disputed: bool


@dataclass(frozen=True)
class Use:
    """Metered use of the running month; `ahead`: what it comes to at this pace, in whole yen before tax."""

    number: str  # of the contract
    count: int
    seconds: int
    so_far: int
    ahead: int

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


def page(provider: Provider, organisation: Organisation) -> dict[str, Any]:
    """Everything that the first page of a customer's money needs."""
    today = clock.today()
    contracts = Contract.objects.filter(organisation=organisation)
    opened = queries.open_invoices(contracts, today, queries.invoices(provider, organisation, {}), _marks())
    ways, card, mandate = _ways(contracts)
    offered = "card" in ways and cards.offered(provider)
    return {
        "dues": _dues(opened, card, mandate, offered),
        "total": sum(one.left for one in opened),
        "late": sum(one.left for one in opened if one.days_late),
        "next": next((one.invoice.due_on for one in opened if not one.days_late), None),
        "account": queries.virtual_account(organisation),
        "bank": provider.collection,
        "card": card,
        "expires": card and (card.year, card.month) <= (today.year, today.month),
        "mandate": mandate,
        "takes_cards": offered,
        "takes_debits": "debit" in ways,
        "uses": uses(contracts, today),
        "instalments": _instalments(organisation, opened)
        if any(vars(one.invoice)["planned"] for one in opened)
        else [],
        "payments": receipts.of(contracts, 10)[:5],
    }


CARD = ("brand", "last4", "month", "year", "active_at")


def _ways(contracts: QuerySet[Contract]) -> tuple[set[str], PaymentCard | None, Mandate | None]:
    """How the terms of a customer's contracts let them be paid, with the card and the consent in force: one statement."""
    rows = contracts.annotate(
        paying=FilteredRelation("organisation__cards", condition=Q(organisation__cards__state="active")),
        debited=FilteredRelation("organisation__mandates", condition=Q(organisation__mandates__state="active")),
    ).values_list("service", "debited__account", *(f"paying__{name}" for name in CARD))
    ways: set[str] = set()
    card = mandate = None
    for service, account, *known in rows.distinct():
        ways.update(methods.allowed(service))
        mandate = Mandate(account=account) if account else None
        card = PaymentCard(**dict(zip(CARD, known, strict=True))) if known[-1] else None
    return ways, card if "card" in ways else None, mandate


def _dues(opened: list[queries.Open], card: PaymentCard | None, mandate: Mandate | None, offered: bool) -> list[Due]:
    return [
        Due(
            one,
            _how(one, card, mandate, bool(failed)),
            failed,
            offered and cards.takes_cards(one.invoice.contract.service) and one.left >= card_charges.LEAST,
            vars(one.invoice)["disputed"],
        )
        for one in opened
        for failed in [vars(one.invoice)["failed"] or ""]
    ]


def _marks() -> dict[str, BaseExpression]:
    """The code of a card's last refusal, whether a dispute is open, and whether a plan runs."""
    refused = CardCharge.objects.filter(invoice=OuterRef("pk"), state__in=("refused", "needs-authentication"))
    refused = refused.exclude(reason="given_up").order_by("-pk")
    plans = PaymentPlan.objects.filter(invoices=OuterRef("pk"), state="running")
    disputes = InvoiceDispute.objects.filter(invoice=OuterRef("pk"), closed_at__isnull=True)
    return {"failed": Subquery(refused.values("reason")[:1]), "disputed": Exists(disputes), "planned": Exists(plans)}


def _how(one: queries.Open, card: PaymentCard | None, mandate: Mandate | None, failed: bool) -> str:
    contract = one.invoice.contract
    since = card.active_at.astimezone(clock.TOKYO).date() if card and card.active_at else None
    if since and one.invoice.due_on >= since and cards.takes_cards(contract.service) and not failed:
        return "card"
    return "debit" if mandate and contract.particulars.get("payment") == "debit" else "transfer"


def uses(contracts: Any, today: date) -> list[Use]:
    """Metered use of this month by contract, and where it leads at the pace of the days so far."""
    rows = UsageRecord.objects.filter(contract__in=contracts, month=today.replace(day=1)).values("contract__number")
    days = calendar.monthrange(today.year, today.month)[1]
    return [
        Use(
            row["contract__number"], row["count"], row["seconds"], rating.whole_yen(row["milli"]),
            rating.whole_yen(row["milli"] * days // today.day),
        )
        for row in rows.annotate(count=Count("pk"), seconds=Sum("seconds"), milli=Sum("milli")).order_by("contract__number")
    ]  # fmt: skip


def _instalments(organisation: Organisation, opened: list[queries.Open]) -> list[tuple[Instalment, str]]:
    """The instalments of running plans, each met, late or open, by what is still open of their invoices."""
    rows = Instalment.objects.filter(plan__contract__organisation=organisation, plan__state="running")
    left: dict[int, int] = defaultdict(int)
    for one in opened:
        left[one.invoice.contract_id] += one.left if vars(one.invoice)["planned"] else 0
    wanted: dict[int, int] = defaultdict(int)
    found = []
    for row in rows.select_related("plan__contract").order_by("plan", "n"):
        wanted[row.plan_id] += row.amount
        met = row.plan.total - left[row.plan.contract_id] >= wanted[row.plan_id]
        found.append((row, "met" if met else "late" if row.day < clock.today() else "open"))
    return found


def of_invoice(invoice: Invoice, left: int) -> dict[str, Any]:
    """What an invoice's page says of paying it: whether a card can, what was tried, what agreed, which receipt."""
    contract = invoice.contract
    return {
        "by_card": cards.offered(invoice.provider)
        and cards.takes_cards(contract.service)
        and left >= card_charges.LEAST,
        "card": cards.active(contract.organisation),
        "attempts": [(row, card_charges.reason(row)) for row in invoice.card_charges.order_by("-pk")],
        "dispute": invoice.contests.filter(closed_at__isnull=True).first(),
        "plan": invoice.payment_plans.filter(state="running").first(),
        "receipts": receipts.given(contract.service),
        "paid": receipts.paid_of(invoice),
    }
