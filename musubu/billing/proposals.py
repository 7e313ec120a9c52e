"""Whose money a deposit may be: proposals with their reason, the likeliest first."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from django.db.models import QuerySet

from musubu.billing import queries
from musubu.billing.models import BankDeposit, Invoice, PayerName
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties.models import Organisation, Provider

# forms of companies and other bodies as banks shorten them (before the name "ｶ)", after it "(ｶ", within it "(ｶ)"), and as
# people write them out
SHORT_FORMS = (
    "ｶ", "ﾕ", "ﾄﾞ", "ﾒ", "ｼ", "ｿ", "ｲ", "ｻﾞｲ", "ｼﾔ", "ｼﾕｳ", "ｶﾞｸ", "ﾌｸ", "ﾎｺﾞ", "ﾄｸﾋ", "ﾄﾞｸ", "ﾁﾄﾞｸ", "ﾍﾞﾝ", "ｷﾞﾖ", "ｼﾎｳ",
    "ｾﾞｲ", "ﾛｳﾑ", "ﾀﾞｲ", "ﾉｳ", "ｶﾝﾘ", "ﾁﾕｳ", "ｷﾞﾖｸﾞﾐ", "ｷﾖｸﾐ", "ｾｲｷﾖｳ", "ﾛｳｸﾐ", "ﾖｸ", "ﾚﾝ", "ｴｲ", "ｼﾕﾂ",
)  # fmt: skip
LONG_FORMS = (
    "ｶﾌﾞｼｷｶﾞｲｼﾔ", "ｶﾌﾞｼｷｶｲｼﾔ", "ﾕｳｹﾞﾝｶﾞｲｼﾔ", "ﾕｳｹﾞﾝｶｲｼﾔ", "ｺﾞｳﾄﾞｳｶﾞｲｼﾔ", "ｺﾞｳﾄﾞｳｶｲｼﾔ", "ｺﾞｳﾒｲｶﾞｲｼﾔ", "ｺﾞｳﾒｲｶｲｼﾔ", "ｺﾞｳｼｶﾞｲｼﾔ", "ｺﾞｳｼｶｲｼﾔ",
    "ｲﾘﾖｳﾎｳｼﾞﾝｼﾔﾀﾞﾝ", "ｲﾘﾖｳﾎｳｼﾞﾝｻﾞｲﾀﾞﾝ", "ｲﾘﾖｳﾎｳｼﾞﾝ", "ｲﾂﾊﾟﾝｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｺｳｴｷｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｲﾂﾊﾟﾝｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｺｳｴｷｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ",
    "ｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾕｳｷﾖｳﾎｳｼﾞﾝ", "ｶﾞﾂｺｳﾎｳｼﾞﾝ", "ｼﾔｶｲﾌｸｼﾎｳｼﾞﾝ", "ﾄｸﾃｲﾋｴｲﾘｶﾂﾄﾞｳﾎｳｼﾞﾝ", "ｴﾇﾋﾟ-ｵ-ﾎｳｼﾞﾝ", "NPOﾎｳｼﾞﾝ", "ﾄﾞｸﾘﾂｷﾞﾖｳｾｲﾎｳｼﾞﾝ",
    "ﾍﾞﾝｺﾞｼﾎｳｼﾞﾝ", "ｷﾞﾖｳｾｲｼﾖｼﾎｳｼﾞﾝ", "ｼﾎｳｼﾖｼﾎｳｼﾞﾝ", "ｾﾞｲﾘｼﾎｳｼﾞﾝ", "ｼﾔｶｲﾎｹﾝﾛｳﾑｼﾎｳｼﾞﾝ", "ｺｸﾘﾂﾀﾞｲｶﾞｸﾎｳｼﾞﾝ", "ｺｳﾘﾂﾀﾞｲｶﾞｸﾎｳｼﾞﾝ",
)  # fmt: skip
_long = "|".join(sorted(LONG_FORMS, key=len, reverse=True))
_short = "|".join(sorted(SHORT_FORMS, key=len, reverse=True))
FORM = re.compile(rf"^\(?(?:{_short})\)|\((?:{_short})\)|\((?:{_short})$|^(?:{_long})|(?:{_long})$")
FEES = (110, 145, 165, 220, 275, 330, 440, 550, 605, 660, 770, 880)  # what banks take off a transfer, yen with tax
NUMBER = re.compile(
    r"(?<![0-9])([0-9]{4,10})(?![0-9])"
)  # an invoice's or a payer's number, as people write it beside their name
MOST_NUMBER = 2**31  # of an invoice
MOST_TOGETHER = 8  # contracts of one customer among which a sum is looked for


def plain(name: str) -> str:
    """A payer's name without the form of its company, invoice numbers and blanks, so that spellings meet."""
    bare = FORM.sub("", NUMBER.sub("", name).replace(" ", ""))
    return bare.replace(".", "").replace("-", "")


def kana_of(organisation: Organisation) -> str:
    try:
        return plain(zengin.kana(organisation.name_kana or organisation.name))
    except zengin.CharacterError:
        return ""


