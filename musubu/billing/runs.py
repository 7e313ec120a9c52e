"""The monthly run: a preview that a worker makes, a second person's approval, and what waits for it.

Invoices, their numbers, books and due days come from the terms at their date and wait for nobody: a later date would
change what is owed. What waits for approval is that the document leaves: its mail and its place on the customer's
pages. It waits at most until the evening of the day on which the terms have the invoice issued (SC-10.2, EX-22), then
it leaves unapproved and staff are told. Approval can be given as soon as there is a preview, so usually nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import preview, walks
from musubu.billing.models import BillingRun, Invoice, RunLine, RunRule
from musubu.contracts import effects, forecast, playing
from musubu.contracts.models import Contract, Outcome, TermsVersion
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.terms import calendar
from musubu.terms.load import Rule
from musubu.transactions import locked, whole

FAMILY = "invoice.day-of-next-month"  # invoices of a whole month together; the others leave when they come about
EVENING = time(18)  # of the terms' own issue day: so long a document waits for approval
WARN_DAYS = 3  # business days before
AHEAD_MONTHS = 12
Tell = Callable[[Provider, str, dict[str, Any]], object]
TELL: list[Tell] = []  # staff are told, e.g. by mail (filled by site/wiring)
LET_LEAVE: list[Callable[[Provider, datetime, datetime], object]] = []  # held mail gets another time to leave
MAILS: list[Callable[[Provider, datetime, datetime], tuple[int, int]]] = []  # how many left and how many wait


def wants_second_person(provider: Provider) -> bool:
    return RunRule.objects.filter(provider=provider, second_person=True).exists()


@whole
def set_rule(*, provider: Provider, person: Person, second_person: bool) -> None:
    """Whether a second person approves. Whoever can approve can decide that; the audit log keeps it."""
    permissions.require(person, "billing.approve", provider=provider)
    before = wants_second_person(provider)
    RunRule.objects.update_or_create(provider=provider, defaults={"second_person": second_person})
    audit.record(
        provider=provider, actor=person, action="billing.rule", subject=provider.slug,
        before={"second_person": before}, after={"second_person": second_person},
    )  # fmt: skip


@whole
def prepare(*, provider: Provider, person: Person, month: date) -> BillingRun:
    """Ask for a month's preview, or for a fresh one; a worker makes it. One that is approved must be taken back first."""
    permissions.require(person, "billing.run", provider=provider)
    first, this = month.replace(day=1), clock.today().replace(day=1)
    if not calendar.months_before(this, AHEAD_MONTHS) <= first <= calendar.months_after(this, AHEAD_MONTHS):
        raise NotPossible(_("Choose a month up to a year from now."))
    run, made = BillingRun.objects.get_or_create(
        provider=provider, month=first, defaults={"asked_by": person, "asked_at": clock.now()}
    )
    run = locked(BillingRun.objects).get(pk=run.pk)
    if run.approved_at:
        raise NotPossible(_("This month is approved. Take the approval back before you make a new preview."))
    if not made and run.ended_at is None and run.asked_by_id:
        return run
    run.lines.all().delete()
    audit.record(provider=provider, actor=person, action="billing.run", subject=f"{first:%Y-%m}")
    walks.begin(run, person)
    return run


@whole
def stop(*, run: BillingRun, person: Person) -> None:
    """Stop making the preview; what was looked at stays, a fresh one begins anew."""
    permissions.require(person, "billing.run", provider=run.provider)
    if walks.stop(run):
        audit.record(provider=run.provider, actor=person, action="billing.run-stop", subject=f"{run.month:%Y-%m}")


def look(run: BillingRun, contract: Contract) -> RunLine | None:
    """One contract's line; none where neither this month nor the one before has an invoice."""
    until = datetime.combine(calendar.next_month_first(run.month), time(), clock.TOKYO) - timedelta(microseconds=1)
    played = forecast.foreseen(contract, until)
    months = preview.months(played)
    now = months.get(run.month, preview.Month())
    before = months.get(calendar.months_before(run.month, 1), preview.Month())
    if not now.lines and not before.lines:
        return None
    why = preview.reasons(played, run.month, months)
    return RunLine(
        run=run, contract=contract, day=min(now.days, default=None), invoices=len(now.days),
        subtotal=now.subtotal, tax=now.tax, to_pay=now.to_pay, before=before.to_pay,
        difference=now.to_pay - before.to_pay,
        items=[[one.item, one.amount, one.clause, one.first, one.last] for one in now.lines],
        reasons=[
            {"kind": one.kind, "item": one.item, "clause": one.clause, "before": one.before, "now": one.now}
            for one in why
        ],
    )  # fmt: skip


PREVIEW = walks.Kind(BillingRun, RunLine, look)


def total(run: BillingRun) -> int:
    """All invoices of the month by the preview, yen with tax."""
    sums = run.lines.aggregate(net=Sum("subtotal"), tax=Sum("tax"))
    return (sums["net"] or 0) + (sums["tax"] or 0)


@whole
def approve(*, run: BillingRun, person: Person) -> BillingRun:
    """A second person approves the month as the preview shows it; documents that wait leave now. Twice is once."""
    permissions.require(person, "billing.approve", provider=run.provider)
    locked(Provider.objects).get(pk=run.provider_id)  # whoever issues invoices now waits, or is waited for
    own = locked(BillingRun.objects).get(pk=run.pk)
    if own.approved_at:
        return own
    if not own.complete:
        raise NotPossible(_("The preview is not complete. Make it first, then approve what it shows."))
    if own.asked_by_id == person.pk:
        raise NotPossible(_("Who made the preview cannot approve it. Ask a second person."))
    own.approved_by, own.approved_at, own.approved_total = person, clock.now(), total(own)
    own.save(update_fields=["approved_by", "approved_at", "approved_total"])
    _record(own, person, "billing.approve")
    for let in LET_LEAVE:
        let(own.provider, last_moment(clock.today()), clock.now())
    return own


