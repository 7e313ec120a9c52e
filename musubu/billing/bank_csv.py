"""Banks' own CSV files: read by a layout that the provider keeps, looked at before they are taken, each line once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from musubu import clock
from musubu.billing import deposits
from musubu.billing.models import BankDeposit, BankFile, BankLayout, CsvUpload
from musubu.billing.texts import table
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

FIELDS = ("day", "amount", "payer", "remark", "balance")  # what a layout maps; the first three are needed
USUAL: dict[str, dict[str, list[str]]] = {  # a start; each provider mends its own copy
    "ANSER": {"day": ["勘定日"], "amount": ["入金金額(円)"], "payer": ["摘要"], "balance": ["残高(円)"]},
    "住信SBIネット銀行": {"day": ["日付"], "amount": ["入金金額(円)"], "payer": ["内容"], "remark": ["メモ"], "balance": ["残高(円)"]},
    "楽天銀行": {"day": ["取引日"], "amount": ["入出金(円)"], "payer": ["入出金内容"], "balance": ["取引後残高(円)"]},
    "PayPay銀行": {
        "day": ["操作日(年)", "操作日(月)", "操作日(日)"], "amount": ["お預り金額"], "payer": ["摘要"], "remark": ["メモ"], "balance": ["残高"],
    },
    "GMOあおぞらネット銀行": {"day": ["日付"], "amount": ["入金金額"], "payer": ["摘要"], "remark": ["メモ"], "balance": ["残高"]},
    "三菱UFJ銀行": {"day": ["日付"], "amount": ["預かり金額"], "payer": ["摘要内容"], "remark": ["摘要"], "balance": ["差引残高"]},
}  # fmt: skip
ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "S": 1925, "昭和": 1925}
ERA = re.compile(r"^(R|H|S|令和|平成|昭和)\.?(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?$", re.IGNORECASE)
WESTERN = re.compile(r"^(\d{4})(?:[年./-](\d{1,2})[月./-](\d{1,2})日?|(\d{2})(\d{2}))$")
SHORT = re.compile(r"^(\d{2})[年./-]?(\d{2})[月./-]?(\d{2})日?$")
BEFORE_KANJI = re.compile(
    r"^(?:他行|国内)?(?:被仕向)?(?:振込入金|振込み?|入金|送金)?[*:：/／|｜・\s]*"
)  # "振込＊カ）サクラ"
BEFORE_NAMES = ("振込入金", "振込", "ﾌﾘｺﾐﾆﾕｳｷﾝ", "ﾌﾘｺﾐ", "入金")
SUMS = ("合計", "総計", "小計")
MOST_HEAD = 30  # lines before the heading
MOST_YEN = 10**12


class Wrong(ValueError):
    """A cell is not what its column needs; the text says what was expected."""


@dataclass(frozen=True)
class Line:
    """One line with money that came in; `known` where an earlier file had it."""

    number: int
    day: date
    amount: int
    payer: str
    remark: str
    fingerprint: str
    known: bool = False


@dataclass
class Preview:
    lines: list[Line] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    skipped: int = 0  # money that went out

    @property
    def fresh(self) -> list[Line]:
        return [line for line in self.lines if not line.known]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.fresh)


def normal(text: str) -> str:
    """Full-width and half-width forms meet; blanks go."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def read_day(text: str, today: date) -> date:
    """A day, western or by era: 2026/7/10, 20260710, 令和8年7月10日, R8.7.10, 08.07.10, 080710. Of a year of two digits the
    reading (Reiwa or western) that lies nearer to today counts."""
    given = normal(text)
    try:
        if found := ERA.match(given):
            era, year, month, day = found.groups()
            return date(ERAS[era.upper()] + (1 if year == "元" else int(year)), int(month), int(day))
        if found := WESTERN.match(given):
            year, *rest = (int(one) for one in found.groups() if one)
            return date(year, *rest)
        if found := SHORT.match(given):
            year, month, day = (int(one) for one in found.groups())
            years = sorted((2018 + year, 2000 + year), key=lambda one: abs(one - today.year))
            return date(years[0], month, day)
    except ValueError:
        pass
    raise Wrong(_("a day like 2026/07/10 or R8.7.10 was expected, not “%(text)s”") % {"text": text})


