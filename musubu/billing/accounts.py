"""Bank accounts as people enter them, checked so far that a bank's file takes them; the list of banks and branches."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from django.utils.translation import gettext as _

from musubu.billing.models import BankBranch
from musubu.billing.texts import refused_character, table
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import whole

KINDS = ("1", "2", "4", "9")  # ordinary, current, savings, other: to which money is sent
DEBIT_KINDS = ("1", "2", "3", "9")  # 3 for tax payments: from which it is collected
HEADING = ("bank", "bank_kana", "bank_name", "branch", "branch_kana", "branch_name")
HOLDER, NAME = 30, 15  # bytes in a bank's file
EXAMPLE = (  # mostly invented, for the demonstration
    ("9001", "ﾐｽﾞｱｵ", "みずあお銀行", "001", "ﾎﾝﾃﾝ", "本店"), ("9001", "ﾐｽﾞｱｵ", "みずあお銀行", "102", "ﾏﾙﾉｳﾁ", "丸の内支店"),
    ("9001", "ﾐｽﾞｱｵ", "みずあお銀行", "230", "ｳﾒﾀﾞ", "梅田支店"), ("9012", "ﾋﾉﾃﾞ", "ひので銀行", "001", "ﾎﾝﾃﾝ", "本店"),
    ("9012", "ﾋﾉﾃﾞ", "ひので銀行", "115", "ﾖｺﾊﾏ", "横浜支店"), ("9105", "ｱｻｶﾞｵｼﾝｷﾝ", "あさがお信用金庫", "003", "ｵﾀﾞﾜﾗ", "小田原支店"),
    ("0001", "ﾐｽﾞﾎ", "みずほ銀行", "001", "ﾄｳｷﾖｳ", "東京営業部"), ("0005", "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ", "三菱UFJ銀行", "001", "ﾎﾝﾃﾝ", "本店"),
    ("0009", "ﾐﾂｲｽﾐﾄﾓ", "三井住友銀行", "200", "ﾎﾝﾃﾝｴｲｷﾞﾖｳ", "本店営業部"),
)  # fmt: skip


def checked(
    provider: Provider,
    *,
    bank: str,
    branch: str,
    account: str,
    holder: str,
    account_kind: str = "1",
    kinds: Sequence[str] = KINDS,
) -> dict[str, str]:
    """The account in the form of bank files. Raises NotPossible with what to mend; where the provider keeps a list of
    banks, the codes must stand in it."""
    for name, value, width in (
        (_("Bank code"), bank, 4),
        (_("Branch code"), branch, 3),
        (_("Account number"), account, 7),
    ):
        if not value.isascii() or not value.isdigit() or len(value) > width:
            raise NotPossible(_("%(name)s: up to %(width)s digits.") % {"name": name, "width": width})
    if account_kind not in kinds:
        raise NotPossible(_("Choose the kind of account."))
    try:
        kana = zengin.kana(holder).strip()
    except zengin.CharacterError as error:
        raise NotPossible(
            _("Account holder: write the name in kana (%(why)s).") % {"why": refused_character(error)}
        ) from None
    if not kana or len(kana) > HOLDER:
        raise NotPossible(_("Account holder: at most 30 half-width characters."))
    found = {"bank": bank.zfill(4), "branch": branch.zfill(3), "account": account.zfill(7)}
    _in_list(provider, found["bank"], found["branch"])
    return found | {"account_kind": account_kind, "holder": kana}


def _in_list(provider: Provider, bank: str, branch: str) -> None:
    """Refuse codes that the list does not have, with the nearest that it has."""
    rows = BankBranch.objects.filter(provider=provider)
    if not rows.exists() or rows.filter(bank=bank, branch=branch).exists():
        return
    banks = dict(rows.values_list("bank", "bank_name").distinct())
    if bank not in banks:
        raise NotPossible(
            _("No bank has the code %(code)s. Near it: %(near)s.") % {"code": bank, "near": _near(bank, banks)}
        )
    branches = dict(rows.filter(bank=bank).values_list("branch", "branch_name"))
    raise NotPossible(
        _("%(bank)s has no branch %(code)s. Near it: %(near)s.")
        % {"bank": banks[bank], "code": branch, "near": _near(branch, branches)}
    )


def _near(code: str, known: dict[str, str]) -> str:
    near = get_close_matches(code, known, n=3, cutoff=0.3) or sorted(known)[:3]
    return ", ".join(f"{one} {known[one]}" for one in near)


def names(provider: Provider, bank: str, branch: str) -> tuple[str, str]:
    """The kana names of a bank and branch, empty where they are not in the list."""
    row = BankBranch.objects.filter(provider=provider, bank=bank, branch=branch).first()
    return (row.bank_kana, row.branch_kana) if row else ("", "")


@whole
def take_list(*, provider: Provider, person: Person, content: bytes) -> int:
    """Replace the list of banks and branches by a CSV file (heading: bank, bank_kana, bank_name, branch, branch_kana,
    branch_name). Raises NotPossible with line and column; nothing of a wrong file is taken."""
    permissions.require(person, "payments.bank-list", provider=provider)
    lines = table(content)
    if not lines or tuple(one.strip().lower() for one in lines[0]) != HEADING:
        raise NotPossible(_("Line 1: the heading must be %(heading)s.") % {"heading": ",".join(HEADING)})
    rows = [_row(number, line) for number, line in enumerate(lines[1:], 2) if any(cell.strip() for cell in line)]
    return _replace(provider, person, rows)


def take_example(*, provider: Provider, person: Person) -> int:
    """A short list to try things with; only while there is none."""
    permissions.require(person, "payments.bank-list", provider=provider)
    if BankBranch.objects.filter(provider=provider).exists():
        raise NotPossible(_("There is a list already."))
    return _replace(provider, person, list(EXAMPLE))


def _replace(provider: Provider, person: Person, rows: list[tuple[str, ...]]) -> int:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row[0], row[3]) in seen:
            raise NotPossible(_("%(bank)s-%(branch)s stands in the list twice.") % {"bank": row[0], "branch": row[3]})
        seen.add((row[0], row[3]))
    BankBranch.objects.filter(provider=provider).delete()
    BankBranch.objects.bulk_create(
        (BankBranch(provider=provider, **dict(zip(HEADING, row, strict=True))) for row in rows), batch_size=1000
    )
    audit.record(provider=provider, actor=person, action="payments.bank-list", subject=provider.slug, after=len(rows))
    return len(rows)


def _row(number: int, line: list[str]) -> tuple[str, ...]:
    """One line of the list, checked."""
    cells = [cell.strip() for cell in line]
    if len(cells) != len(HEADING):
        raise NotPossible(
            _("Line %(line)s: %(expected)s columns were expected, not %(found)s.")
            % {"line": number, "expected": len(HEADING), "found": len(cells)}
        )
    for place, width in ((0, 4), (3, 3)):
        if not cells[place].isascii() or not cells[place].isdigit() or len(cells[place]) > width:
            raise NotPossible(
                _("Line %(line)s, %(column)s: up to %(width)s digits were expected, not “%(found)s”.")
                % {"line": number, "column": HEADING[place], "width": width, "found": cells[place]}
            )
        cells[place] = cells[place].zfill(width)
    for place in (1, 4):
        cells[place] = _kana(number, HEADING[place], cells[place])
    return tuple(cells)


def _kana(number: int, column: str, text: str) -> str:
    where = {"line": number, "column": column}
    try:
        kana = zengin.check_bank_name(zengin.kana(text))
    except zengin.CharacterError as error:
        raise NotPossible(
            _("Line %(line)s, %(column)s: kana of bank files were expected (%(why)s).")
            % (where | {"why": refused_character(error)})
        ) from None
    if len(kana) > NAME:
        raise NotPossible(_("Line %(line)s, %(column)s: at most 15 half-width characters.") % where)
    return kana
