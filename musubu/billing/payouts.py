"""Money out: one transfer file (総合振込) over what is payable, its result, and what did not arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import accounts, ledger, vouchers
from musubu.billing.debits import sender
from musubu.billing.models import Payable, PayeeAccount, PayoutLine, PayoutRun
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.calendar import bank_day_on_or_after, is_bank_day
from musubu.transactions import locked, whole

LIVE = ("", "paid")
Target = tuple[str, str, str, str, str]  # bank, branch, kind, account, holder


@whole
def set_account(
    *,
    organisation: Organisation,
    person: Person,
    bank: str,
    branch: str,
    account: str,
    holder: str,
    account_kind: str = "1",
) -> PayeeAccount:
    """Where an organisation wants its money from now on; transfers that are with the bank keep theirs."""
    permissions.require(person, "payments.payee-account", provider=organisation.provider, organisation=organisation)
    given = accounts.checked(
        organisation.provider, bank=bank, branch=branch, account=account, holder=holder, account_kind=account_kind
    )
    row = PayeeAccount.objects.create(
        provider=organisation.provider, organisation=organisation, set_at=clock.now(), set_by=person, **given
    )
    audit.record(
        provider=organisation.provider, actor=person, action="payments.payee-account", subject=organisation.name,
        organisation=organisation, after={"bank": row.bank, "branch": row.branch, "account": "…" + row.account[-3:]},
    )  # fmt: skip
    return row


def account_of(organisation: Organisation | None) -> PayeeAccount | None:
    if organisation is None:
        return None
    return PayeeAccount.objects.filter(organisation=organisation).order_by("-pk").first()


def open_payables(rows: QuerySet[Payable]) -> QuerySet[Payable]:
    """Those of which something is to be paid and that are in no file."""
    return rows.exclude(lines__result__in=LIVE).filter(by_card__lt=F("amount"))


def waiting(provider: Provider) -> list[tuple[Payable, Target | None, PayoutLine | None]]:
    """What is to be paid and is in no file: (payable, its account if known, the last try that failed), oldest first."""
    rows = open_payables(Payable.objects.filter(provider=provider))
    newest: dict[int, PayeeAccount] = {
        row.organisation_id: row for row in PayeeAccount.objects.filter(provider=provider).order_by("pk")
    }
    found = []
    for row in rows.select_related("organisation").prefetch_related("lines").order_by("made_at", "pk"):
        failed = [line for line in row.lines.all() if line.result == "failed"]
        found.append((row, _target(row, newest), max(failed, key=lambda one: one.pk) if failed else None))
    return found


def _target(row: Payable, newest: Mapping[int, PayeeAccount]) -> Target | None:
    own: Any = row.target or vars(newest.get(row.organisation_id or 0, PayeeAccount()))
    return (own["bank"], own["branch"], own["account_kind"], own["account"], own["holder"]) if own["bank"] else None


@whole
def make_run(*, provider: Provider, person: Person, day: date, payables: Sequence[Payable]) -> PayoutRun:
    """A transfer file for a value day; what goes to one account is one transfer. Each payable is in one file at a time."""
    permissions.require(person, "payments.payout", provider=provider)
    locked(Provider.objects).get(pk=provider.pk)
    if day < clock.today() or not is_bank_day(day):
        nearest = bank_day_on_or_after(max(day, clock.today()))
        raise NotPossible(_("Banks do not pay on %(day)s. Choose %(next)s.") % {"day": day, "next": nearest})
    possible = {row.pk: (row, target) for row, target, _failed in waiting(provider)}
    chosen = [possible[one.pk] for one in payables if one.pk in possible]
    if not chosen or len(chosen) != len(payables):
        raise NotPossible(_("Choose what is to be paid; something was put into another file meanwhile."))
    if missing := [row for row, target in chosen if target is None]:
        who = missing[0].organisation.name if missing[0].organisation else missing[0].text
        raise NotPossible(_("%(name)s has no bank account for payouts yet. Enter it first.") % {"name": who})
    by_target: dict[Target, list[Payable]] = {}
    for row, target in chosen:
        assert target is not None
        by_target.setdefault(target, []).append(row)
    run = PayoutRun.objects.create(
        provider=provider, day=day, made_at=clock.now(), made_by=person, content=_file(provider, day, by_target)
    )
    PayoutLine.objects.bulk_create(
        PayoutLine(run=run, place=place, payable=row, amount=row.left)
        for place, rows in enumerate(by_target.values(), 1)
        for row in rows
    )
    audit.record(
        provider=provider, actor=person, action="payments.payout", subject=f"{day}",
        after={"transfers": len(by_target), "total": sum(row.left for row, _target in chosen)},
    )  # fmt: skip
    return run


def _file(provider: Provider, day: date, by_target: Mapping[Target, Sequence[Payable]]) -> bytes:
    rows = []
    for place, (target, own) in enumerate(by_target.items(), 1):
        bank, branch, kind, account, holder = target
        rows.append(zengin.Transfer(
            bank, branch, account, holder, sum(one.left for one in own), kind, f"{place}",
            *accounts.names(provider, bank, branch),
        ))  # fmt: skip
    try:
        return zengin.transfers(sender(provider), day, rows)
    except ValueError as error:
        raise NotPossible(_("The bank's file cannot be made: %(why)s.") % {"why": error}) from None


def _own(run: PayoutRun, person: Person) -> PayoutRun:
    permissions.require(person, "payments.payout", provider=run.provider)
    own = locked(PayoutRun.objects).select_related("provider").get(pk=run.pk)
    if own.booked_at or own.withdrawn_at:
        raise NotPossible(_("This file was dealt with already."))
    return own


@whole
def book_run(*, run: PayoutRun, person: Person, failed: Mapping[int, str]) -> None:
    """The bank carried the file out: booked on its day; a transfer (by its place) that failed is payable again."""
    own = _own(run, person)
    if own.day > clock.today():
        raise NotPossible(_("Its day, %(day)s, has not come yet.") % {"day": own.day})
    lines = list(own.lines.select_related("payable").order_by("place", "pk"))
    if set(failed) - {line.place for line in lines} or not all(why.strip() for why in failed.values()):
        raise NotPossible(_("Say for each failed transfer why it failed."))
    for line in lines:
        line.result = "failed" if line.place in failed else "paid"
        line.why = failed.get(line.place, "").strip()[:200]
        line.save(update_fields=["result", "why"])
        if line.result == "paid":
            _book(line, person, "payout", own.day)
    own.booked_at = clock.now()
    own.save(update_fields=["booked_at"])
    audit.record(
        provider=own.provider, actor=person, action="payments.payout-booked", subject=f"{own.day}",
        after={"failed": {str(place): why for place, why in failed.items()}},
    )  # fmt: skip


def _book(line: PayoutLine, person: Person, name: str, day: date) -> None:
    amount, account = line.amount, line.payable.account
    out = [ledger.Line(account, debit=amount), ledger.Line("bank", credit=amount)]
    back = [ledger.Line("bank", debit=amount), ledger.Line(account, credit=amount)]
    vouchers.book(
        provider=line.run.provider, kind=name, key=f"{name}-{line.pk}", lines=out if name == "payout" else back,
        text=line.payable.text, person=person, at=min(clock.now(), datetime.combine(day, time(9), clock.TOKYO)),
    )  # fmt: skip


@whole
def came_back(*, line: PayoutLine, person: Person, why: str) -> None:
    """A transfer that had been booked came back (組戻し): it is payable again."""
    permissions.require(person, "payments.payout", provider=line.run.provider)
    rows = locked(PayoutLine.objects).select_related("payable", "run__provider")
    own = rows.get(pk=line.pk)
    if own.result == "failed":
        return
    if own.result != "paid" or not why.strip():
        raise NotPossible(_("Only a transfer that was booked can come back; say why."))
    own.result, own.why = "failed", why.strip()[:200]
    own.save(update_fields=["result", "why"])
    _book(own, person, "payout-back", clock.today())
    audit.record(
        provider=own.run.provider, actor=person, action="payments.payout-back", subject=own.payable.text, after=own.why
    )


@whole
def withdraw_run(*, run: PayoutRun, person: Person) -> None:
    """The file did not go to the bank: all of it is payable again."""
    own = _own(run, person)
    own.lines.update(result="withdrawn")
    own.withdrawn_at = clock.now()
    own.save(update_fields=["withdrawn_at"])
    audit.record(provider=own.provider, actor=person, action="payments.payout-withdrawn", subject=f"{own.day}")