def read_yen(text: str) -> int:
    """Whole yen with or without separators; nothing is 0, what went out is negative."""
    given = re.sub(r"[,¥円\\+]", "", normal(text))
    if given in ("", "-"):
        return 0
    if not re.fullmatch(r"-?\d{1,13}", given) or abs(int(given)) > MOST_YEN:
        raise Wrong(_("whole yen were expected, not “%(text)s”") % {"text": text})
    return int(given)


def payer_of(text: str) -> str:
    """The payer's name in bank kana where it has one, without the bank's own word for a transfer."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        name = zengin.kana(BEFORE_KANJI.sub("", plain).strip())
    except zengin.CharacterError:
        name = plain
    for word in BEFORE_NAMES:
        name = name.removeprefix(word).strip()
    return name[:48]


def preview(provider: Provider, layout: BankLayout, content: bytes) -> Preview:
    """What taking a file would bring; every wrong cell with its line, its column and what was expected."""
    rows = table(content, _delimiter(content))
    place, columns = _heading(rows, layout)
    found, seen = Preview(), Counter[str]()
    for number, row in enumerate(rows[place + 1 :], place + 2):
        if any(cell.strip() for cell in row) and not any(normal(cell).startswith(SUMS) for cell in row):
            _take_line(found, number, row, columns, seen)
    known = deposits.known_marks(provider, [line.fingerprint for line in found.lines])
    found.lines = [
        Line(**{**line.__dict__, "known": True}) if line.fingerprint in known else line for line in found.lines
    ]
    return found


def _delimiter(content: bytes) -> str:
    head = content[:2000]
    return "\t" if head.count(b"\t") > head.count(b",") else ","


def _heading(rows: list[list[str]], layout: BankLayout) -> tuple[int, dict[str, list[int]]]:
    """Where the heading stands, and which columns hold what. Raises NotPossible that names what is missing."""
    wanted = {name: [normal(one) for one in heads] for name, heads in layout.columns.items() if heads}
    best: set[str] = set()
    for place, row in enumerate(rows[:MOST_HEAD]):
        cells = [normal(cell) for cell in row]
        missing = {one for heads in wanted.values() for one in heads} - set(cells)
        if not missing:
            return place, {name: [cells.index(one) for one in heads] for name, heads in wanted.items()}
        best = missing if not best or len(missing) < len(best) else best
    raise NotPossible(
        _("No line has the headings of “%(layout)s”; missing: %(missing)s.")
        % {"layout": layout.name, "missing": ", ".join(sorted(best))}
    )


def _take_line(found: Preview, number: int, row: list[str], columns: dict[str, list[int]], seen: Counter[str]) -> None:
    def cell(name: str) -> str:
        return "/".join(row[place].strip() if place < len(row) else "" for place in columns.get(name, []))

    column = "amount"
    try:
        amount = read_yen(cell("amount"))
        if amount <= 0:
            found.skipped += 1
            return
        column = "day"
        day = read_day(cell("day"), clock.today())
        if day > clock.today():
            raise Wrong(_("the day lies in the future"))
        column = "payer"
        if not cell("payer").strip("/ "):
            raise Wrong(_("a payer or a text was expected"))
    except Wrong as error:
        where = {"line": number, "column": columns[column][0] + 1, "why": error}
        found.errors.append(_("Line %(line)s, column %(column)s: %(why)s") % where)
        return
    key = "|".join((day.isoformat(), str(amount), cell("payer"), cell("remark"), cell("balance")))
    seen[key] += 1
    fingerprint = hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()
    found.lines.append(Line(number, day, amount, payer_of(cell("payer")), cell("remark")[:100], fingerprint))


def which_layout(provider: Provider, content: bytes) -> BankLayout:
    """The layout whose headings a file has, the one with the most of them first."""
    rows = table(content, _delimiter(content))
    fits = []
    for layout in BankLayout.objects.filter(provider=provider):
        try:
            _heading(rows, layout)
        except NotPossible:
            continue
        fits.append(layout)
    if not fits:
        raise NotPossible(_("No layout fits the headings of this file. Add one below, or choose another file."))
    return max(fits, key=lambda one: sum(len(heads) for heads in one.columns.values()))


@whole
def upload(
    *, provider: Provider, person: Person, name: str, content: bytes, layout: BankLayout | None = None
) -> CsvUpload:
    """Keep a file to be looked at; a file that was taken before is recognised, whatever it is called."""
    permissions.require(person, "payments.import", provider=provider)
    if BankFile.objects.filter(provider=provider, sha256=hashlib.sha256(content).hexdigest()).exists():
        raise NotPossible(_("This file was read before; nothing of it was booked again."))
    chosen = layout or which_layout(provider, content)
    preview(provider, chosen, content)
    return CsvUpload.objects.create(
        provider=provider, layout=chosen, name=name[:200], content=content, made_at=clock.now(), made_by=person
    )


@whole
def take(*, upload: CsvUpload, person: Person) -> BankFile:
    """Take what was looked at; lines that an earlier file had stay out. A file with an error is not taken at all."""
    permissions.require(person, "payments.import", provider=upload.provider)
    own = locked(CsvUpload.objects).select_related("provider", "layout").filter(pk=upload.pk)
    row = own.first()
    if row is None:
        raise NotPossible(_("This file was taken or put away meanwhile."))
    found = preview(row.provider, row.layout, bytes(row.content))
    if found.errors:
        raise NotPossible(_("Mend the file first: %(error)s") % {"error": found.errors[0]})
    made = [
        BankDeposit(
            provider=row.provider, row=line.number, day=line.day, amount=line.amount, payer=line.payer,
            remark=line.remark, fingerprint=line.fingerprint,
        )
        for line in found.fresh
    ]  # fmt: skip
    content, name, provider = bytes(row.content), row.name, row.provider
    row.delete()
    return deposits.keep(provider=provider, person=person, name=name, content=content, kind="csv", rows=made)


@whole
def put_away(*, upload: CsvUpload, person: Person) -> None:
    """Nothing of it is kept."""
    permissions.require(person, "payments.import", provider=upload.provider)
    CsvUpload.objects.filter(pk=upload.pk).delete()


@whole
def save_layout(
    *, provider: Provider, person: Person, name: str, columns: dict[str, list[str]], layout: BankLayout | None = None
) -> BankLayout:
    """A new layout, or other columns for one that is there."""
    permissions.require(person, "payments.import", provider=provider)
    kept = {key: [one.strip() for one in columns.get(key, []) if one.strip()] for key in FIELDS}
    if not name.strip() or not all(kept[key] for key in FIELDS[:3]):
        raise NotPossible(_("A layout needs a name and the headings of day, money in and payer."))
    row = layout or BankLayout(provider=provider)
    row.name, row.columns = name.strip()[:60], kept
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotPossible(_("There is a layout of this name already.")) from None
    audit.record(provider=provider, actor=person, action="payments.layout", subject=row.name, after=kept)
    return row


@whole
def add_usual(*, provider: Provider, person: Person) -> int:
    """The layouts of some banks, those that are not there yet."""
    permissions.require(person, "payments.import", provider=provider)
    names = set(BankLayout.objects.filter(provider=provider).values_list("name", flat=True))
    new = [BankLayout(provider=provider, name=name, columns=one) for name, one in USUAL.items() if name not in names]
    BankLayout.objects.bulk_create(new)
    audit.record(provider=provider, actor=person, action="payments.layout", subject=provider.slug, after=len(new))
    return len(new)


@whole
def drop_layout(*, layout: BankLayout, person: Person) -> None:
    permissions.require(person, "payments.import", provider=layout.provider)
    audit.record(
        provider=layout.provider, actor=person, action="payments.layout", subject=layout.name, before=layout.columns
    )
    layout.delete()
