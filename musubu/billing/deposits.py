"""Money from the bank: files read once, proposals with their reason, and the payment that a person confirms."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import debits, queries
from musubu.billing.models import BankDeposit, BankFile, PayerName
from musubu.contracts import actions
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Organisation, Person, Provider
from musubu.refusals import NotPossible

COMPANY_FORMS = ("ｶ)", "(ｶ", "ｶﾌﾞｼｷｶﾞｲｼﾔ", "ﾕ)", "(ﾕ", "ﾕｳｹﾞﾝｶﾞｲｼﾔ", "ﾄﾞ)", "(ﾄﾞ", "ｺﾞｳﾄﾞｳｶﾞｲｼﾔ", "ｶﾞｸ)", "ｶﾞﾂｺｳﾎｳｼﾞﾝ")
FEES = (110, 145, 165, 220, 275, 330, 440, 550, 605, 660, 770, 880)  # what banks take off a transfer, yen with tax


@transaction.atomic
def read_file(*, provider: Provider, person: Person, name: str, content: bytes) -> BankFile:
    """Keep the deposits of a notice (振込入金通知). Raises FileError for a wrong file: nothing of it is kept; the same
    file twice is recognised."""
    permissions.require(person, "payments.import", provider=provider)
    rows = [row for row in zengin.read_deposits(content) if not row.cancelled]
    try:
        with transaction.atomic():
            file = BankFile.objects.create(
                provider=provider,
                kind="deposits",
                name=name[:200],
                sha256=hashlib.sha256(content).hexdigest(),
                read_at=clock.now(),
                read_by=person,
                rows=len(rows),
                total=sum(row.amount for row in rows),
            )
    except IntegrityError:
        raise NotPossible(_("This file was read before; nothing of it was booked again.")) from None
    BankDeposit.objects.bulk_create(
        BankDeposit(
            provider=provider,
            file=file,
            row=number,
            day=row.day,
            amount=row.amount,
            payer=row.payer,
            payer_code=row.payer_code,
        )
        for number, row in enumerate(rows, 1)
    )
    audit.record(
        provider=provider,
        actor=person,
        action="payments.import",
        subject=file.name,
        after={"rows": file.rows, "total": file.total},
    )
    return file


def plain(name: str) -> str:
    """A payer's name without the form of its company and without blanks, so that spellings meet."""
    bare = name.replace(" ", "")
    for form in COMPANY_FORMS:
        bare = bare.removeprefix(form).removesuffix(form)
    return bare


@dataclass(frozen=True)
class Proposal:
    """Whose payment it may be: `score` from 0 to 100, `reason` a key (virtual-account, learned-name, name, amount,
    amount-less-fee)."""

    contract: Contract
    open: int
    score: int
    reason: str


@dataclass
class Candidates:
    """What is open, arranged so that a deposit is compared with few contracts."""

    open: dict[int, int] = field(default_factory=dict)  # contract -> open yen
    contracts: dict[int, Contract] = field(default_factory=dict)
    by_account: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    learned: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def candidates(provider: Provider) -> Candidates:
    """All contracts with something open, in a few statements."""
    found = Candidates()
    for (contract, _number), left in queries.open_amounts(
        Contract.objects.filter(provider=provider).values("pk")
    ).items():
        found.open[contract] = found.open.get(contract, 0) + left
        found.by_amount[left].append(contract)
    rows = Contract.objects.filter(provider=provider).select_related("organisation")
    for row in rows.iterator(chunk_size=2000):
        if row.pk not in found.open:
            continue
        found.contracts[row.pk] = row
        found.by_account[queries.virtual_account(row.organisation)].append(row.pk)
        if kana := _kana(row.organisation):
            found.by_name[kana].append(row.pk)
        if found.open[row.pk] not in found.by_amount or row.pk not in found.by_amount[found.open[row.pk]]:
            found.by_amount[found.open[row.pk]].append(row.pk)
    own: dict[int, list[int]] = {row.organisation_id: [] for row in found.contracts.values()}
    for row in found.contracts.values():
        own[row.organisation_id].append(row.pk)
    for name in PayerName.objects.filter(provider=provider):
        found.learned[plain(name.name)] += own.get(name.organisation_id, [])
    return found


def _kana(organisation: Organisation) -> str:
    try:
        return plain(zengin.kana(organisation.name_kana or organisation.name))
    except zengin.CharacterError:
        return ""


