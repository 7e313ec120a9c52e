"""Text files as banks and spreadsheets write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu.engines import zengin
from musubu.refusals import NotPossible


def whole_number(text: str) -> int:
    """A number from a form, as our own pages write it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def table(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """The cells of a CSV, however its lines end. Raises NotPossible with the place."""
    reader = csv.reader(io.StringIO(decoded(content), newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error:
        raise NotPossible(
            _("Line %(line)s: a quotation mark is not closed, or this is no CSV. Save the file anew as CSV.")
            % {"line": reader.line_num}
        ) from None


FIELDS = {  # of the bankers' layouts, as people call them
    "record": gettext_lazy("kind of record"), "kind": gettext_lazy("kind of business"), "code": gettext_lazy("kind of code"),
    "client": gettext_lazy("client's code"), "client_name": gettext_lazy("client's name"), "day": gettext_lazy("day"),
    "made": gettext_lazy("day of making"), "from": gettext_lazy("first day"), "to": gettext_lazy("last day"),
    "bank": gettext_lazy("Bank code"), "bank_name": gettext_lazy("bank's name"), "branch": gettext_lazy("Branch code"),
    "branch_name": gettext_lazy("branch's name"), "account_kind": gettext_lazy("Kind of account"),
    "account": gettext_lazy("Account number"), "account_name": gettext_lazy("account's name"), "name": gettext_lazy("name"),
    "amount": gettext_lazy("amount"), "check_amount": gettext_lazy("amount of other banks' cheques"),
    "new": gettext_lazy("code of new ones"), "customer": gettext_lazy("customer's number"), "result": gettext_lazy("result"),
    "count": gettext_lazy("count"), "sum": gettext_lazy("sum"), "done_count": gettext_lazy("count of those paid"),
    "done_sum": gettext_lazy("sum of those paid"), "failed_count": gettext_lazy("count of those failed"),
    "failed_sum": gettext_lazy("sum of those failed"), "cancelled_count": gettext_lazy("count of those cancelled"),
    "cancelled_sum": gettext_lazy("sum of those cancelled"), "cancelled": gettext_lazy("cancelled or not"),
    "in_count": gettext_lazy("count of money in"), "in_sum": gettext_lazy("sum of money in"),
    "out_count": gettext_lazy("count of money out"), "out_sum": gettext_lazy("sum of money out"),
    "reference": gettext_lazy("reference"), "value_day": gettext_lazy("value day"), "payer": gettext_lazy("payer"),
    "payer_code": gettext_lazy("payer's code"), "edi": gettext_lazy("EDI remark"), "note": gettext_lazy("note"),
    "dummy": gettext_lazy("unused field"), "way": gettext_lazy("in or out"), "what": gettext_lazy("kind of movement"),
    "balance": gettext_lazy("balance"),
}  # fmt: skip


def refusal(error: Exception) -> str:
    """Why a bank's file was refused, in the reader's language: record, column, and what was expected."""
    if not isinstance(error, zengin.FileError):
        return str(error)
    why = _filled(error.expected, error.values)
    return _("Record %(record)s, column %(column)s: %(why)s. Nothing of the file was taken.") % {
        "record": error.record, "column": error.column, "why": why,
    }  # fmt: skip


def _filled(text: str, values: Mapping[str, object]) -> str:
    shown = {
        name: refused_character(value) if isinstance(value, zengin.CharacterError) else value
        for name, value in values.items()
    }
    if "name" in shown:
        shown["name"] = FIELDS.get(str(shown["name"]), shown["name"])
    return _(text) % shown if shown else _(text)


def refused_character(error: zengin.CharacterError) -> str:
    """What is wrong with a character, in the reader's language."""
    return _(error.why) % error.values


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else Shift_JIS. Raises NotPossible with the place."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise NotPossible(_("The file is cut off or damaged. Save it anew as CSV.")) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp932")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotPossible(
            _("Line %(line)s: neither UTF-8 nor Shift_JIS. Save the file anew as CSV.") % {"line": line}
        ) from None
