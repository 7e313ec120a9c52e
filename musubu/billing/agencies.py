"""Collection agents and advance-payment agents: receivables out, results in, never booked twice (SC-10.3, VG-20)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import ledger, queries, vouchers
from musubu.billing.bank_csv import Wrong, read_day, read_yen
from musubu.billing.models import (
    Agency,
    BankDeposit,
    BankFile,
    DebitLine,
    Handover,
    HandoverLine,
    Invoice,
    Remittance,
)
from musubu.billing.texts import table, whole_number
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

ALLOWED = {"collection": ("SC-10.3", "simpleconnect"), "advance": ("VG-20", "videog")}  # kind -> clause, service
OUT = ("reference", "invoice", "due", "amount", "company", "address", "telephone", "email", "contract")
BACK = ("reference", "invoice", "result", "amount", "day")
RESULTS = {
    "paid": "paid",
    "入金": "paid",
    "unpaid": "unpaid",
    "未入金": "unpaid",
    "returned": "returned",
    "返却": "returned",
}


@whole
def add(*, provider: Provider, person: Person, name: str, kind: str) -> Agency:
    """A named party that may collect."""
    permissions.require(person, "payments.agency", provider=provider)
    if kind not in ALLOWED or not name.strip():
        raise NotPossible(_("Give the agent's name and kind."))
    try:
        with transaction.atomic():
            row = Agency.objects.create(provider=provider, name=name.strip()[:200], kind=kind)
    except IntegrityError:
        raise NotPossible(_("There is an agent of this name already.")) from None
    audit.record(provider=provider, actor=person, action="payments.agency", subject=row.name, after={"kind": kind})
    return row


def can_go(agency: Agency) -> list[queries.Open]:
    """Receivables past their due day that the terms let this agent collect and that nobody else is collecting."""
    contracts = Contract.objects.filter(provider=agency.provider, service=ALLOWED[agency.kind][1])
    away = set(
        HandoverLine.objects.filter(handover__provider=agency.provider, result="").values_list("invoice", flat=True)
    )
    asked = DebitLine.objects.filter(run__provider=agency.provider, run__answered_at__isnull=True)
    away |= set(asked.values_list("invoice", flat=True))
    opened = queries.open_invoices(contracts, clock.today())
    return [one for one in opened if one.invoice.pk not in away and (one.days_late or agency.kind == "advance")]


@whole
def hand_over(*, agency: Agency, person: Person, invoices: Sequence[Invoice]) -> Handover:
    """These receivables go to the agent; each is with one agent at a time."""
    permissions.require(person, "payments.agency", provider=agency.provider)
    locked(Agency.objects).get(pk=agency.pk)
    possible = {one.invoice.pk: one for one in can_go(agency)}
    if not invoices:
        raise NotPossible(_("Choose at least one invoice."))
    if strange := [one.number for one in invoices if one.pk not in possible]:
        raise NotPossible(
            _("Invoice %(number)s cannot go to this agent: paid, with somebody already, or not under its terms.")
            % {"number": f"{strange[0]:06}"}
        )
    row = Handover.objects.create(provider=agency.provider, agency=agency, made_at=clock.now(), made_by=person)
    HandoverLine.objects.bulk_create(
        HandoverLine(handover=row, invoice=one, amount=possible[one.pk].left) for one in invoices
    )
    audit.record(
        provider=agency.provider, actor=person, action="payments.hand-over", subject=agency.name,
        clause=ALLOWED[agency.kind][0], after={"invoices": sorted(one.number for one in invoices)},
    )  # fmt: skip
    return row


def out_file(handover: Handover) -> Iterator[list[Any]]:
    """The rows of the file for the agent (heading OUT), from what was kept at the invoices' issue."""
    rows = handover.lines.select_related("invoice__contract__organisation").order_by("pk")
    for line in rows:
        organisation, to = line.invoice.contract.organisation, line.invoice.document.get("to", {})
        yield [
            str(line.public_id), f"{line.invoice.number:06}", line.invoice.due_on.isoformat(), line.amount,
            to.get("name", organisation.name), to.get("address", ""), organisation.telephone, organisation.email,
            line.invoice.contract.number,
        ]  # fmt: skip


@dataclass(frozen=True)
class Result:
    line: HandoverLine
    result: str
    day: date


@whole
def read_results(*, agency: Agency, person: Person, name: str, content: bytes) -> dict[str, int]:
    """The agent's results (heading BACK): paid is booked on its day, returned comes back to the provider's own
    collecting, unpaid stays with the agent. How many of each. A file with anything wrong is refused whole."""
    permissions.require(person, "payments.agency", provider=agency.provider)
    locked(Agency.objects).get(pk=agency.pk)
    results = _checked(agency, content)
    try:
        with transaction.atomic():
            BankFile.objects.create(
                provider=agency.provider, kind="agency-result", name=name[:200], read_at=clock.now(), read_by=person,
                sha256=hashlib.sha256(content).hexdigest(), rows=len(results),
                total=sum(one.line.amount for one in results if one.result == "paid"),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("This file was read before; nothing of it was booked again.")) from None
    counts: dict[str, int] = {}
    for one in results:
        counts[one.result] = counts.get(one.result, 0) + 1
        _take(one, person)
    audit.record(
        provider=agency.provider, actor=person, action="payments.agency-results", subject=agency.name,
        clause=ALLOWED[agency.kind][0], after=counts,
    )  # fmt: skip
    return counts