def proposals(deposit: BankDeposit, among: Candidates) -> list[Proposal]:
    """Whose payment a deposit may be, the likeliest first."""
    scores: dict[int, tuple[int, str]] = {}

    def rate(contracts: list[int], score: int, reason: str) -> None:
        for contract in contracts:
            if score > scores.get(contract, (0, ""))[0]:
                scores[contract] = (score, reason)

    rate(among.by_account.get(deposit.payer_code, []) if deposit.payer_code else [], 90, "virtual-account")
    rate(among.learned.get(plain(deposit.payer), []), 80, "learned-name")
    rate(among.by_name.get(plain(deposit.payer), []), 70, "name")
    same = among.by_amount.get(deposit.amount, [])
    for contract in same:
        if contract in scores:
            scores[contract] = (scores[contract][0] + 10, scores[contract][1])
    if len(same) == 1:
        rate(same, 50, "amount")
    for fee in FEES:
        for contract in among.by_amount.get(deposit.amount + fee, []):
            if contract in scores:
                scores[contract] = (scores[contract][0] + 5, scores[contract][1])
    ranked = sorted(scores.items(), key=lambda one: (-one[1][0], one[0]))[:5]
    return [Proposal(among.contracts[key], among.open[key], score, reason) for key, (score, reason) in ranked]


@transaction.atomic
def match(*, deposit: BankDeposit, contract: Contract, person: Person, reason: str = "") -> None:
    """The deposit pays a contract: its oldest open invoice first, what is over the next (SC-13 tells what falls short).
    Of two people who match one deposit the first wins. The payer's name is learned."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = BankDeposit.objects.select_for_update(of=("self",)).get(pk=deposit.pk)
    if own.matched_at or own.set_aside:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    if contract.provider_id != own.provider_id:
        raise NotPossible(_("Choose a contract of this provider."))
    actions.pay(contract=contract, person=person, amount=own.amount, received=own.day, key=f"deposit-{own.pk}")
    own.contract, own.matched_at, own.matched_by, own.reason = contract, clock.now(), person, reason[:40]
    own.save(update_fields=["contract", "matched_at", "matched_by", "reason"])
    PayerName.objects.get_or_create(provider=own.provider, organisation=contract.organisation, name=own.payer)


@transaction.atomic
def set_aside(*, deposit: BankDeposit, person: Person, why: str) -> None:
    """It is nobody's payment; with an empty reason it comes back into the list."""
    permissions.require(person, "payments.match", provider=deposit.provider)
    own = BankDeposit.objects.select_for_update(of=("self",)).get(pk=deposit.pk)
    if own.matched_at:
        raise NotPossible(_("Somebody has dealt with this deposit already. Look at the list again."))
    before, own.set_aside = own.set_aside, why.strip()[:200]
    own.save(update_fields=["set_aside"])
    audit.record(
        provider=own.provider, actor=person, action="payments.set-aside", subject=f"{own.payer} {own.amount}",
        before=before, after=own.set_aside,
    )  # fmt: skip


def match_all_sure(*, provider: Provider, person: Person, least: int = 95) -> int:
    """Match every deposit whose best proposal is sure and alone; how many."""
    permissions.require(person, "payments.match", provider=provider)
    among, count = candidates(provider), 0
    for deposit in BankDeposit.objects.filter(provider=provider, matched_at__isnull=True, set_aside="").order_by("pk"):
        found = proposals(deposit, among)
        alone = len(found) == 1 or (found and found[0].score > found[1].score)
        if found and alone and found[0].score >= least and found[0].open == among.open[found[0].contract.pk]:
            match(deposit=deposit, contract=found[0].contract, person=person, reason=found[0].reason)
            among.open[found[0].contract.pk] = max(0, among.open[found[0].contract.pk] - deposit.amount)
            count += 1
    return count


def demonstration_notice(provider: Provider, day: date) -> bytes:
    """A bank's file for the demonstration: open invoices paid in the ways that customers really pay."""
    from musubu.engines.zengin.files import deposit_notice

    rows: list[zengin.Deposit] = []
    opened = queries.open_invoices(Contract.objects.filter(provider=provider), day)
    for place, one in enumerate(opened[:6]):
        organisation = one.invoice.contract.organisation
        amount = one.left - (440 if place % 3 == 1 and one.left > 440 else 0)  # a bank fee taken off
        code = queries.virtual_account(organisation) if place % 3 == 0 else ""
        rows.append(zengin.Deposit(f"{place + 1:06}", day, amount, _kana(organisation) or "ﾌﾘｺﾐﾆﾝ", code, "", False))
    rows.append(zengin.Deposit("000099", day, 12_345, "ｼﾗﾅｲ ﾋﾄ", "", "", False))
    return deposit_notice(debits.sender(provider), day, rows)
