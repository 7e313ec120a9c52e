"""`musubu billing verify` finds each kind of broken row, as somebody could make it who owns the database itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from musubu import clock
from musubu.billing import deposits, verify, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import BankDeposit, BankFile, Charge, CreditNote, Entry, Invoice, Reminder, Voucher
from musubu.cli import billing as command
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, Event, Outcome
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
KEPT = ("invoice", "creditnote", "entry", "voucher")


@pytest.fixture
def provider() -> Any:
    """Some months of two contracts: late, paid from a bank deposit, fallen to Free, and a voucher."""
    with stage.sandbox(START) as provider:
        staff = cast.make_staff(provider)
        contracts = []
        for service, code in (("exaas", "basic-100"), ("videog", "business")):
            organisation, owner = cast.make_contractor(provider, service, f"owner@{service}.example")
            plan = provider.plans.get(service=service, code=code)
            contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
            actions.conclude(contract=contract)
            contracts.append(contract)
        file = BankFile.objects.create(
            provider=provider, kind="deposits", name="a", sha256="a", read_at=START, read_by=staff, rows=1, total=1
        )
    sandbox.advance(provider, START + timedelta(days=40))
    with clock.standing_at(START + timedelta(days=40)):
        row = BankDeposit.objects.create(
            provider=provider, file=file, row=1, day=date(2026, 5, 19), amount=470_000, payer="ｱ"
        )
        deposits.match(deposit=row, contract=contracts[0], person=staff)
        lines = [Line("bank", debit=500), Line("sales", credit=500)]
        vouchers.book(provider=provider, kind="test", key="v1", lines=lines)
    sandbox.advance(provider, START + timedelta(days=80))
    assert list(verify.differences(provider)) == []
    _drop_triggers()
    return provider


def _drop_triggers() -> None:
    with connection.cursor() as cursor:
        for table in KEPT:
            if connection.vendor == "sqlite":
                for act in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS billing_{table}_no_{act}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS billing_{table}_never_changed ON billing_{table}")


def first(table: Any) -> Any:
    return table.objects.order_by("pk").first()


def _document(change: Callable[[dict[str, Any]], Any]) -> None:
    row = first(Invoice)
    change(row.document)
    Invoice.objects.filter(pk=row.pk).update(document=row.document)


BROKEN: dict[str, tuple[Callable[[], Any], str]] = {
    "an invoice is gone": (lambda: (Reminder.objects.filter(invoice__number=2).delete(), Charge.objects.filter(invoice__number=2).update(invoice=None), Invoice.objects.filter(number=2)._raw_delete("default")), "invoice number 2 is missing"),
    "a number was left out": (lambda: Invoice.objects.filter(number=2).update(number=99), "invoice number 2 is missing"),
    "a credit note's number was left out": (lambda: CreditNote.objects.update(number=7), "credit note number 1 is missing"),
    "an invoice's sums": (lambda: Invoice.objects.filter(number=1).update(tax=F("tax") + 1, total=F("total") + 1), "the journal says"),
    "an invoice's due day": (lambda: Invoice.objects.filter(number=1).update(due_on=date(2030, 1, 1)), "is due on 2030-01-01"),
    "an invoice's time": (lambda: Invoice.objects.filter(number=1).update(issued_at=START - timedelta(days=9)), "is due on"),
    "a printed line": (lambda: _document(lambda one: one["lines"][0].update(amount=1)), "prints other lines"),
    "a printed rate": (lambda: _document(lambda one: one["rates"][0].__setitem__(2, 1)), "the rates of invoice"),
    "a charge's amount": (lambda: Charge.objects.filter(pk=first(Charge).pk).update(amount=F("amount") + 1), "charge"),
    "a charge on no invoice": (lambda: Charge.objects.filter(pk=first(Charge).pk).update(invoice=None), "do not come to"),
    "a charge's period": (lambda: Charge.objects.filter(pk=first(Charge).pk).update(last=date(2030, 1, 1)), "2030-01-01"),
    "a credit note's amount": (lambda: CreditNote.objects.update(amount=F("amount") + 1), "credit note of outcome"),
    "a credit note's tax": (lambda: CreditNote.objects.update(tax=F("tax") + 1), "the tax accounts hold"),
    "a credit note is gone": (lambda: CreditNote.objects.all().delete(), "credit note of outcome"),
    "an entry's amount": (lambda: Entry.objects.filter(account="receivable", debit__gt=0).update(debit=1), "out of balance"),
    "both sides of an entry": (lambda: Entry.objects.filter(contract__service="videog", voucher=None).update(debit=F("debit") * 2, credit=F("credit") * 2), "it means"),
    "an entry's account": (lambda: Entry.objects.filter(account="sales").update(account="interest-income"), "it means"),
    "an unknown account": (lambda: Entry.objects.filter(account="sales").update(account="pocket"), "the account pocket is unknown"),
    "an entry is gone": (lambda: Entry.objects.filter(account="bank", voucher=None).delete(), "out of balance"),
    "an entry's invoice": (lambda: Entry.objects.filter(account="receivable").update(of_contract=9), "it means"),
    "a voucher's amount": (lambda: Entry.objects.filter(voucher__key="v1", account="bank").update(debit=499), "voucher v1 is -1 yen out of balance"),
    "a voucher without entries": (lambda: Entry.objects.filter(voucher__key="v1").delete(), "voucher v1 has no entries"),
    "a voucher's moment": (lambda: Voucher.objects.update(at=START), "voucher v1 is booked at another moment"),
    "another provider's entry": (lambda: Entry.objects.filter(voucher__key="v1").update(provider=cast.make_provider("other")), "concerns another provider"),
    "a payment's amount": (lambda: Event.objects.filter(what="pay").update(data={"amount": 470_001, "received": "2026-05-19"}), "470001 yen came"),
    "a payment is gone": (lambda: Event.objects.filter(what="pay").delete(), "0 yen came"),
    "a document that cannot be read": (lambda: Invoice.objects.filter(number=1).update(document={}), "invoice 1: the check of document cannot read"),
    "an outcome without its amount": (lambda: Outcome.objects.filter(what="paid").update(data={}), "the check of entries cannot read"),
    "an event that nobody knows": (lambda: Event.objects.filter(what="concluded").update(what="x"), "the check of standing cannot read"),
    "particulars without a fee": (lambda: Contract.objects.update(particulars={}), "monthly_fee"),
    "a deposit's amount": (lambda: BankDeposit.objects.update(amount=1), "the deposit"),
    "a deposit's day": (lambda: BankDeposit.objects.update(day=date(2030, 1, 1)), "on 2030-01-01"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_it_is_found(provider: Provider, what: str) -> None:
    breaks, says = BROKEN[what]
    other = Provider.objects.filter(slug="other")
    breaks()
    found = "\n".join(line for one in (provider, *other) for line in verify.differences(one))
    assert says in found, found


def test_one_damaged_row_hides_no_other(provider: Provider) -> None:
    Invoice.objects.filter(number=1).update(document={})
    Event.objects.filter(what="concluded").update(what="x")
    Invoice.objects.filter(number=2).update(number=99)
    CreditNote.objects.update(amount=F("amount") + 1)
    found = "\n".join(verify.differences(provider))
    for says in ("check of document", "check of standing", "invoice number 2 is missing", "credit note of outcome"):
        assert says in found


def test_the_command_says_so(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    assert command._verify() == 0 and "agree" in capsys.readouterr().out
    Invoice.objects.filter(number=2).update(number=99)
    assert command._verify() == 1 and "demo: invoice number 2 is missing" in capsys.readouterr().out
