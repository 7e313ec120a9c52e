"""Use is rated exactly: longest prefix, blocks, calls, tiers; a record counts once, a late one on the next invoice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from musubu import clock
from musubu.billing.models import Invoice
from musubu.contracts import actions, rating, usage
from musubu.contracts import clock as sandbox
from musubu.contracts.models import Contract, RateTable, UsageRecord
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.refusals import NotPossible

START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
ROWS = [
    {"prefix": "0", "seconds": 180, "block": "8.5"},
    {"prefix": "090", "seconds": 60, "block": "16"},
    {"prefix": "0570", "seconds": 1, "block": "0.15", "call": "10"},
    {"prefix": "", "seconds": 60, "block": "99.999"},
]


@pytest.mark.parametrize(
    ("number", "seconds", "milli"),
    [
        ("0312345678", 1, 8_500),  # one block of three minutes, begun
        ("0312345678", 180, 8_500),
        ("0312345678", 181, 17_000),
        ("09012345678", 61, 32_000),  # the longer prefix counts
        ("0570000000", 100, 25_000),  # 10 yen a call and 0.15 yen a second
        ("81312345678", 60, 99_999),  # everything else
        ("0312345678", 0, 0),
    ],
)
def test_the_longest_prefix_by_blocks_and_calls(number: str, seconds: int, milli: int) -> None:
    assert rating.Table.parse(ROWS).cost(number, seconds) == milli


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([*ROWS, {"prefix": "090", "seconds": 1, "block": "1"}], "row 5: prefix “090” stands twice"),
        ([{"prefix": "0x", "seconds": 1, "block": "1"}], "row 1"),
        ([{"prefix": "０３", "seconds": 1, "block": "1"}], "row 1: prefix"),
        ([{"prefix": "0", "seconds": 0, "block": "1"}], "row 1: a block"),
        ([{"prefix": "0", "seconds": 1}], "row 1: block is missing"),
        ([{"prefix": "0", "seconds": 1, "block": "-1"}], "row 1: seconds"),
        ([{"prefix": "0", "seconds": 1, "block": "0.0001"}], "three decimals"),
    ],
)
def test_a_wrong_table_names_row_and_field(rows: Any, says: str) -> None:
    with pytest.raises(rating.RateError, match=says):
        rating.Table.parse(rows)


def test_no_prefix_fits() -> None:
    with pytest.raises(rating.RateError, match="no rate for 1"):
        rating.Table.parse(ROWS[:3]).cost("1", 1)


def test_tiers_with_an_included_amount() -> None:
    tiers = [(100, 0), (200, 10_000), (None, 5_000)]
    assert [rating.tiered(amount, tiers) for amount in (0, 100, 101, 200, 300)] == [0, 0, 10_000, 1_000_000, 1_500_000]


@given(some.lists(some.tuples(some.text("0123456789", min_size=1, max_size=12), some.integers(0, 4000)), max_size=30))
def test_it_equals_the_slow_obvious_way(uses: list[tuple[str, int]]) -> None:
    table = rating.Table.parse(ROWS)
    slow = Decimal(0)
    for number, seconds in uses:
        row = max((row for row in ROWS if number.startswith(row["prefix"])), key=lambda row: len(row["prefix"]))
        blocks = (seconds + row["seconds"] - 1) // row["seconds"]
        slow += blocks * Decimal(row["block"]) + (Decimal(row.get("call", "0")) if seconds else 0)
    assert rating.total(table, uses) == slow * 1000


@pytest.fixture
def contract() -> Any:
    with stage.sandbox(START) as provider:
        organisation, owner = cast.make_contractor(provider)
        plan = provider.plans.get(service="simpleconnect", code="standard")
        row = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
        actions.conclude(contract=row)
    RateTable.objects.create(provider=provider, service="simpleconnect", valid_from=START.date(), rows=ROWS)
    return row


def calls(*ids: str, at: datetime, seconds: int = 61) -> list[dict[str, Any]]:
    return [{"id": one, "at": at, "number": "09012345678", "seconds": seconds} for one in ids]


@pytest.mark.django_db
def test_a_record_counts_once_however_often_it_is_handed_in(contract: Contract) -> None:
    may = datetime(2026, 5, 12, 9, tzinfo=clock.TOKYO)
    with clock.standing_at(may):
        assert usage.hand_in(contract=contract, records=calls("a", "b", at=may)) == 2
        assert usage.hand_in(contract=contract, records=calls("b", "a", at=may)) == 0
        assert usage.hand_in(contract=contract, records=calls("c", at=may)) == 1
    amounts = [event.data["amount"] for event in contract.events.filter(what="usage")]
    assert amounts == [64, 32] and UsageRecord.objects.count() == 3
    assert contract.outcomes.filter(what="charge", data__item="usage").count() == 2


@pytest.mark.django_db
def test_a_late_record_goes_on_the_next_invoice_with_its_own_rate(contract: Contract) -> None:
    may, june = (datetime(2026, month, 20, 9, tzinfo=clock.TOKYO) for month in (5, 6))
    dearer = [{"prefix": "", "seconds": 1, "block": "100"}]
    RateTable.objects.create(provider=contract.provider, service="simpleconnect", valid_from=june.date(), rows=dearer)
    with clock.standing_at(june):
        usage.hand_in(contract=contract, records=calls("late", at=may))
        usage.hand_in(contract=contract, records=calls("new", at=june + timedelta(hours=1), seconds=2))
    charges = contract.outcomes.filter(what="charge", data__item="usage").order_by("n")
    assert [(one.data["from"], one.data["amount"]) for one in charges] == [("2026-05-20", 32), ("2026-06-01", 200)]
    late = contract.outcomes.get(n=charges[0].n)
    assert late.data["to"] == "2026-05-20" and late.why[0]["key"] == "usage-late"
    sandbox.advance(contract.provider, datetime(2026, 7, 16, tzinfo=clock.TOKYO))
    invoice = Invoice.objects.get(contract=contract, issued_at__gte=datetime(2026, 7, 1, tzinfo=clock.TOKYO))
    assert [(line.first, line.amount) for line in invoice.lines.filter(item="usage").order_by("outcome")] == [
        (may.date(), 32), (june.date().replace(day=1), 200),
    ]  # fmt: skip
    assert UsageRecord.objects.get(record="late").at == may


@pytest.mark.django_db
def test_fractions_are_dropped_once_in_a_month(contract: Contract) -> None:
    may = datetime(2026, 5, 12, 9, tzinfo=clock.TOKYO)
    short = [{"id": f"s{n}", "at": may, "number": "0312345678", "seconds": 1} for n in range(3)]
    with clock.standing_at(may):
        for one in short:
            usage.hand_in(contract=contract, records=[one])
    assert sum(event.data["amount"] for event in contract.events.filter(what="usage")) == 25  # 3 × 8.5


@pytest.mark.django_db
def test_every_record_knows_the_charge_that_it_went_into(contract: Contract) -> None:
    june = datetime(2026, 6, 12, 9, tzinfo=clock.TOKYO)
    with clock.standing_at(june):
        usage.hand_in(contract=contract, records=[{"id": "s", "at": june, "number": "0570000000", "seconds": 0}])
        late = calls("old1", "old2", at=june - timedelta(days=20))
        usage.hand_in(contract=contract, records=[*calls("a", "b", at=june), *late])
    charges = {one.n: one for one in contract.outcomes.filter(what="charge", data__item="usage")}
    rows = {row.record: charges.get(row.outcome or -1) for row in UsageRecord.objects.all()}
    assert rows["a"] == rows["b"] == rows["s"] and rows["old1"] == rows["old2"] != rows["a"]
    assert rows["a"].data["amount"] == 64 and rows["old1"].data == {  # type: ignore[union-attr]
        "item": "usage", "from": "2026-05-23", "to": "2026-05-23", "amount": 64,
    }  # fmt: skip


@pytest.mark.django_db
def test_what_a_month_includes_and_tiers_of_what_is_counted(contract: Contract) -> None:
    june = datetime(2026, 6, 1, 9, tzinfo=clock.TOKYO)
    monthly = {"included": "50", "tiers": {"transfer_gb": [[100, "0"], [200, "10"], [None, "5.5"]]}}
    RateTable.objects.create(
        provider=contract.provider, service="simpleconnect", valid_from=june.date(), rows=ROWS, monthly=monthly
    )

    def used(name: str, quantity: int) -> dict[str, Any]:
        return {"id": name, "at": june, "metric": "transfer_gb", "quantity": quantity}

    with clock.standing_at(june + timedelta(days=10)):
        usage.hand_in(contract=contract, records=calls("a", at=june))  # 32 yen of 50 that are included
        assert not contract.events.filter(what="usage").exists()
        usage.hand_in(contract=contract, records=calls("b", at=june))  # 14 yen beyond
        usage.hand_in(contract=contract, records=[used("g1", 90)])
        usage.hand_in(contract=contract, records=[used("g2", 111)])  # 201: 100 at 10 yen, 1 at 5.5 yen
        with pytest.raises(NotPossible, match="record 1: there are no tiers for storage_gb"):
            usage.hand_in(contract=contract, records=[{**used("x", 1), "metric": "storage_gb"}])
        with pytest.raises(NotPossible, match="record 1: a quantity"):
            usage.hand_in(contract=contract, records=[used("x", -1)])
    assert [event.data["amount"] for event in contract.events.filter(what="usage")] == [14, 1_005]


@pytest.mark.parametrize(
    ("tiers", "says"),
    [
        ([[100, "1"]], "no end"),
        ([[100, "1"], [100, "2"], [None, "1"]], "tier 2: ends at 100"),
        ([[None, "1"], [None, "2"]], "no end"),
        ([[100], [None, "1"]], "tier 1: give"),
    ],
)
def test_wrong_tiers_are_refused_with_their_place(tiers: Any, says: str) -> None:
    with pytest.raises(rating.RateError, match=says):
        rating.Table.parse(ROWS, {"tiers": {"gb": tiers}})


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [-1, 10**10 + 1, True, "5", 1.5])
@pytest.mark.parametrize(("what", "key"), [("pay", "amount"), ("usage", "amount"), ("change-price", "monthly_fee")])
def test_no_event_takes_a_negative_or_absurd_amount(contract: Contract, what: str, key: str, amount: Any) -> None:
    with pytest.raises(NotPossible, match="whole yen"):
        actions.record_event(contract=contract, what=what, data={key: amount})
    assert contract.events.count() == 1


@pytest.mark.django_db
def test_what_cannot_be_rated_is_refused_whole(contract: Contract) -> None:
    may = datetime(2026, 5, 12, 9, tzinfo=clock.TOKYO)
    with clock.standing_at(may):
        for wrong in ({"seconds": -1}, {"seconds": "x"}, {"number": "abc"}, {"at": START - timedelta(days=400)}):
            with pytest.raises(NotPossible, match="record 2"):
                usage.hand_in(contract=contract, records=[*calls("ok", at=may), {**calls("no", at=may)[0], **wrong}])
    assert not UsageRecord.objects.exists() and not contract.events.filter(what="usage").exists()
