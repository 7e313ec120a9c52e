"""Pages of money in and out, from the upload to the booking, as staff and customers use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from musubu import clock
from musubu.billing import agencies, equipment, payouts, queries, sales
from musubu.billing.models import (
    Agency,
    Article,
    BankBranch,
    BankDeposit,
    BankLayout,
    CarrierPool,
    Claim,
    EquipmentOrder,
    HandoverLine,
    Invoice,
    Payable,
    PayoutRun,
    Replacement,
    Statement,
    Unit,
)
from musubu.billing.tests.test_claims import failed
from musubu.billing.tests.worlds import START, agreed, balance, contract, later, provider
from musubu.parties import cast
from musubu.parties.models import Person, Role

pytestmark = pytest.mark.django_db
CSV = "日付,摘要内容,預かり金額,差引残高\n2026/4/10,ア,87560,87560\n2026/4/10,ナゾ,5000,92560\n"


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        own = provider()
        yield own, cast.make_staff(own, Role.BILLING)


def asked(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_a_csv_to_a_split_an_undo_and_money_sent_back(world: Any) -> None:
    own, person = world
    video, school = contract(own, "videog", "business"), contract(own, "learno", "economy")
    client = asked(person)
    layout = {"name": "試験銀行", "day": "日付", "amount": "預かり金額", "payer": "摘要内容", "balance": "差引残高"}
    assert "needs" not in said(client.post("/staff/deposits/layouts/", layout, follow=True))
    page = client.post("/staff/deposits/", {"file": SimpleUploadedFile("a.csv", CSV.encode("cp932"))})
    assert "92,560" in said(client.get(page.url))
    assert client.post(page.url, {"what": "take"}).url == "/staff/deposits/"
    first, second = BankDeposit.objects.order_by("pk")
    split = {
        "what": "split",
        "deposit": first.public_id,
        "number": [video.number, school.number, ""],
        "amount": ["10,780", "1", "0"],
    }
    wrong = client.post("/staff/deposits/match/", split, follow=True)
    assert "10,781" in said(wrong) and wrong.redirect_chain[-1][0] == f"/staff/deposits/{first.public_id}/"
    client.post("/staff/deposits/match/", split | {"amount": ["10,780", "76,780", "0"]})
    assert queries.open_amounts([video.pk, school.pk]) == {}
    detail = f"/staff/deposits/{first.public_id}/"
    assert video.number in said(client.get(detail))
    client.post("/staff/deposits/match/", {"what": "undo", "deposit": first.public_id, "why": "試し"})
    assert "試し" in said(client.get(detail)) and len(queries.open_amounts([video.pk, school.pk])) == 2
    client.post("/staff/deposits/match/", {"what": "unknown", "deposit": second.public_id, "why": "不明"})
    account = {"bank": "1", "branch": "1", "account_kind": "1", "account": "1", "holder": "ナゾ"}
    client.post("/staff/deposits/match/", {"what": "back", "deposit": second.public_id, **account})
    assert Payable.objects.get().amount == 5_000
    agreed(own)


def test_odd_payments_have_their_buttons(world: Any) -> None:
    own, person = world
    row = contract(own, "videog", "business")
    client = asked(person)
    for amount in ("10,340", "2,000"):
        text = f'日付,摘要内容,預かり金額\n2026/4/10,ア,"{amount}"\n'.encode()
        BankLayout.objects.get_or_create(
            provider=own,
            name="x",
            defaults={"columns": {"day": ["日付"], "amount": ["預かり金額"], "payer": ["摘要内容"]}},
        )
        page = client.post("/staff/deposits/", {"file": SimpleUploadedFile(f"{amount}.csv", text)})
        client.post(page.url, {"what": "take"})
        deposit = BankDeposit.objects.latest("pk")
        client.post("/staff/deposits/match/", {"what": "match", "deposit": deposit.public_id, "number": row.number})
        part = deposit.parts.get()
        assert row.number in said(client.get("/staff/deposits/odd/"))
        assert client.post(f"/staff/deposits/odd/{part.public_id}/", {"what": "nothing"}).status_code == 302
        client.post(f"/staff/deposits/odd/{part.public_id}/", {"what": "bear" if amount == "10,340" else "back"})
        part.refresh_from_db()
        assert part.settled in ("fee-borne", "given-back")
    assert (
        asked(cast.make_staff(own, Role.SALES))
        .post(f"/staff/deposits/odd/{part.public_id}/", {"what": "keep"})
        .status_code
        == 403
    )
    agreed(own)


def test_agents_page(world: Any) -> None:
    own, person = world
    row = contract(own, "simpleconnect", "standard")
    client = asked(person)
    client.post("/staff/agencies/", {"name": "みらい", "kind": "collection"})
    page = f"/staff/agencies/{Agency.objects.get().public_id}/"
    with later(own, days=120):
        number = Invoice.objects.filter(contract=row).order_by("number")[0].number
        client.post(page, {"form": "out", "invoice": [number]})
        line = HandoverLine.objects.get()
        given = said(client.get(f"/staff/handovers/{line.handover.public_id}/file/"))
        assert str(line.public_id) in given and given.splitlines()[0].endswith(",".join(agencies.OUT))
        results = f"{','.join(agencies.BACK)}\n{line.public_id},{number:06},paid,{line.amount},2026/8/1\n".encode()
        wrong = client.post(page, {"form": "results", "file": SimpleUploadedFile("r", results.replace(b"paid", b"x"))})
        assert wrong.status_code == 200 and "2" in said(wrong)
        client.post(page, {"form": "results", "file": SimpleUploadedFile("r", results)})
        money = {"form": "remittance", "day": "2026-08-08", "amount": line.amount - 100, "fee": 100, "token": "t"}
        for _time in range(2):
            client.post(page, money)
        assert agencies.outstanding(Agency.objects.get()) == 0 and balance(own)["bank"] == line.amount - 100
    agreed(own)


def test_equipment_from_order_to_return(world: Any) -> None:
    own, person = world
    row = contract(own, "simpleconnect", "standard")
    staff, customer = asked(person), asked(row.responsible)
    support = asked(cast.make_staff(own, Role.SUPPORT))
    staff.post("/staff/equipment/", {"code": "sip", "ja": "電話機", "price": 9_000, "warranty_months": 12})
    assert "9,000" in said(customer.get("/equipment/"))
    form = {"contract": row.number, "count-sip": "1", "ship_to": "大阪", "token": "t"}
    for _time in range(2):
        customer.post("/equipment/", form)
    customer.post("/equipment/", form | {"count-sip": "x", "token": "u"})
    order = EquipmentOrder.objects.get()
    shipping = f"/staff/equipment/orders/{order.public_id}/"
    line = order.lines.get()
    assert "SC-10.4" in said(support.post(shipping, {f"serial-{line.pk}": ["A-1"]}))
    staff.post(f"/contracts/{row.public_id}/payments/", {"amount": 9_900, "invoice": order.of_contract, "token": "p"})
    assert equipment.paid(order)
    support.post(shipping, {f"serial-{line.pk}": ["A-1"], "tracking": "77"})
    unit = Unit.objects.get()
    assert customer.post(shipping).status_code == 403
    customer.post(f"/equipment/units/{unit.public_id}/fault/", {"fault": "鳴らない"})
    step = f"/staff/equipment/faults/{Replacement.objects.get().public_id}/"
    support.post(step, {"what": "ship", "serial": "B-1", "tracking": "78"})
    support.post(step, {"what": "received", "on": clock.today().isoformat()})
    assert "A-1" in said(customer.get("/equipment/")) and "SC-21" in said(customer.get("/equipment/"))
    support.post(step, {"what": "returned"})
    assert Replacement.objects.get().returned_on == clock.today()
    staff.post(f"/staff/equipment/articles/{Article.objects.get().public_id}/")
    assert Article.objects.get().withdrawn_at
    assert customer.post(f"/equipment/orders/{order.public_id}/cancellation/", follow=True).status_code == 200
    assert EquipmentOrder.objects.get().cancelled_at is None
    agreed(own)


def test_claims_and_a_carriers_pool(world: Any) -> None:
    own, person = world
    row = contract(own, "videog", "business")
    client, customer = asked(person), asked(row.responsible)
    with later(own, days=5) as now:
        failed(row, now - timedelta(hours=61), 60, "carrier")
        assert "653" in said(customer.get("/claims/"))
        customer.post("/claims/new/", {"contract": row.number, "outage": "1", "text": "見られない"})
        claim = Claim.objects.get()
        other = cast.make_contractor(own, "よそ", "owner@yoso.example")[1]
        assert asked(other).post("/claims/new/", {"contract": row.number, "outage": "1"}).status_code == 404
        pool = {"service": "videog", "began": claim.began_at.isoformat()}
        client.post("/staff/claims/carrier/", pool | {"amount": "x"})
        assert not CarrierPool.objects.exists()
        client.post("/staff/claims/carrier/", pool | {"amount": "500"})
        assert "500" in said(client.get("/staff/claims/"))
        client.post("/staff/claims/carrier/", pool | {"what": "share"})
        claim.refresh_from_db()
        assert claim.share == 500 and "VG-45.2" in said(customer.get("/claims/"))
    agreed(own)


def test_sellers_from_share_to_payout(world: Any) -> None:
    own, person = world
    row = contract(own, "videog", "business")
    client, seller = asked(person), asked(row.responsible)
    client.post(
        "/staff/sales/", {"form": "share", "kind": "seller", "rate": "80", "valid_from": clock.today().isoformat()}
    )
    sales.hand_in(
        provider=own,
        record="v1",
        kind="seller",
        organisation=row.organisation,
        at=clock.now(),
        text="講座",
        amount=1_000,
    )
    assert "800" in said(seller.get("/statements/"))
    account = {"bank": "1", "branch": "1", "account_kind": "1", "account": "1234567", "holder": "カ)サクラ"}
    seller.post("/statements/", account | {"holder": "ア" * 31})
    assert payouts.account_of(row.organisation) is None
    seller.post("/statements/", account)
    assert payouts.account_of(row.organisation)
    with later(own, days=25):
        client.post("/staff/sales/", {"form": "month", "month": "2026-04"})
        statement = Statement.objects.get()
        for lang in ("ja", "en", "zh"):
            made = seller.get(f"/statements/{statement.public_id}/pdf/?lang={lang}")
            assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")
        assert "v1" in said(seller.get(f"/statements/{statement.public_id}/csv/"))
        payable = Payable.objects.get()
        assert client.post("/staff/payouts/", {"day": "2026-05-09", "payable": [payable.public_id]}).status_code == 200
        page = client.post("/staff/payouts/", {"day": "2026-05-07", "payable": [payable.public_id, "x"]}).url
        assert len(client.get(page + "file/").content) == 122 * 4
        run = PayoutRun.objects.get()
    with later(own, days=6):
        client.post(page + "result/", {"what": "book", "failed-1": "1", "why-1": "口座なし"})
        assert Payable.objects.get().lines.get().result == "failed" and "口座なし" in said(client.get(page))
        second = client.post("/staff/payouts/", {"day": "2026-05-11", "payable": [payable.public_id]}).url
        client.post(second + "result/", {"what": "book"})
        assert balance(own)["bank"] == -800 and "800" in said(seller.get("/statements/"))
        client.post(second + "result/", {"what": "back-1", "why-1": "組戻し"})
        assert balance(own)["bank"] == 0 and run.lines.count() == 1
    agreed(own)


def test_banks_and_consents(world: Any) -> None:
    own, person = world
    client = asked(person)
    client.post("/staff/banks/", {"what": "example"})
    assert BankBranch.objects.count() == 9 and "9012" in said(client.get("/staff/banks/?q=ひので"))
    assert "bank,bank_kana" in said(client.post("/staff/banks/", {"file": SimpleUploadedFile("b.csv", b"x")}))
    organisation, _owner = cast.make_contractor(own)
    form = {
        "form": "mandate",
        "organisation": organisation.pk,
        "kind": "1",
        "account": "1",
        "holder": "ア",
        "bank": "9012",
    }
    assert "115" in said(client.post("/staff/debits/", form | {"branch": "151"}))
    client.post("/staff/debits/", form | {"branch": "115"})
    mandate = organisation.mandates.get()
    made = client.get(f"/staff/mandates/{mandate.public_id}/form/")
    assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")
    assert asked(cast.make_staff(own, Role.SUPPORT)).get("/staff/banks/").status_code == 403


@pytest.mark.parametrize("page", [
    "/billing/invoices/?first=0001-01-01", "/billing/invoices/?last=9999-12-31", "/staff/books/?first=0001-01-01&last=9999-12-31",
    "/staff/books/tax/?first=0001-01-01&last=9999-12-31", "/staff/books/deferred/?day=9999-12-31",
    "/staff/runs/?month=9999-12", "/staff/runs/?month=0001-01",
])  # fmt: skip
def test_days_at_the_ends_of_the_calendar_break_no_page(page: str) -> None:
    own = provider()
    client = Client()
    client.force_login(cast.make_staff(own, Role.BILLING))
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", [
    "/staff/deposits/", "/staff/debits/", "/staff/cards/", "/staff/dunning/", "/staff/write-offs/", "/staff/equipment/",
    "/staff/sales/", "/staff/agencies/", "/staff/banks/", "/staff/claims/",
])  # fmt: skip
def test_who_may_only_read_sees_no_form_to_send(page: str) -> None:
    own = provider()
    seen = {}
    for role in (Role.AUDITOR, Role.OWNER):
        client = Client()
        client.force_login(cast.make_staff(own, role))
        content = client.get(page).content.decode().partition("<main")[2].partition("</main>")[0]
        seen[role] = content.count('method="post"')
    assert seen[Role.AUDITOR] == 0 and (seen[Role.OWNER] or page in (
        "/staff/cards/", "/staff/dunning/", "/staff/write-offs/", "/staff/claims/",
    ))  # fmt: skip
