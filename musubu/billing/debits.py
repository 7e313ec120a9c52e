"""Direct debit (口座振替): consents, the request file of a debit day, and the bank's answer."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import accounts, failed_debits, queries
from musubu.billing.models import BankFile, DebitLine, DebitRun, HandoverLine, Invoice, Mandate
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible
from musubu.terms.calendar import bank_day_on_or_after, is_bank_day
from musubu.transactions import locked, whole

STEPS = {"sent": ("received", "active", "ended"), "received": ("active", "ended"), "active": ("ended",), "ended": ()}


@whole
def open_mandate(
    *, organisation: Organisation, person: Person, bank: str, branch: str, account: str, holder: str, kind: str = "1"
) -> Mandate:
    """The consent form went out; the account is checked as far as a file would need it."""
    permissions.require(person, "payments.mandate", provider=organisation.provider)
    given = accounts.checked(
        organisation.provider,
        bank=bank,
        branch=branch,
        account=account,
        holder=holder,
        account_kind=kind,
        kinds=accounts.DEBIT_KINDS,
    )
    try:
        with transaction.atomic():
            row = Mandate.objects.create(
                provider=organisation.provider,
                organisation=organisation,
                changed_at=clock.now(),
                **given,
            )
    except IntegrityError:
        raise NotPossible(_("There is a consent in force already. End it first.")) from None
    _record(row, person, "payments.mandate")
    return row


@whole
def move_mandate(*, mandate: Mandate, person: Person, to: str) -> None:
    """The form came back, the bank accepted it, or it ended."""
    permissions.require(person, "payments.mandate", provider=mandate.provider)
    own = locked(Mandate.objects).select_related("organisation", "provider").get(pk=mandate.pk)
    if to == own.state:
        return
    if to not in STEPS[own.state]:
        raise NotPossible(_("A consent goes from sent to received, active and ended, not back."))
    own.state, own.changed_at = to, clock.now()
    own.save(update_fields=["state", "changed_at"])
    _record(own, person, f"payments.mandate-{to}")


def _record(row: Mandate, person: Person, action: str) -> None:
    audit.record(
        provider=row.provider,
        actor=person,
        action=action,
        subject=row.organisation.name,
        organisation=row.organisation,
        after={"bank": row.bank, "branch": row.branch, "account": "…" + row.account[-3:], "state": row.state},
    )


def sender(provider: Provider) -> zengin.Collection:
    """The provider's own account, as bank files name it."""
    if not provider.collection:
        raise NotPossible(_("Enter the own bank account first."))
    return zengin.Collection(**provider.collection)


def due(provider: Provider, day: date) -> list[tuple[Invoice, Mandate, int]]:
    """What is to be debited by a day, since the terms set it due by then (SC-10.1: `debit_day`, moved to a bank day): is
    still open, has a consent in force, is neither with the bank nor with an agent, and did not fail for good."""
    mandates = {row.organisation_id: row for row in Mandate.objects.filter(provider=provider, state="active")}
    contracts = Contract.objects.filter(provider=provider, organisation__in=mandates, particulars__payment="debit")
    away = set(
        DebitLine.objects.filter(run__provider=provider, run__answered_at__isnull=True).values_list(
            "invoice", flat=True
        )
    )
    away |= set(HandoverLine.objects.filter(handover__provider=provider, result="").values_list("invoice", flat=True))
    away |= failed_debits.stuck(provider).keys()
    return [
        (one.invoice, mandates[one.invoice.contract.organisation_id], one.left)
        for one in queries.open_invoices(contracts, day)
        if one.invoice.due_on <= day and one.invoice.pk not in away
    ]


def coming(provider: Provider) -> list[tuple[date, int, int]]:
    """The next debit days that the terms have set: (day, how many invoices by then, yen)."""
    last = clock.today() + timedelta(days=60)
    rows = due(provider, last)
    days = sorted({max(invoice.due_on, bank_day_on_or_after(clock.today())) for invoice, _mandate, _left in rows})
    return [
        (day, len(lefts), sum(lefts))
        for day in days
        for lefts in [[left for invoice, _mandate, left in rows if invoice.due_on <= day]]
    ]


