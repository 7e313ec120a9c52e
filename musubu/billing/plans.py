"""Payment plans (分割払い): instalments agreed for what is open. Kept, nobody reminds or suspends; broken, the ordinary
way goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock, terms
from musubu.billing import queries, telling
from musubu.billing.models import Instalment, Invoice, PaymentPlan
from musubu.contracts.models import Contract
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

MOST = 36  # instalments
# grounds that are about money owed: a service is not suspended for them while a plan is kept
OWED = {"SC-9.9", "SC-13", "SC-24.1(8)", "LN-24.3", "LN-16.1(10)", "EX-13(1)", "VG-34.1(3)"}


def split(total: int, first: date, count: int) -> list[tuple[date, int]]:
    """Monthly instalments of the same amount; the first one carries what is over, so that they come to the yen."""
    each, over = divmod(total, count)
    return [(months_on(first, n), each + (over if n == 0 else 0)) for n in range(count)]


def months_on(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month (Civil Code art. 143)."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def open_of(contract: Contract) -> list[queries.Open]:
    """What a plan can be made for: everything open that is due."""
    return [
        one
        for one in queries.open_invoices(Contract.objects.filter(pk=contract.pk), clock.today())
        if one.invoice.due_on <= clock.today()
    ]


@whole
def agree(
    *,
    contract: Contract,
    person: Person,
    invoices: Sequence[Invoice],
    instalments: Sequence[tuple[date, int]],
    grace: int = 7,
    note: str = "",
) -> PaymentPlan:
    """Instalments that come, to the yen, to what is open of the invoices."""
    permissions.require(person, "payments.plan", provider=contract.provider)
    own = locked(Contract.objects).select_related("provider", "organisation").get(pk=contract.pk)
    _falls_by_itself(own)
    left = queries.open_amounts([own.pk])
    total = sum(left.get((row.contract_id, row.of_contract), 0) for row in invoices)
    _checked(own, invoices, instalments, total, grace)
    try:
        with transaction.atomic():
            plan = PaymentPlan.objects.create(
                provider=own.provider, contract=own, total=total, grace=grace, note=note[:200],
                agreed_at=clock.now(), agreed_by=person,
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("A payment plan runs for this contract already. End it first.")) from None
    plan.invoices.set(invoices)
    Instalment.objects.bulk_create(
        Instalment(plan=plan, n=n, day=day, amount=amount) for n, (day, amount) in enumerate(instalments, 1)
    )
    _record(plan, person, "payments.plan")
    telling.tell(own, "plan.agreed", f"plan-{plan.pk}", lambda: _agreed(plan))
    return plan


def _falls_by_itself(contract: Contract) -> None:
    """VG-11.4 comes at its hour, whatever is agreed meanwhile."""
    if contract.free_since is None and contract.state != "ended" and terms.load(contract.service).rule("fall"):
        raise NotPossible(
            _(
                "Under VG-11.4 an unpaid plan becomes Free at the new due hour by itself. Agree on instalments after that."
            )
        )


def _checked(
    contract: Contract,
    invoices: Sequence[Invoice],
    instalments: Sequence[tuple[date, int]],
    total: int,
    grace: int,
) -> None:
    if any(row.contract_id != contract.pk for row in invoices) or not total:
        raise NotPossible(_("Choose open invoices of this contract."))
    if not 1 <= len(instalments) <= MOST:
        raise NotPossible(_("A plan has 1 to %(most)s instalments.") % {"most": MOST})
    if not 0 <= grace <= 31:
        raise NotPossible(_("Days of grace are 0 to 31."))
    days = [day for day, _amount in instalments]
    if days != sorted(set(days)) or days[0] < clock.today():
        raise NotPossible(_("The days of the instalments follow one another and begin today or later."))
    if any(amount <= 0 for _day, amount in instalments):
        raise NotPossible(_("An amount is whole yen, 1 or more."))
    agreed = sum(amount for _day, amount in instalments)
    if agreed != total:
        raise NotPossible(
            _("The instalments come to %(agreed)s yen, but %(total)s yen are open.")
            % {"agreed": f"{agreed:,}", "total": f"{total:,}"}
        )


@dataclass(frozen=True)
class Step:
    """An instalment as it stands: `state` is met | late | open."""

    instalment: Instalment
    state: str


def paid_of(plan: PaymentPlan) -> int:
    """What was paid of the plan's invoices since it was agreed, by the books."""
    left = queries.open_amounts([plan.contract_id])
    open_now = sum(left.get((row.contract_id, row.of_contract), 0) for row in plan.invoices.all())
    return max(0, plan.total - open_now)


