"""Price lists and rate tables from files: whole or not at all, each fault with its row and column."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from musubu import clock
from musubu.contracts import offering, pricelists
from musubu.contracts.models import Price, RateTable
from musubu.contracts.tests import stage
from musubu.parties import cast
from musubu.parties.models import Provider, Role
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 10, 11, tzinfo=clock.TOKYO)
HEAD = "what,code,valid_from,valid_to,monthly_fee,initial_fee\n"


@pytest.fixture
def provider() -> Any:
    with stage.sandbox(START) as provider:
        yield provider


def announced(provider: Provider, *rows: str, person: Any = None) -> int:
    content = (HEAD + "\n".join(rows)).encode()
    who = person or cast.make_staff(provider, Role.SALES)
    return pricelists.announce(provider=provider, service="simpleconnect", person=who, content=content)


def test_a_whole_list_is_announced(provider: Provider) -> None:
    rows = (
        "plan,standard,2026-05-01,2026-12-31,3000,5000",
        'plan,standard,2027/01/01,,"3,200",0',
        "option,number,2026-06-01,,600,",
    )
    assert announced(provider, *rows) == 3
    plan = provider.plans.get(service="simpleconnect", code="standard")
    assert [one.monthly_fee for one in plan.prices.order_by("valid_from")] == [2_980, 3_000, 3_200]
    assert announced(provider, *rows) == 3 and plan.prices.count() == 3


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["plan,standard,2026-05-01,2026-06-30,1,0", "plan,standard,2026-08-01,,1,0"], "row 3: there is no price from 2026-07-01 to 2026-07-31"),
        (["plan,standard,2026-05-01,2026-06-30,1,0", "plan,standard,2026-06-30,,1,0"], "row 3: overlaps the period before it, from 2026-06-30"),
        (["plan,standard,2026-05-01,,1,0", "option,number,2026-05-01,,1,0", "plan,standard,2026-06-30,,1,0"], "row 4: the period before it has no last day"),
        (["plan,standard,2026-05-01,2026-04-30,1,0"], "row 2: the period ends before"),
        (["plan,standard,2026-05-01,2026-06-30,1,0"], "row 2, column valid_to"),
        (["plan,gold,2026-05-01,,1,0"], "row 2, column code: gold"),
        (["plan,standard,2026-04-10,,1,0"], "row 2, column valid_from"),
        (["plan,standard,2026-02-31,,1,0"], "row 2, column valid_from: 2026-02-31"),
        (["plan,standard,2026-05-01,,-1,0"], "row 2, column monthly_fee: -1"),
        (["plan,standard,2026-05-01,,99999999999,0"], "row 2, column monthly_fee"),
        (["plan,standard,2026-05-01,,1,x"], "row 2, column initial_fee: x"),
        ([], "no prices"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_with_its_place(provider: Provider, rows: list[str], says: str) -> None:
    before = Price.objects.count()
    with pytest.raises(NotPossible, match=says):
        announced(provider, *rows)
    assert Price.objects.count() == before


def test_a_price_announced_elsewhere_would_overlap(provider: Provider) -> None:
    plan = provider.plans.get(service="simpleconnect", code="standard")
    owner = cast.make_staff(provider, Role.OWNER)
    offering.announce_price(of=plan, person=owner, valid_from=date(2026, 7, 1), monthly_fee=4_000)
    with pytest.raises(NotPossible, match="2026-07-01 lies within"):
        announced(provider, "plan,standard,2026-06-01,,1,0")
    assert announced(provider, "plan,standard,2026-06-01,2026-06-30,1,0", "plan,standard,2026-07-01,,2,0") == 2


def test_the_desk_may_not_and_amounts_are_bounded(provider: Provider) -> None:
    with pytest.raises(NotAllowed):
        announced(provider, "plan,standard,2026-05-01,,1,0", person=cast.make_staff(provider, Role.SUPPORT))
    plan = provider.plans.get(service="simpleconnect", code="standard")
    for fee in (-1, 10**10 + 1):
        with pytest.raises(NotPossible, match="whole yen"):
            offering.announce_price(
                of=plan, person=cast.make_staff(provider, Role.OWNER), valid_from=date(2026, 7, 1), monthly_fee=fee
            )


def test_rates_from_a_file(provider: Provider) -> None:
    person = cast.make_staff(provider, Role.SALES)

    def published(content: bytes, day: date, **more: Any) -> RateTable:
        table = pricelists.read_rates(content, **more)
        return pricelists.publish_rates(
            provider=provider, service="simpleconnect", person=person, valid_from=day, table=table
        )

    good = "prefix,seconds,block,call\n0,180,8.5,\n090,60,16,0\n".encode("cp932")
    published(good, START.date())
    with pytest.raises(NotPossible, match="row 3: prefix “0” stands twice"):  # as the file counts
        published(b"prefix,seconds,block,call\n0,1,1,1\n0,1,1,1\n", date(2026, 5, 1))
    for content, said in (
        ('prefix,seconds,block,call\n0,60,"8\n090,60,16,0\n', "row 3: a quotation mark"),
        ("prefix,seconds,block,call\n0,60,1,000,0\n", "row 2: there are more cells"),
        ("prefix,seconds,block,call\n\n0,60,1,0\n\n0,60,2,0\n", "row 5: prefix"),
        ("prefix,seconds,block,call\n0,²,1,0\n", "row 2: seconds"),
        ("prefix,seconds,block,call\n0,60,²,0\n", "row 2: seconds"),
    ):
        with pytest.raises(NotPossible, match=said):
            published(content.encode(), date(2026, 5, 1))
    assert pricelists.read_rates(b"prefix,seconds,block,call\r0,60,1,0\r").rows[0]["block"] == "1"
    with translation.override("ja"), pytest.raises(NotPossible, match="3 行目：プレフィックス「0」が重複"):
        published(b"prefix,seconds,block,call\n0,1,1,1\n0,1,1,1\n", date(2026, 5, 1))
    with pytest.raises(NotPossible, match="column call is missing"):
        published(b"prefix,seconds,block\n0,1,1\n", date(2026, 5, 1))
    with pytest.raises(NotPossible, match="from tomorrow"):
        published(good, START.date())
    published(good, date(2026, 5, 1), included="1000", tiers={"gb": [[None, "1"]]})
    with pytest.raises(NotPossible, match="already"):
        published(good, date(2026, 5, 1))
    assert RateTable.objects.count() == 2


def test_the_pages(provider: Provider) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.make_staff(provider, Role.SALES))
    path = "/staff/services/simpleconnect/"
    listed = client.get(path + "prices/?format=csv").content.decode()
    assert "plan,standard,2026-01-01,,2980,5000" in listed
    bad = SimpleUploadedFile("p.csv", (HEAD + "plan,standard,2026-05-01,,-5,0").encode())
    assert "row 2, column monthly_fee" in client.post(path + "prices/", {"file": bad}).content.decode()
    rates = SimpleUploadedFile("r.csv", b"prefix,seconds,block,call\n0,180,8.5,0\n")
    data = {"valid_from": "2026-04-10", "file": rates, "tiers": '{"gb": [[null, "1"]]}'}
    assert client.post(path + "rates/", data).status_code == 302
    page = client.get(path + "rates/").content.decode()
    assert "gb" in page
    assert "0,180,8.5,0" in client.get(f"/staff/rates/{RateTable.objects.get().public_id}/").content.decode()
    support = Client()
    support.force_login(cast.make_staff(provider, Role.SUPPORT))
    assert support.get(path + "prices/").status_code == 403


@pytest.mark.parametrize(("fee", "said"), [
    ("1,000", "more cells"), ("²", "whole yen"), ("-1", "whole yen"), ("1e3", "whole yen"), ("9" * 5000, "whole yen"), ("", "whole yen"),
])  # fmt: skip
def test_a_fee_that_is_none_is_refused_with_its_place(provider: Provider, fee: str, said: str) -> None:
    known = pricelists.things(provider, "simpleconnect")
    content = f"what,code,valid_from,valid_to,monthly_fee,initial_fee\nplan,standard,2027-04-01,,{fee},0\n"
    with pytest.raises(NotPossible, match=f"row 2.*{said}"):
        pricelists.read_prices(content.encode(), known)