def _checked(agency: Agency, content: bytes) -> list[Result]:
    rows = table(content)
    if not rows or tuple(one.strip().lower() for one in rows[0]) != BACK:
        raise NotPossible(_("Line 1: the heading must be %(heading)s.") % {"heading": ",".join(BACK)})
    lines = HandoverLine.objects.filter(handover__agency=agency).select_related("invoice__contract__provider")
    known = {line.public_id: line for line in lines}
    found: list[Result] = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            found.append(_one(number, [cell.strip() for cell in row], known))
            known.pop(found[-1].line.public_id)  # a reference stands once in a file
    if not found:
        raise NotPossible(_("The file holds no results."))
    return found


def _one(number: int, row: list[str], known: dict[uuid.UUID, HandoverLine]) -> Result:
    def wrong(column: int, why: object) -> NotPossible:
        return NotPossible(
            _("Line %(line)s, column %(column)s: %(why)s") % {"line": number, "column": column, "why": why}
        )

    if len(row) != len(BACK):
        raise wrong(len(row), _("%(count)s columns were expected") % {"count": len(BACK)})
    try:
        line = known[uuid.UUID(row[0])]
    except (ValueError, KeyError):
        raise wrong(1, _("a reference of a receivable with this agent was expected, each once")) from None
    if whole_number(row[1]) != line.invoice.number:
        raise wrong(2, _("invoice %(number)s was expected") % {"number": f"{line.invoice.number:06}"})
    result = RESULTS.get(row[2].lower())
    if result is None:
        raise wrong(3, _("paid, unpaid or returned was expected"))
    if line.result:
        raise wrong(3, _("this receivable was told to be %(result)s before") % {"result": line.result})
    column = 4
    try:
        if read_yen(row[3]) != line.amount:
            raise Wrong(_("%(amount)s yen were expected") % {"amount": line.amount})
        column = 5
        day = read_day(row[4], clock.today())
        if day > clock.today():
            raise Wrong(_("the day lies in the future"))
    except Wrong as error:
        raise wrong(column, error) from None
    return Result(line, result, day)


def _take(one: Result, person: Person) -> None:
    line, provider = one.line, one.line.invoice.contract.provider
    if one.result == "unpaid":
        line.last_told = one.day
        line.save(update_fields=["last_told"])
        return
    line.result, line.result_on = one.result, one.day
    line.save(update_fields=["result", "result_on"])
    if one.result == "paid":
        actions.pay(
            contract=line.invoice.contract, person=person, amount=line.amount, invoice=line.invoice.of_contract,
            received=one.day, key=f"agency-{line.pk}",
        )  # fmt: skip
        vouchers.book(  # the money is with the agent until it passes it on
            provider=provider, kind="agency", key=f"agency-{line.pk}", person=person, text=line.handover.agency.name,
            lines=[
                ledger.Line("agency-receivable", debit=line.amount),
                ledger.Line("bank", credit=line.amount),
            ],
        )  # fmt: skip


def outstanding(agency: Agency) -> int:
    """What the agent collected and has not passed on."""
    lines = HandoverLine.objects.filter(handover__agency=agency, result="paid")
    passed = Remittance.objects.filter(agency=agency)
    collected = lines.aggregate(n=Sum("amount"))["n"] or 0
    return int(collected - (passed.aggregate(n=Sum(F("amount") + F("fee")))["n"] or 0))


@whole
def remit(*, agency: Agency, person: Person, day: date, amount: int, fee: int, key: str) -> Remittance:
    """The agent passed money on and kept its fee (with tax). Twice is once by the key."""
    permissions.require(person, "payments.agency", provider=agency.provider)
    own = locked(Agency.objects).select_related("provider").get(pk=agency.pk)
    if twin := Remittance.objects.filter(agency=own, key=key).first():
        return twin
    if amount <= 0 or fee < 0 or day > clock.today():
        raise NotPossible(_("Give the yen that came, the fee, and a day up to today."))
    if amount + fee > outstanding(own):
        raise NotPossible(
            _("The agent owes %(owed)s yen; this and the fee are more. Read its results first.")
            % {"owed": f"{outstanding(own):,}"}
        )
    row = Remittance.objects.create(agency=own, day=day, amount=amount, fee=fee, key=key[:80], made_by=person)
    tax = ledger.tax_within(fee)
    vouchers.book(
        provider=own.provider, kind="remittance", key=f"remittance-{row.pk}", person=person, text=own.name,
        lines=[
            ledger.Line("bank", debit=amount), ledger.Line("bank-fees", debit=fee - tax),
            ledger.Line("tax-paid", debit=tax), ledger.Line("agency-receivable", credit=amount + fee),
        ],
    )  # fmt: skip
    audit.record(
        provider=own.provider, actor=person, action="payments.remittance", subject=own.name,
        after={"amount": amount, "fee": fee},
    )  # fmt: skip
    return row


@whole
def remit_by_deposit(*, agency: Agency, deposit: BankDeposit, person: Person, fee: int) -> None:
    """A deposit in the list is what the agent passed on."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = locked(BankDeposit.objects).get(pk=deposit.pk)
    if own.matched_at or own.set_aside or own.provider_id != agency.provider_id:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    remit(agency=agency, person=person, day=own.day, amount=own.amount, fee=fee, key=f"deposit-{own.pk}")
    own.set_aside, own.aside_at = agency.name, clock.now()
    own.save(update_fields=["set_aside", "aside_at"])
