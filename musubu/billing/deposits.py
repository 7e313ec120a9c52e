"""Money from the bank: files read once, proposals with their reason, and the payment that a person confirms."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import debits, ledger, matching, queries, vouchers
from musubu.billing.models import BankDeposit, BankFile, Payable, Remittance
from musubu.billing.proposals import candidates, kana_of, proposals
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

AHEAD = timedelta(days=7)  # what comes in while banks are closed is entered on their next day


@whole
def read_file(*, provider: Provider, person: Person, name: str, content: bytes) -> BankFile:
    """Keep the deposits of a notice (振込入金通知) or of an account statement (入出金取引明細). Raises FileError for a wrong
    file: nothing of it is kept. The same file twice is recognised, and so is each row that an earlier file had."""
    permissions.require(person, "payments.import", provider=provider)
    rows = zengin.read_money_in(content)
    _check_days(rows)
    accounts = sorted({row.account for row in rows})
    kind = "statement" if content[1:3] == b"03" else "deposits"
    live = [row for row in rows if not row.cancelled]
    made = [
        BankDeposit(
            provider=provider, row=number, day=row.day, amount=row.amount, payer=row.payer, payer_code=row.payer_code,
            remark=row.remark, fingerprint=fingerprint,
        )
        for number, (row, fingerprint) in enumerate(_fresh(provider, kind, accounts, live), 1)
    ]  # fmt: skip
    facts = {"accounts": accounts, "known": len(live) - len(made), "cancelled": len(rows) - len(live)}
    return keep(provider=provider, person=person, name=name, content=content, kind=kind, rows=made, facts=facts)


def _check_days(rows: list[zengin.Deposit]) -> None:
    for row in rows:
        if row.day > clock.today() + AHEAD:
            raise zengin.FileError(row.record, 1, "%(day)s lies in the future", day=row.day.isoformat())


def _fresh(
    provider: Provider, kind: str, accounts: list[str], rows: list[zengin.Deposit]
) -> list[tuple[zengin.Deposit, str]]:
    """Rows that no earlier file had, each with its fingerprint. Files of one kind tell their rows apart by the bank's
    reference; a notice and a statement about the same account, which number differently, by day, amount and payer."""
    seen = Counter[str]()
    marked = []
    for row in rows:
        mark = f"{row.account}|{row.day}|{int(row.reference)}|{row.amount}|{row.payer}"
        seen[mark] += 1
        key = hashlib.sha256(f"{kind}|{mark}|{seen[mark]}".encode()).hexdigest() if int(row.reference) else ""
        marked.append((row, key))
    known = known_marks(provider, [key for _row, key in marked if key])
    other = _of_the_other_kind(provider, kind, accounts, {row.day for row in rows})
    fresh = []
    for row, key in marked:
        like = (row.day, row.amount, row.payer)
        if key and key in known:
            continue
        if other[like]:
            other[like] -= 1
            continue
        fresh.append((row, key))
    return fresh


def known_marks(provider: Provider, marks: list[str]) -> set[str]:
    """Those of some fingerprints that an earlier file had, asked for in portions that every database takes."""
    known = set[str]()
    for place in range(0, len(marks), 500):
        found = BankDeposit.objects.filter(provider=provider, fingerprint__in=marks[place : place + 500])
        known |= set(found.values_list("fingerprint", flat=True))
    return known


def _of_the_other_kind(
    provider: Provider, kind: str, accounts: list[str], days: set[date]
) -> Counter[tuple[date, int, str]]:
    """What files of the other kind told of the same accounts in these days."""
    files = BankFile.objects.filter(provider=provider, kind="deposits" if kind == "statement" else "statement")
    about = [pk for pk, kept in files.values_list("pk", "accounts") if set(kept) & set(accounts)]
    if not about or not days:
        return Counter()
    rows = BankDeposit.objects.filter(file__in=about, day__gte=min(days), day__lte=max(days))
    return Counter(rows.values_list("day", "amount", "payer"))


def digest(content: bytes) -> str:
    """What a bank's file is known by: its records, however their lines end."""
    bare = content.rstrip(b"\x1a").replace(b"\r\n", b"") if content[:1] == b"1" else content
    return hashlib.sha256(bare).hexdigest()


