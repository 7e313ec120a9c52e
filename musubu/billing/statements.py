"""A month of each seller and agent: one statement, booked once; what is owed becomes payable."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Max
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import ledger, payables, vouchers
from musubu.billing.models import Sale, Statement
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.calendar import month_first, next_month_first
from musubu.transactions import locked, whole

PAYABLE = {"seller": "sellers-payable", "agent": "agents-payable"}


def _end(month: date) -> datetime:
    return datetime.combine(next_month_first(month), time(), clock.TOKYO)


@whole
def close_month(*, provider: Provider, person: Person, month: date) -> list[Statement]:
    """Statements over all that was sold and came back by a month's end and stands on none yet. Again is nothing new."""
    permissions.require(person, "billing.statements", provider=provider)
    locked(Provider.objects).get(pk=provider.pk)
    first = month_first(month)
    if _end(first) > clock.now():
        raise NotPossible(_("This month is not over yet."))
    rows = Sale.objects.filter(provider=provider, statement__isnull=True, at__lt=_end(first))
    made = []
    for organisation, kind in rows.order_by("organisation", "kind").values_list("organisation", "kind").distinct():
        if later := Statement.objects.filter(organisation=organisation, kind=kind, month__gte=first).first():
            raise NotPossible(
                _("%(name)s has a statement of %(month)s already; late sales go on the next month's.")
                % {"name": later.organisation.name, "month": f"{later.month:%Y-%m}"}
            )
        made.append(_state(provider, person, Organisation.objects.get(pk=organisation), kind, first))
    return made


def _state(provider: Provider, person: Person, organisation: Organisation, kind: str, month: date) -> Statement:
    rows = Sale.objects.filter(organisation=organisation, kind=kind, statement__isnull=True, at__lt=_end(month))
    lines = list(locked(rows))
    sold = [line for line in lines if line.returns_id is None]
    back = [line for line in lines if line.returns_id is not None]
    share = sum(line.share for line in sold) - sum(line.share for line in back)
    commission = (
        share if kind == "agent" else sum(x.amount - x.share for x in sold) - sum(x.amount - x.share for x in back)
    )
    before = Statement.objects.filter(organisation=organisation, kind=kind).order_by("-month").first()
    carried = before.rest if before else 0
    last = Statement.objects.filter(provider=provider).aggregate(n=Max("number"))["n"] or 0
    own = Statement.objects.create(
        provider=provider, organisation=organisation, kind=kind, number=last + 1, month=month,
        sold=sum(line.amount for line in sold), back=sum(line.amount for line in back), share=share,
        tax=_tax(commission), carried=carried, payable=max(0, share + carried), rest=min(0, share + carried),
        made_at=clock.now(), document={"to": {"name": organisation.name, "address": organisation.address}},
    )  # fmt: skip
    Sale.objects.filter(pk__in=[line.pk for line in lines]).update(statement=own)
    _book(own, commission, person)
    return own


def _tax(commission: int) -> int:
    """The tax within, of whichever sign."""
    return ledger.tax_within(commission) if commission >= 0 else -ledger.tax_within(-commission)


def _book(own: Statement, commission: int, person: Person) -> None:
    """Sellers: the buyers' money is under way, our commission is income. Agents: their commission is an expense."""
    if own.kind == "seller":
        sides = [
            ("sales-clearing", own.sold - own.back),
            ("commission-income", -(commission - own.tax)),
            ("tax-10", -own.tax),
        ]
    else:
        sides = [("agent-commission", commission - own.tax), ("tax-paid", own.tax)]
    lines = [_side(account, yen) for account, yen in [*sides, (PAYABLE[own.kind], -own.share)] if yen]
    if lines:
        vouchers.book(
            provider=own.provider, kind="statement", key=f"statement-{own.pk}", lines=lines, person=person,
            text=f"{own.organisation.name} {own.month:%Y-%m}",
        )  # fmt: skip
    if own.payable:
        payables.owe(
            provider=own.provider, organisation=own.organisation, kind=own.kind, key=f"statement-{own.pk}",
            amount=own.payable, account=PAYABLE[own.kind], text=f"S{own.number:06} {own.month:%Y-%m}",
        )  # fmt: skip
    audit.record(
        provider=own.provider, actor=person, action="billing.statement", subject=f"S{own.number:06}",
        organisation=own.organisation, after={"share": own.share, "payable": own.payable, "rest": own.rest},
    )  # fmt: skip


def _side(account: str, yen: int) -> ledger.Line:
    """A positive sum is debited, a negative one credited."""
    return ledger.Line(account, debit=max(0, yen), credit=max(0, -yen))
