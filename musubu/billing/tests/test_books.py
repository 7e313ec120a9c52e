"""Reports for any day and exports in the services' columns: they balance, and say what a hand count says."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from musubu import clock
from musubu.billing import exports, queries, reports, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import Entry, Invoice
from musubu.contracts import actions
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider, Role

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)


@pytest.fixture
def provider(db: None) -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def opened(provider: Provider, service: str, code: str, **more: Any) -> Contract:
    organisation, owner = cast.make_contractor(provider, f"{service}社", f"owner@{service}.example")
    plan = provider.plans.get(service=service, code=code)
    contract = actions.open_contract(
        provider=provider, organisation=organisation, plan=plan, responsible=owner, more=more
    )
    actions.conclude(contract=contract)
    return contract


def paid(contract: Contract, at: datetime) -> None:
    with clock.standing_at(at):
        actions.pay(contract=contract, person=None, key=f"p{at}")


def asked(provider: Provider, role: Role = Role.BILLING) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.make_staff(provider, role))
    return client


def test_deferred_revenue_goes_down_day_by_day(provider: Provider) -> None:
    """Enterprise, 12 months from 10 April 2026 in advance: 597,600 yen over 365 days."""
    contract = opened(provider, "videog", "enterprise")
    invoice = Invoice.objects.get()
    line = invoice.lines.get()
    days = (line.last - line.first).days + 1

    def left(day: date) -> int:
        return sum(one.deferred for one in reports.deferred(provider, day))

    assert (line.amount, days, line.first) == (597_600, 365, date(2026, 4, 10))
    assert left(date(2026, 4, 9)) == 0  # not invoiced yet
    assert left(date(2026, 4, 10)) == 597_600 - 597_600 // 365
    assert left(date(2026, 12, 31)) == 597_600 - 597_600 * 266 // 365
    assert left(line.last - timedelta(days=1)) == 597_600 - 597_600 * 364 // 365
    assert left(line.last) == 0
    day, whole = START.date(), 0
    while day <= line.last:
        now = left(day)
        assert whole == 0 or 0 < whole - now <= 13 * 1_638
        whole, day = now, day + timedelta(days=13)
    sandbox.advance(provider, START + timedelta(days=30))  # never paid: the invoice is taken back (VG-11.5)
    assert contract.credit_notes.filter(kind="void").exists()
    assert left(date(2026, 5, 5)) == 0 and left(date(2026, 4, 11)) > 0


def test_fees_in_arrears_and_initial_fees_are_not_deferred(provider: Provider) -> None:
    opened(provider, "simpleconnect", "standard")
    opened(provider, "learno", "economy")
    sandbox.advance(provider, datetime(2026, 6, 20, tzinfo=clock.TOKYO))
    found = list(reports.deferred(provider, date(2026, 6, 20)))
    assert [(one.line.item, one.line.first, one.left_days, one.days) for one in found] == [
        ("monthly", date(2026, 6, 10), 19, 30)
    ]
    assert found[0].deferred == 19_800 - 19_800 * 11 // 30


def test_receivables_stand_as_they_did_on_a_day(provider: Provider) -> None:
    contract = opened(provider, "exaas", "basic-100")  # invoiced on 1 May and 1 June, due at those months' ends
    sandbox.advance(provider, datetime(2026, 7, 15, tzinfo=clock.TOKYO))
    paid(contract, datetime(2026, 7, 15, 9, tzinfo=clock.TOKYO))
    before = reports.open_at(provider, date(2026, 6, 20))
    assert [(one.left, one.days_late) for one in before] == [(462_000, 20), (132_000, 0)]
    after = reports.open_at(provider, date(2026, 7, 15))
    assert [(one.left, one.days_late) for one in after] == [(132_000, 15), (132_000, 0)]
    aged = reports.aged(after)
    assert aged[0].company == "exaas社" and aged[0].ages == [132_000, 132_000, 0, 0, 0] and aged[0].total == 264_000
    assert sum(amount for _name, _count, amount in queries.by_age(after)) == 264_000


def test_tax_by_rate_is_what_the_documents_say(provider: Provider) -> None:
    opened(provider, "videog", "business")
    sandbox.advance(provider, START + timedelta(days=12))  # 9,800 void, seven days by the day: 2,286
    rows = reports.tax_by_rate(provider, date(2026, 4, 1), date(2026, 4, 30))
    assert [(one.rate, one.net, one.tax, one.returned, one.returned_tax, one.due) for one in rows] == [
        (10, 9_800 + 2_286, 980 + 228, 9_800, 980, 228)
    ]
    assert reports.tax_by_rate(provider, date(2026, 5, 1), date(2026, 5, 31)) == []


def test_a_trial_balance_carries_over(provider: Provider) -> None:
    contract = opened(provider, "exaas", "basic-100")
    sandbox.advance(provider, datetime(2026, 7, 15, tzinfo=clock.TOKYO))
    paid(contract, datetime(2026, 7, 15, 9, tzinfo=clock.TOKYO))
    whole = {one.account: one for one in reports.trial_balance(provider, date(2026, 1, 1), date(2026, 12, 31))}
    july = {one.account: one for one in reports.trial_balance(provider, date(2026, 7, 1), date(2026, 12, 31))}
    june = {one.account: one for one in reports.trial_balance(provider, date(2026, 1, 1), date(2026, 6, 30))}
    for account, row in july.items():
        assert row.before == (june[account].after if account in june else 0)
        assert row.after == whole[account].after
    for rows in (whole, july, june):
        assert sum(one.before for one in rows.values()) == 0 == sum(one.after for one in rows.values())
        assert sum(one.debit for one in rows.values()) == sum(one.credit for one in rows.values())
    assert june["receivable"].after == 462_000 + 132_000


def made_entries(provider: Provider) -> Any:
    """An invoice with an untaxed surcharge, a payment, a void invoice, and a voucher of three lines."""
    hosted = opened(provider, "exaas", "basic-100")
    opened(provider, "videog", "business")
    with clock.standing_at(START + timedelta(hours=1)):
        actions.record_event(contract=hosted, what="evaded", data={"amount": 1_000})
    sandbox.advance(provider, datetime(2026, 5, 20, tzinfo=clock.TOKYO))
    paid(hosted, datetime(2026, 5, 20, 9, tzinfo=clock.TOKYO))
    lines = [Line("bank", debit=970), Line("refunds-payable", debit=30), Line("receivable", credit=1_000)]
    vouchers.book(provider=provider, kind="t", key="v", text="手数料差引", lines=lines)
    rows = Entry.objects.filter(provider=provider).select_related("contract__organisation", "voucher")
    return rows.order_by("at", "voucher", "contract", "outcome", "line")


@pytest.mark.parametrize("layout", exports.HEADS)
def test_every_layout_has_its_columns_and_balances(provider: Provider, layout: str) -> None:
    rows = list(exports.rows(made_entries(provider), layout))
    head = exports.HEADS[layout]
    assert rows and all(len(row) == len(head) for row in rows)
    money = {"plain": "金額", "freee": "金額", "moneyforward": "金額(円)", "yayoi": "金額"}[layout]
    debits, credits = (sum(row[head.index(side + money)] or 0 for row in rows) for side in ("借方", "貸方"))
    assert debits == credits == sum(one.debit for one in Entry.objects.all())


def test_sales_carry_their_tax_by_rate(provider: Provider) -> None:
    slips = list(exports.slips(made_entries(provider), taxed=True))
    invoice = next(one for one in slips if any(side.tax == 42_100 for side in one.credits))
    assert [(side.account, side.tax_class, side.amount, side.tax) for side in invoice.credits] == [
        ("売上高", "課税売上10%", 463_100, 42_100), ("売上高", "対象外売上", 2_000, 0),
    ]  # fmt: skip
    assert [(side.account, side.amount, side.partner) for side in invoice.debits] == [("売掛金", 465_100, "exaas社")]
    void = next(one for one in slips if any(side.account == "売上値引・返品" for side in one.debits))
    assert (void.debits[0].tax_class, void.debits[0].amount, void.debits[0].tax) == ("課税売上返還10%", 10_780, 980)
    assert sum(one.tax for slip in slips for one in (*slip.debits, *slip.credits)) == sum(
        one.debit + one.credit for one in Entry.objects.filter(account="tax-10")
    )


def test_the_columns_of_each_service(provider: Provider) -> None:
    entries = made_entries(provider)
    freee = [dict(zip(exports.HEADS["freee"], row, strict=True)) for row in exports.rows(entries, "freee")]
    sale = next(row for row in freee if row["貸方税額"] == 42_100)
    assert (len(sale), sale["日付"], sale["借方取引先"], sale["貸方税区分"]) == (
        32,
        "2026/05/01",
        "exaas社",
        "課税売上10%",
    )
    assert any(row["借方税区分"] == "課税売返10%" for row in freee)
    mf = [dict(zip(exports.HEADS["moneyforward"], row, strict=True)) for row in exports.rows(entries, "moneyforward")]
    sale = next(row for row in mf if row["貸方税額"] == 42_100)
    assert (len(sale), sale["取引日"], sale["貸方税区分"], sale["貸方金額(円)"]) == (
        27,
        "2026/05/01",
        "課税売上 10%",
        463_100,
    )
    yayoi = [dict(zip(exports.HEADS["yayoi"], row, strict=True)) for row in exports.rows(entries, "yayoi")]
    assert len(yayoi[0]) == 25 and {row["調整"] for row in yayoi} == {"no"}
    place = next(n for n, row in enumerate(yayoi) if row["貸方税金額"] == 42_100)
    assert [(row["識別フラグ"], row["タイプ"], row["借方金額"]) for row in yayoi[place : place + 2]] == [
        ("2110", 3, 465_100), ("2101", 3, 0),
    ]  # fmt: skip
    assert yayoi[place]["貸方税区分"] == "課税売上込10%" and yayoi[place + 1]["貸方税区分"] == "対外売上"
    assert any(row["識別フラグ"] == "2000" and row["タイプ"] == 0 for row in yayoi)


def test_the_files_as_the_services_want_them(provider: Provider) -> None:
    made_entries(provider)
    client = asked(provider)
    span = "?first=2026-01-01&last=2026-12-31"
    for layout in ("plain", "freee", "moneyforward"):
        answer = client.get(f"/staff/books/{span}&layout={layout}")
        table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert table[0] == exports.HEADS[layout] and len(table) > 5
    answer = client.get(f"/staff/books/{span}&layout=yayoi")
    table = list(csv.reader(io.StringIO(answer.content.decode("cp932"))))
    assert "Shift_JIS" in answer["Content-Type"] and table[0][0] in ("2000", "2110") and len(table[0]) == 25
    empty = client.get("/staff/books/?first=2020-01-01&last=2020-01-31&layout=plain")
    assert empty.content.decode("utf-8-sig").splitlines() == [",".join(exports.HEADS["plain"])]


def test_the_pages(provider: Provider) -> None:
    opened(provider, "videog", "enterprise")
    client = asked(provider, Role.AUDITOR)
    for path, says in (("", "597,600"), ("receivables/", "657,360"), ("deferred/", "595,963"), ("tax/", "59,760")):
        assert says in client.get(f"/staff/books/{path}").content.decode(), path
        assert client.get(f"/staff/books/{path}?format=csv")["Content-Type"].startswith("text/csv")
    wrong = client.get("/staff/books/?first=2026-05-01&last=2026-04-01").content.decode()
    assert "before the first one" in wrong
    member = Client()
    member.force_login(cast.make_member(Contract.objects.get().organisation, "m@x.example", Role.OWNER))
    assert member.get("/staff/books/deferred/").status_code == 403
