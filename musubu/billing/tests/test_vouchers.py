"""Bookings that no outcome made: balanced, once, never changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from musubu.billing import reports, verify, vouchers
from musubu.billing.ledger import Line
from musubu.billing.models import Entry, Voucher
from musubu.clock import TOKYO, now
from musubu.parties import cast

pytestmark = pytest.mark.django_db
LINES = [Line("bank", debit=500), Line("sales", credit=500)]


def test_a_voucher_is_kept_once_and_stands_in_the_balance() -> None:
    provider = cast.make_provider("demo")
    first = vouchers.book(provider=provider, kind="trial", key="one", lines=LINES)
    assert vouchers.book(provider=provider, kind="trial", key="one", lines=LINES) == first
    today = now().astimezone(TOKYO).date()
    found = reports.trial_balance(provider, today, today)
    assert [(one.account, one.debit, one.credit) for one in found] == [("bank", 500, 0), ("sales", 0, 500)]
    assert list(verify.differences(provider)) == []


@pytest.mark.parametrize("lines", [[Line("bank", debit=1)], [], [Line("nowhere", debit=1), Line("bank", credit=1)]])
def test_what_does_not_balance_is_refused(lines: list[Line]) -> None:
    with pytest.raises(vouchers.OutOfBalance):
        vouchers.book(provider=cast.make_provider("demo"), kind="trial", key="one", lines=lines)
    assert not Voucher.objects.exists()


def test_its_entries_cannot_be_changed() -> None:
    vouchers.book(provider=cast.make_provider("demo"), kind="trial", key="one", lines=LINES)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(debit=1)