@whole
def keep(
    *, provider: Provider, person: Person, name: str, content: bytes, kind: str, rows: list[BankDeposit],
    facts: dict[str, Any] | None = None,
) -> BankFile:  # fmt: skip
    """A file that was read, with its deposits, once whatever it is called."""
    permissions.require(person, "payments.import", provider=provider)
    total = sum(row.amount for row in rows)
    said = _("This file was read before; nothing of it was booked again.")
    if BankFile.objects.filter(provider=provider, sha256=hashlib.sha256(content).hexdigest()).exists():
        raise NotPossible(said)
    try:
        with transaction.atomic():
            file = BankFile.objects.create(
                provider=provider, kind=kind, name=name[:200], sha256=digest(content), read_at=clock.now(),
                read_by=person, rows=len(rows), total=total, **(facts or {}),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(said) from None
    for row in rows:
        row.file = file
    BankDeposit.objects.bulk_create(rows, batch_size=1000)
    audit.record(
        provider=provider, actor=person, action="payments.import", subject=file.name,
        after={"rows": file.rows, "total": total, **(facts or {})},
    )  # fmt: skip
    return file


@whole
def match(*, deposit: BankDeposit, contract: Contract, person: Person, reason: str = "") -> None:
    """The whole deposit pays one contract."""
    matching.allocate(deposit=deposit, parts=[(contract, deposit.amount)], person=person, reason=reason)


@whole
def set_aside(*, deposit: BankDeposit, person: Person, why: str, unknown: bool = False) -> None:
    """It pays no contract: money of a payer who is unknown so far (booked as such until found or sent back), or none of
    this business (not booked here). With an empty reason it comes back into the list."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = locked(BankDeposit.objects).select_related("provider").get(pk=deposit.pk)
    if own.matched_at:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    if Remittance.objects.filter(agency__provider=own.provider, key=f"deposit-{own.pk}").exists():
        raise NotPossible(_("This money was booked as an agent's remittance."))
    if Payable.objects.filter(provider=own.provider, key=f"deposit-{own.pk}").exists():
        raise NotPossible(_("This money is being sent back to its payer."))
    before, own.set_aside = own.set_aside, why.strip()[:200]
    if bool(own.in_suspense % 2) != (unknown and bool(own.set_aside)):
        _suspense(own, person)
    own.aside_at = clock.now() if own.set_aside else None
    own.save(update_fields=["set_aside", "aside_at", "in_suspense"])
    audit.record(
        provider=own.provider, actor=person, action="payments.set-aside", subject=f"{own.payer} {own.amount}",
        before=before, after=own.set_aside,
    )  # fmt: skip


def _suspense(deposit: BankDeposit, person: Person) -> None:
    """Book the money as an unknown payer's, or out of there again; `in_suspense` counts the bookings."""
    into = deposit.in_suspense % 2 == 0
    debit, credit = ("bank", "suspense") if into else ("suspense", "bank")
    vouchers.book(
        provider=deposit.provider, kind="suspense", key=f"suspense-{deposit.pk}-{deposit.in_suspense}",
        lines=[ledger.Line(debit, debit=deposit.amount), ledger.Line(credit, credit=deposit.amount)],
        text=deposit.payer, person=person,
    )  # fmt: skip
    deposit.in_suspense += 1


def match_all_sure(*, provider: Provider, person: Person, least: int = 95) -> int:
    """Match every deposit whose best proposal is sure and alone; how many."""
    permissions.require(person, "payments.match", provider=provider)
    among, used, count = candidates(provider), set[int](), 0
    for deposit in BankDeposit.objects.filter(provider=provider, matched_at__isnull=True, set_aside="").order_by("pk"):
        found = proposals(deposit, among)
        alone = len(found) == 1 or (found and found[0].score > found[1].score)
        if not found or not alone or found[0].score < least:
            continue
        pays = {contract.pk for contract, _amount in found[0].parts}
        if not pays & used:  # what is open was counted before the first of them
            matching.allocate(deposit=deposit, parts=found[0].parts, person=person, reason=found[0].reason)
            used |= pays
            count += 1
    return count


def demonstration_notice(provider: Provider, day: date) -> bytes:
    """A bank's file for the demonstration: open invoices paid in the ways that customers really pay."""
    from musubu.engines.zengin.files import deposit_notice

    rows: list[zengin.Deposit] = []
    opened = queries.open_invoices(Contract.objects.filter(provider=provider), day)
    each = {one.invoice.contract.organisation: one for one in reversed(opened)}  # the oldest of each customer
    for place, (organisation, one) in enumerate(list(each.items())[:6]):
        odd = {1: -min(440, one.left - 1), 2: -(one.left // 2), 3: 1_000}.get(
            place, 0
        )  # less a bank's fee, short, over
        code = queries.virtual_account(organisation) if place == 0 else ""
        payer = "ﾔﾏﾓﾄ ﾊﾅｺ" if place == 4 else kana_of(organisation) or "ﾌﾘｺﾐﾆﾝ"
        remark = f"INV {one.invoice.number:06}" if place == 4 else ""
        rows.append(zengin.Deposit(f"{place + 1:06}", day, one.left + odd, payer, code, "", False, remark))
    rows.append(zengin.Deposit("000099", day, 12_345, "ｼﾗﾅｲ ﾋﾄ", "", "", False))
    return deposit_notice(debits.sender(provider), day, rows)