@whole
def take_back(*, run: BillingRun, person: Person) -> BillingRun:
    """The approval is taken back: invoices that are issued from now on wait again."""
    permissions.require(person, "billing.approve", provider=run.provider)
    own = locked(BillingRun.objects).get(pk=run.pk)
    if own.approved_at is None:
        return own
    _record(own, person, "billing.approval-taken-back")
    own.approved_by, own.approved_at, own.approved_total = None, None, 0
    own.save(update_fields=["approved_by", "approved_at", "approved_total"])
    return own


def _record(run: BillingRun, person: Person | None, action: str) -> None:
    after = {"total": total(run), "contracts": run.lines.filter(invoices__gt=0).count()}
    audit.record(provider=run.provider, actor=person, action=action, subject=f"{run.month:%Y-%m}", after=after)


def last_moment(day: date) -> datetime:
    """Until when a document that is issued on a day may wait."""
    return datetime.combine(day, EVENING, clock.TOKYO)


def _approved(provider: Provider, month: date) -> bool:
    return BillingRun.objects.filter(provider=provider, month=month, approved_at__isnull=False).exists()


def waits_until(contract: Contract, outcome: Outcome) -> datetime | None:
    """Until when the mail of a new invoice waits for approval; none where it leaves at once. Called after the number
    was drawn, so that the provider's row is held and no approval slips in between."""
    rule = playing.terms_of(contract).rule("invoice")
    if rule is None or rule.family != FAMILY:
        return None
    day = outcome.at.astimezone(clock.TOKYO).date()
    waits = effects.asked_once(
        ("run", contract.provider_id, day), lambda: _waits(contract.provider, day.replace(day=1))
    )
    return last_moment(day) if waits else None


def _waits(provider: Provider, month: date) -> bool:
    return wants_second_person(provider) and not _approved(provider, month)


def held(provider: Provider) -> Q | None:
    """Invoices whose document the customer does not see yet; none where nothing waits."""
    today, now = clock.today(), clock.now()
    if now >= last_moment(today) or not _waits(provider, today.replace(day=1)):
        return None
    midnight = datetime.combine(today, time(), clock.TOKYO)
    return Q(issued_at__gte=midnight, contract__service__in=[service for service, _rule in _monthly(provider)])


def _monthly(provider: Provider) -> list[tuple[str, Rule]]:
    """Services whose invoices are issued for a month together, with the rule in force that says when."""
    versions = TermsVersion.objects.filter(provider=provider, effective_on__lte=clock.today()).order_by("version")
    newest = {row.service: playing.parsed(row.figures) for row in versions}
    rules = [(service, one.rule("invoice")) for service, one in newest.items()]
    return [(service, rule) for service, rule in rules if rule and rule.family == FAMILY]


def issue_days(provider: Provider, month: date) -> dict[str, date]:
    """Service -> the day of the month on which its terms have the invoices issued."""
    closed = {date.fromisoformat(day) for day in provider.closed_days}
    found = {}
    for service, rule in _monthly(provider):
        day = month.replace(day=rule["invoice_day"])
        found[service] = calendar.business_day_on_or_before(day, closed) if rule["invoice_on_business_day"] else day
    return found


def stops(provider: Provider, to: datetime) -> list[datetime]:
    """The evenings on which documents stop waiting, between a sandbox's clock and a moment."""
    if not wants_second_person(provider):
        return []
    now = provider.sandbox_now or clock.now()
    found, month = [], now.astimezone(clock.TOKYO).date().replace(day=1)
    while month <= to.astimezone(clock.TOKYO).date():
        found += [last_moment(day) for day in issue_days(provider, month).values()]
        month = calendar.next_month_first(month)
    return [moment for moment in found if now < moment < to]


def watch(provider: Provider, now: datetime) -> None:
    """Warn staff in time that a month is not approved; note it when its documents left all the same. Safe to repeat."""
    if not wants_second_person(provider):
        return
    today = now.astimezone(clock.TOKYO).date()
    for month in (today.replace(day=1), calendar.next_month_first(today)):
        for service, day in issue_days(provider, month).items():
            if calendar.business_days_before(day, WARN_DAYS) <= today:
                _watch_day(provider, month, service, day, now)


def _watch_day(provider: Provider, month: date, service: str, day: date, now: datetime) -> None:
    run, _made = BillingRun.objects.get_or_create(provider=provider, month=month, defaults={"asked_at": now})
    if run.approved_at:
        return
    left = Invoice.objects.filter(provider=provider, contract__service=service, issued_at__date=day)
    if now < last_moment(day):
        _tell_once(run, "approval-missing", service, day)
    elif left.exists():
        _tell_once(run, "left-unapproved", service, day)


@whole
def _tell_once(run: BillingRun, kind: str, service: str, day: date) -> None:
    own = locked(BillingRun.objects).select_related("provider").get(pk=run.pk)
    if (key := f"{kind}:{service}") in own.told:
        return
    own.told = [*own.told, key]
    own.save(update_fields=["told"])
    if kind == "left-unapproved":
        _record(own, None, "billing.left-unapproved")
    for tell in TELL:
        tell(own.provider, kind, {"month": f"{own.month:%Y-%m}", "day": day.isoformat(), "service": service})
