"""Collection agents (SC-10.3) and advance-payment agents (VG-20): out, in, booked once."""

from __future__ import annotations

from typing import Any

import pytest

from musubu import clock
from musubu.billing import agencies, debits, queries
from musubu.billing.models import BankFile, HandoverLine, Remittance
from musubu.billing.tests.worlds import START, agreed, balance, contract, later, provider
from musubu.contracts.models import Event
from musubu.parties import cast
from musubu.parties.models import Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
HEAD = ",".join(agencies.BACK)


@pytest.fixture
def world() -> Any:
    with clock.standing_at(START):
        own = provider()
        person = cast.make_staff(own, Role.BILLING)
        phone = contract(own, "simpleconnect", "standard")
        contract(own, "exaas", "basic-100", "電話社", "denwa")
        agency = agencies.add(provider=own, person=person, name="回収代行株式会社", kind="collection")
    with later(own, days=120):
        yield own, person, phone, agency


def handed(person: Any, agency: Any) -> list[HandoverLine]:
    invoices = [one.invoice for one in agencies.can_go(agency)]
    row = agencies.hand_over(agency=agency, person=person, invoices=invoices)
    return list(row.lines.order_by("pk"))


def told(line: HandoverLine, result: str, amount: int | None = None, day: str = "2026/8/1") -> str:
    yen = line.amount if amount is None else amount
    return f"{line.public_id},{line.invoice.number:06},{result},{yen},{day}"


def test_out_and_in_booked_once(world: Any) -> None:
    own, person, phone, agency = world
    lines = handed(person, agency)
    assert len(lines) == 2 and {line.invoice.contract for line in lines} == {phone}
    assert agencies.can_go(agency) == []
    rows = list(agencies.out_file(lines[0].handover))
    assert (
        rows[0][0] == str(lines[0].public_id)
        and rows[0][4] == "株式会社さくら商事"
        and len(rows[0]) == len(agencies.OUT)
    )
    content = "\n".join([HEAD, told(lines[0], "入金"), told(lines[1], "unpaid")]).encode("cp932")
    assert agencies.read_results(agency=agency, person=person, name="a", content=content) == {"paid": 1, "unpaid": 1}
    with pytest.raises(NotPossible, match="told to be paid before"):
        agencies.read_results(agency=agency, person=person, name="b", content=content)
    assert Event.objects.filter(what="pay").count() == 1 and BankFile.objects.count() == 1
    assert balance(own)["agency-receivable"] == lines[0].amount and balance(own).get("bank", 0) == 0
    back = "\n".join([HEAD, told(lines[1], "返却")]).encode()
    agencies.read_results(agency=agency, person=person, name="c", content=back)
    assert [one.invoice.pk for one in agencies.can_go(agency)] == [lines[1].invoice_id]
    with pytest.raises(NotPossible, match="read before"):
        unpaid = handed(person, agency)
        same = "\n".join([HEAD, told(unpaid[0], "unpaid")]).encode()
        for _time in range(2):
            agencies.read_results(agency=agency, person=person, name="d", content=same)
    agreed(own)


def test_what_the_agent_passes_on(world: Any) -> None:
    own, person, _phone, agency = world
    line = handed(person, agency)[0]
    agencies.read_results(agency=agency, person=person, name="a", content=f"{HEAD}\n{told(line, 'paid')}".encode())
    day = clock.today()
    with pytest.raises(NotPossible, match="owes"):
        agencies.remit(agency=agency, person=person, day=day, amount=line.amount, fee=1, key="k")
    for _time in range(2):
        agencies.remit(agency=agency, person=person, day=day, amount=line.amount - 1_100, fee=1_100, key="k")
    assert Remittance.objects.count() == 1 and agencies.outstanding(agency) == 0
    kept = balance(own)
    assert (kept["bank"], kept["bank-fees"], kept["tax-paid"]) == (line.amount - 1_100, 1_000, 100)
    assert kept["agency-receivable"] == 0
    agreed(own)


def test_a_wrong_file_is_refused_whole_with_its_place(world: Any) -> None:
    own, person, _phone, agency = world
    first, second = handed(person, agency)
    for rows, said in (
        (["a,b"], "Line 1"),
        ([HEAD], "holds no results"),
        ([HEAD, told(first, "paid"), "x,1,paid,1,2026/8/1"], "Line 3, column 1"),
        ([HEAD, told(first, "paid"), told(first, "paid")], "Line 3, column 1"),
        ([HEAD, told(first, "paid").replace(f"{first.invoice.number:06}", "999999")], "Line 2, column 2"),
        ([HEAD, told(first, "maybe")], "Line 2, column 3"),
        ([HEAD, told(second, "paid"), told(first, "paid", 5)], f"Line 3, column 4: {first.amount} yen"),
        ([HEAD, told(first, "paid", day="2027/1/1")], "Line 2, column 5"),
        ([HEAD, told(first, "paid") + ",x"], "5 columns"),
    ):
        with pytest.raises(NotPossible, match=said):
            agencies.read_results(agency=agency, person=person, name="w", content="\n".join(rows).encode())
    assert not Event.objects.filter(what="pay").exists() and not BankFile.objects.exists()
    with pytest.raises(NotAllowed):
        agencies.hand_over(agency=agency, person=cast.make_staff(own, Role.SUPPORT), invoices=[first.invoice])


def test_only_under_the_terms_and_with_one_at_a_time(world: Any) -> None:
    """SC-10.3, VG-20; nothing with an agent is debited"""
    own, person, phone, agency = world
    with pytest.raises(NotPossible, match="already"):
        agencies.add(provider=own, person=person, name=agency.name, kind="advance")
    other = next(one.invoice for one in queries.open_invoices(own.contracts.filter(service="exaas"), clock.today()))
    with pytest.raises(NotPossible, match="not under its terms"):
        agencies.hand_over(agency=agency, person=person, invoices=[other])
    lines = handed(person, agency)
    second = agencies.add(provider=own, person=person, name="別の代行", kind="collection")
    with pytest.raises(NotPossible, match="with somebody"):
        agencies.hand_over(agency=second, person=person, invoices=[lines[0].invoice])
    mandate = debits.open_mandate(
        organisation=phone.organisation, person=person, bank="1", branch="1", account="1", holder="ア"
    )
    debits.move_mandate(mandate=mandate, person=person, to="active")
    phone.particulars["payment"] = "debit"
    phone.save(update_fields=["particulars"])
    asked = debits.due(own, clock.today())
    assert not {invoice.pk for invoice, _m, _left in asked} & {line.invoice_id for line in lines}


def test_an_advance_payment_agent_takes_what_is_not_late_yet() -> None:
    """VG-20"""
    with clock.standing_at(START):
        own = provider()
        person = cast.make_staff(own, Role.BILLING)
        contract(own, "videog", "business")
        agency = agencies.add(provider=own, person=person, name="前払代行", kind="advance")
        (line,) = handed(person, agency)
        row = f"{HEAD}\n{told(line, 'paid', day='2026/4/10')}".encode()
        agencies.read_results(agency=agency, person=person, name="a", content=row)
        assert queries.open_amounts(own.contracts.values("pk")) == {}
    agreed(own)
