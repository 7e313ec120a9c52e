"""Invoices that stay open: at which stage each is, the house's reminders, and disputes that stop them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock, terms
from musubu.billing import queries, telling
from musubu.billing.models import (
    CardCharge,
    CardDispute,
    DebitLine,
    DunningDay,
    Invoice,
    InvoiceDispute,
    PaymentPlan,
    Reminder,
    WriteOff,
)
from musubu.contracts import actions
from musubu.contracts.models import Contract, Outcome
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

# days after the due day on which the house itself reminds; where the terms remind (VG-11.3), they do it alone
STAGES = (3, 10, 21)
HOUR = 9  # nobody is reminded at night
STATES = {
    "fresh": gettext_lazy("late, not reminded yet"),
    "reminded": gettext_lazy("reminded"),
    "terms": gettext_lazy("new due hour by the terms"),
    "last": gettext_lazy("last reminder sent"),
    "plan": gettext_lazy("payment plan"),
    "disputed": gettext_lazy("in dispute"),
    "write-off": gettext_lazy("write-off proposed"),
}


@dataclass
class Late:
    """An overdue invoice: what is open, its stage, what failed, and what comes next on which day."""

    invoice: Invoice
    left: int
    days: int
    state: str = "fresh"
    reminders: int = 0
    failed: str = ""  # "debit:no-funds" | "card:insufficient_funds" | ""
    broken: bool = False  # a payment plan was not kept
    next_on: date | datetime | None = None

    @property
    def label(self) -> str:
        return str(STATES[self.state])


@dataclass
class _Known:
    """What is known of some invoices, in one statement for each kind."""

    reminders: dict[int, int] = field(default_factory=dict)
    disputed: set[int] = field(default_factory=set)
    planned: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    proposed: set[int] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)
    by_terms: dict[tuple[int, int], datetime] = field(default_factory=dict)


def late(provider: Provider, today: date) -> list[Late]:
    """All overdue invoices with their stage, the longest overdue first."""
    contracts = Contract.objects.filter(provider=provider)
    rows = [one for one in queries.open_invoices(contracts, today) if one.days_late]
    known = _known([one.invoice for one in rows])
    return [_stage(one, known) for one in rows]


def _known(invoices: list[Invoice]) -> _Known:
    keys = [row.pk for row in invoices]
    contracts = {row.contract_id for row in invoices}
    plans = PaymentPlan.objects.filter(invoices__in=keys).values_list("invoices", "state")
    told = Outcome.objects.filter(contract__in=contracts, what="reminder").values_list("contract", "data")
    return _Known(
        reminders=dict(
            Reminder.objects.filter(invoice__in=keys).values_list("invoice").annotate(n=Max("stage")).order_by()
        ),
        disputed=set(
            InvoiceDispute.objects.filter(invoice__in=keys, closed_at__isnull=True).values_list("invoice", flat=True)
        ),
        planned={key for key, state in plans if state == "running"},
        broken={key for key, state in plans if state == "broken"},
        proposed=set(WriteOff.objects.filter(invoice__in=keys, state="proposed").values_list("invoice", flat=True)),
        failed=_failed(keys),
        by_terms={(contract, data["invoice"]): datetime.fromisoformat(data["new_due"]) for contract, data in told},
    )


def _failed(keys: Iterable[int]) -> dict[int, str]:
    """The last thing that failed, by invoice."""
    debits = DebitLine.objects.filter(invoice__in=keys).exclude(result__in=("", "paid")).order_by("pk")
    found = {key: f"debit:{result}" for key, result in debits.values_list("invoice", "result")}
    refused = CardCharge.objects.filter(invoice__in=keys, state__in=("refused", "needs-authentication")).order_by("pk")
    return found | {key: f"card:{reason}" for key, reason in refused.values_list("invoice", "reason")}


def _stage(one: queries.Open, known: _Known) -> Late:
    row = one.invoice
    sent = known.reminders.get(row.pk, 0)
    found = Late(row, one.left, one.days_late, reminders=sent, failed=known.failed.get(row.pk, ""))
    found.broken = row.pk in known.broken
    hour = known.by_terms.get((row.contract_id, row.of_contract))
    if row.pk in known.proposed:
        found.state = "write-off"
    elif row.pk in known.disputed:
        found.state = "disputed"
    elif row.pk in known.planned:
        found.state = "plan"
    elif hour:
        found.state, found.next_on = "terms", hour
    else:
        found.state = "last" if sent == len(STAGES) else "reminded" if sent else "fresh"
        found.next_on = row.due_on + timedelta(days=STAGES[sent]) if sent < len(STAGES) else None
    return found


def run(provider: Provider, now: datetime) -> int:
    """Once a day from the morning on: look at payment plans, then remind; how many reminders left. A sandbox's clock
    jumps, so there every morning on the way counts; elsewhere a day that was missed is not made up for."""
    local = now.astimezone(clock.TOKYO)
    last = DunningDay.objects.filter(provider=provider).aggregate(day=Max("day"))["day"]
    today = local.date() if local.time() >= time(HOUR) else local.date() - timedelta(days=1)
    if last and last >= today:
        return 0
    first = last + timedelta(days=1) if last and provider.sandbox else today
    return sum(_morning(provider, first + timedelta(days=n)) for n in range((today - first).days + 1))


@whole
def _morning(provider: Provider, day: date) -> int:
    """What leaves on one day, once."""
    from musubu.billing import plans  # plans know the stages, too

    if not DunningDay.objects.get_or_create(provider=provider, day=day)[1]:
        return 0
    moment = datetime.combine(day, time(HOUR), clock.TOKYO)
    with clock.standing_at(moment if provider.sandbox else None):
        plans.judge(provider, day)
        return sum(_remind(one, clock.now()) for one in late(provider, day))


def _remind(one: Late, now: datetime) -> bool:
    """One reminder for the stage that has come; stages that were passed over in silence are not made up for."""
    if one.state not in ("fresh", "reminded"):
        return False
    stage = sum(one.days >= days for days in STAGES)
    if stage <= one.reminders:
        return False
    Reminder.objects.create(invoice=one.invoice, stage=stage, at=now, left=one.left)
    telling.tell(
        one.invoice.contract, "reminder.house", f"reminder-{one.invoice.pk}-{stage}", lambda: _written(one, stage)
    )
    return True


def _written(one: Late, stage: int) -> telling.Written:
    row = one.invoice
    values = {
        "number": f"{row.number:06}", "due": row.due_on.isoformat(), "left": f"{one.left:,}",
        "account": queries.virtual_account(row.contract.organisation),
    }  # fmt: skip
    subject = _("Last payment reminder") if stage == len(STAGES) else _("Payment reminder")
    told = [
        _("Invoice %(number)s was due on %(due)s; %(left)s yen with tax are open."),
        _("Please pay by bank transfer with the payer number %(account)s, or as the page below says."),
        _("If you have paid meanwhile, thank you: nothing more is to do."),
    ]
    if stage == len(STAGES):
        told.append(_("Unless it is paid, the measures that the terms name may follow."))
    return subject, "\n\n".join(one % values for one in told)


def suspension(contract: Contract) -> tuple[str, str] | None:
    """The clause under which a refused payment in a dispute lets staff suspend, with its ground (SC-9.9)."""
    clause = DISPUTED.get(contract.service, "")
    found = terms.grounds(contract.service, clause) if clause else []
    return (clause, found[0]["key"]) if found else None


DISPUTED = {"simpleconnect": "SC-9.9"}


def open_dispute(*, invoice: Invoice, person: Person, why: str, suspend: bool = False) -> InvoiceDispute:
    """The customer refuses to pay and says why: reminders stop. Where the terms let it, the service is suspended."""
    contract = invoice.contract
    permissions.require(person, "payments.dispute", provider=contract.provider)
    if not why.strip():
        raise NotPossible(_("Write down why the customer does not pay."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = InvoiceDispute.objects.create(
                    invoice=invoice, why=why.strip(), opened_at=clock.now(), opened_by=person
                )
        except IntegrityError:
            raise NotPossible(_("A dispute about this invoice is open already.")) from None
        _record(invoice, person, "payments.dispute", {"why": row.why})
        if suspend:
            _suspend(contract, person, row)
    return row


def _suspend(contract: Contract, person: Person, row: InvoiceDispute) -> None:
    named = suspension(contract)
    if named is None:
        raise NotPossible(_("These terms do not let a service be suspended for a dispute."))
    actions.measure(
        contract=contract, person=person, kind="suspend", clause=named[0], ground=named[1], note=row.why,
        key=f"dispute-{row.pk}",
    )  # fmt: skip


@whole
def close_dispute(*, dispute: InvoiceDispute, person: Person, result: str) -> None:
    """It is settled: reminders go on where something is still open, and a suspension for it is lifted."""
    invoice = dispute.invoice
    permissions.require(person, "payments.dispute", provider=invoice.provider)
    own = locked(InvoiceDispute.objects).get(pk=dispute.pk)
    if own.closed_at:
        return
    if not result.strip():
        raise NotPossible(_("Write down how it was settled."))
    own.closed_at, own.closed_by, own.result = clock.now(), person, result.strip()
    own.save(update_fields=["closed_at", "closed_by", "result"])
    _record(invoice, person, "payments.dispute-settled", {"result": own.result})
    contract = Contract.objects.get(pk=invoice.contract_id)
    if contract.state == Contract.State.SUSPENDED and contract.events.filter(key=f"dispute-{own.pk}").exists():
        actions.measure(contract=contract, person=person, kind="lift", clause="", key=f"dispute-{own.pk}-lift")


def _record(invoice: Invoice, person: Person, action: str, after: Any) -> None:
    clause = DISPUTED.get(invoice.contract.service, "")
    audit.record(
        provider=invoice.provider, actor=person, action=action, subject=f"{invoice.number:06}", clause=clause,
        organisation=invoice.contract.organisation, after=after,
    )  # fmt: skip


def chargebacks(provider: Provider) -> list[CardDispute]:
    """Payments by card that the holder's bank took back."""
    rows = CardDispute.objects.filter(charge__provider=provider).order_by("-pk")
    return list(rows.select_related("charge__contract__organisation", "charge__invoice")[:50])