@dataclass(frozen=True)
class Proposal:
    """Whose payment it may be: `score` from 0 to 100, `reason` a key (invoice-number, virtual-account, learned-name, name,
    amount); `parts` says how it would be booked, also where it pays several contracts."""

    contract: Contract
    open: int
    score: int
    reason: str
    parts: tuple[tuple[Contract, int], ...]


@dataclass
class Candidates:
    """What is open, arranged so that a deposit is compared with few contracts."""

    open: dict[int, int] = field(default_factory=dict)  # contract -> open yen
    contracts: dict[int, Contract] = field(default_factory=dict)
    by_account: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    learned: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_invoice: dict[int, int] = field(default_factory=dict)  # invoice's number -> contract
    together: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # organisation -> its contracts


def candidates(provider: Provider) -> Candidates:
    """All contracts with something open, in a few statements."""
    found = Candidates()
    opened = queries.open_amounts(Contract.objects.filter(provider=provider).values("pk"))
    for (contract, _number), left in opened.items():
        found.open[contract] = found.open.get(contract, 0) + left
        found.by_amount[left].append(contract)
    _arrange(found, Contract.objects.filter(provider=provider).select_related("organisation"))
    _name_invoices(found, provider, opened)
    for name in PayerName.objects.filter(provider=provider):
        found.learned[plain(name.name)] += found.together.get(name.organisation_id, [])
    return found


def _arrange(found: Candidates, rows: QuerySet[Contract]) -> None:
    for row in rows.iterator(chunk_size=2000):
        if row.pk not in found.open:
            continue
        found.contracts[row.pk] = row
        found.together[row.organisation_id].append(row.pk)
        found.by_account[queries.virtual_account(row.organisation)].append(row.pk)
        if kana := kana_of(row.organisation):
            found.by_name[kana].append(row.pk)
        if found.open[row.pk] not in found.by_amount or row.pk not in found.by_amount[found.open[row.pk]]:
            found.by_amount[found.open[row.pk]].append(row.pk)


def _name_invoices(found: Candidates, provider: Provider, opened: dict[tuple[int, int], int]) -> None:
    """Open invoices whose numbers stand in the deposits that wait; all invoices of many years would be too many."""
    rows = BankDeposit.objects.filter(provider=provider, matched_at__isnull=True, set_aside="")
    texts = rows.values_list("remark", "payer").iterator(chunk_size=5000)
    named = sorted({int(one) for remark, payer in texts for one in NUMBER.findall(f"{remark} {payer}")})
    for place in range(0, len(named), 500):
        numbers = [one for one in named[place : place + 500] if one < MOST_NUMBER]
        issued = Invoice.objects.filter(provider=provider, number__in=numbers)
        for number, contract, of_contract in issued.values_list("number", "contract", "of_contract"):
            if (contract, of_contract) in opened:
                found.by_invoice[number] = contract


def proposals(deposit: BankDeposit, among: Candidates) -> list[Proposal]:
    """Whose payment a deposit may be, the likeliest first."""
    scores: dict[int, tuple[int, str]] = {}

    def rate(contracts: list[int], score: int, reason: str) -> None:
        for contract in contracts:
            if score > scores.get(contract, (0, ""))[0]:
                scores[contract] = (score, reason)

    rate(_named(deposit, among), 86, "invoice-number")
    for code in {deposit.payer_code, *NUMBER.findall(deposit.payer)}:
        rate(among.by_account.get(code, []), 90, "virtual-account")
    if name := plain(deposit.payer):
        rate(among.learned.get(name, []), 80, "learned-name")
        rate(among.by_name.get(name, []), 70, "name")
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
    singles = [_single(deposit, among, key, score, reason) for key, (score, reason) in ranked]
    several = _several(deposit, among, singles, same)
    return sorted([*several, *singles], key=lambda one: -one.score)[:5]


def _named(deposit: BankDeposit, among: Candidates) -> list[int]:
    """Contracts whose open invoice is named in the remark, or beside the payer's name."""
    if not among.by_invoice:
        return []
    numbers = {int(one) for text in (deposit.remark, deposit.payer) for one in NUMBER.findall(text)}
    return [among.by_invoice[one] for one in sorted(numbers) if one in among.by_invoice]


def _single(deposit: BankDeposit, among: Candidates, key: int, score: int, reason: str) -> Proposal:
    contract = among.contracts[key]
    return Proposal(contract, among.open[key], score, reason, ((contract, deposit.amount),))


def _several(deposit: BankDeposit, among: Candidates, singles: list[Proposal], same: list[int]) -> list[Proposal]:
    """One transfer for several contracts of a customer, where their open amounts come to exactly its sum."""
    if not singles or singles[0].reason == "amount":
        return []
    best = singles[0]
    keys = among.together.get(best.contract.organisation_id, [])[:MOST_TOGETHER]
    if set(same) & set(keys):
        return []
    for size in range(len(keys), 1, -1):
        for chosen in combinations(keys, size):
            if sum(among.open[key] for key in chosen) == deposit.amount:
                parts = tuple((among.contracts[key], among.open[key]) for key in chosen)
                return [Proposal(parts[0][0], deposit.amount, min(100, best.score + 10), best.reason, parts)]
    return []