def steps(plan: PaymentPlan, today: date) -> list[Step]:
    """Its instalments, met in order by what was paid."""
    paid, wanted, found = paid_of(plan), 0, []
    for one in plan.instalments.all():
        wanted += one.amount
        found.append(Step(one, "met" if paid >= wanted else "late" if one.day < today else "open"))
    return found


def judge(provider: Provider, today: date) -> None:
    """Each running plan, once a day: kept, reminded of a late instalment, or broken when its grace is over."""
    rows = PaymentPlan.objects.filter(provider=provider, state="running").prefetch_related("instalments", "invoices")
    for plan in rows.select_related("contract__responsible", "contract__organisation", "provider"):
        found = steps(plan, today)
        unmet = [one.instalment for one in found if one.state == "late"]
        if all(one.state == "met" for one in found):
            _close(plan, PaymentPlan.State.KEPT, None)
        elif unmet and (today - unmet[0].day).days > plan.grace:
            _close(plan, PaymentPlan.State.BROKEN, None)
            telling.tell(plan.contract, "plan.broken", f"plan-broken-{plan.pk}", _broken)
        elif unmet and unmet[-1].reminded_at is None:
            _remind(plan, unmet[-1])


def _remind(plan: PaymentPlan, instalment: Instalment) -> None:
    Instalment.objects.filter(pk=instalment.pk).update(reminded_at=clock.now())
    telling.tell(plan.contract, "plan.late", f"plan-late-{instalment.pk}", lambda: _late(plan, instalment))


@whole
def end(*, plan: PaymentPlan, person: Person) -> None:
    """The parties drop the plan; the ordinary way goes on."""
    permissions.require(person, "payments.plan", provider=plan.provider)
    own = locked(PaymentPlan.objects).get(pk=plan.pk)
    if own.state == PaymentPlan.State.RUNNING:
        _close(plan, PaymentPlan.State.ENDED, person)


def _close(plan: PaymentPlan, state: str, person: Person | None) -> None:
    PaymentPlan.objects.filter(pk=plan.pk, state="running").update(state=state, closed_at=clock.now())
    plan.state = state
    _record(plan, person, f"payments.plan-{state}")


def _record(plan: PaymentPlan, person: Person | None, action: str) -> None:
    organisation: Organisation = plan.contract.organisation
    audit.record(
        provider=plan.provider, actor=person, action=action, subject=plan.contract.number, organisation=organisation,
        after={"total": plan.total, "instalments": [[f"{one.day}", one.amount] for one in plan.instalments.all()]},
    )  # fmt: skip


def objection(contract: Contract, kind: str, clause: str, ground: str) -> str:
    """Why a measure may not be taken now: a kept plan is no reason to suspend or end for money owed."""
    if kind not in ("suspend", "terminate") or not {clause, ground} & OWED:
        return ""
    if not PaymentPlan.objects.filter(contract=contract, state="running").exists():
        return ""
    return _("A payment plan is being kept for what is owed. End the plan first, or choose another ground.")


def _listed(plan: PaymentPlan) -> str:
    return "\n".join(f"{one.day.isoformat()}  {one.amount:,}" for one in plan.instalments.all())


def _agreed(plan: PaymentPlan) -> telling.Written:
    text = _("We agreed on these instalments (day, yen). While they are paid in time, no reminder leaves.")
    return _("Your payment plan"), f"{text}\n\n{_listed(plan)}"


def _late(plan: PaymentPlan, instalment: Instalment) -> telling.Written:
    told = [
        _("The instalment of %(day)s (%(amount)s yen) has not arrived."),
        _("If it is not paid within %(grace)s days of that day, the plan ends and the whole sum is asked for."),
    ]
    values = {"day": instalment.day.isoformat(), "amount": f"{instalment.amount:,}", "grace": plan.grace}
    return _("An instalment is late"), "\n\n".join(one % values for one in told)


def _broken() -> telling.Written:
    return _("Your payment plan has ended"), _(
        "An instalment was not paid in time, so the plan has ended. What is open is due now; reminders go on."
    )