def _check_day(day: date) -> None:
    if day < clock.today():
        raise NotPossible(_("A debit day lies today or later."))
    if not is_bank_day(day):
        raise NotPossible(
            _("Banks are closed on %(day)s. Choose %(next)s.") % {"day": day, "next": bank_day_on_or_after(day)}
        )


def _request(provider: Provider, day: date, rows: list[tuple[Invoice, Mandate, int]]) -> bytes:
    asked = [
        zengin.Debit(
            mandate.bank, mandate.branch, mandate.account, mandate.holder, left, f"{invoice.number:020}",
            mandate.account_kind, "", *accounts.names(provider, mandate.bank, mandate.branch),
        )
        for invoice, mandate, left in rows
    ]  # fmt: skip
    try:
        return zengin.debit_request(sender(provider), day, asked)
    except ValueError as error:
        raise NotPossible(_("The bank's file cannot be made: %(why)s.") % {"why": error}) from None


@whole
def make_file(*, provider: Provider, person: Person, day: date) -> DebitRun:
    """The request file (種別 91) for a debit day, kept as it was made."""
    permissions.require(person, "payments.debit", provider=provider)
    locked(Provider.objects).get(pk=provider.pk)
    _check_day(day)
    rows = due(provider, day)
    if not rows:
        raise NotPossible(_("Nothing is to be debited by that day."))
    content = _request(provider, day, rows)
    run = DebitRun.objects.create(provider=provider, day=day, made_at=clock.now(), made_by=person, content=content)
    DebitLine.objects.bulk_create(
        DebitLine(run=run, place=place, invoice=invoice, amount=left)
        for place, (invoice, _mandate, left) in enumerate(rows, 1)
    )
    audit.record(
        provider=provider, actor=person, action="payments.debit", subject=f"{day}",
        after={"rows": len(rows), "total": sum(left for _i, _m, left in rows)},
    )  # fmt: skip
    return run


@whole
def read_answer(*, run: DebitRun, person: Person, name: str, content: bytes) -> dict[str, int]:
    """The bank's answer: what was paid is booked on its day, what failed stays open with its reason; how many of each.
    Raises FileError for a wrong file; a file that does not answer this request is refused whole."""
    permissions.require(person, "payments.debit", provider=run.provider)
    own = locked(DebitRun.objects).select_related("provider").get(pk=run.pk)
    if own.answered_at:
        raise NotPossible(_("This request was answered before; nothing of it was booked again."))
    rows = zengin.read_debit_result(content)
    lines = list(own.lines.select_related("invoice__contract").order_by("place"))
    asked = [(f"{line.invoice.number:020}", line.amount) for line in lines]
    same = zengin.debit_head(content) == zengin.debit_head(bytes(own.content))  # a second try asks for the same sums
    if not same or [(row.customer, row.amount) for row in rows] != asked:
        raise NotPossible(
            _("This file answers another request. Choose the answer to the file of %(day)s.") % {"day": own.day}
        )
    BankFile.objects.create(
        provider=own.provider, kind="debit-result", name=name[:200], sha256=hashlib.sha256(content).hexdigest(),
        read_at=clock.now(), read_by=person, rows=len(rows), total=sum(row.amount for row in rows),
    )  # fmt: skip
    counts: dict[str, int] = {}
    for line, row in zip(lines, rows, strict=True):
        line.result = row.result
        line.save(update_fields=["result"])
        counts[row.result] = counts.get(row.result, 0) + 1
        if row.result == "paid":
            actions.pay(
                contract=line.invoice.contract, person=person, amount=line.amount, invoice=line.invoice.of_contract,
                received=own.day, key=f"debit-{line.pk}",
            )  # fmt: skip
    own.answered_at = clock.now()
    own.save(update_fields=["answered_at"])
    return counts
