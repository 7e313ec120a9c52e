"""Records as tables of fields: packing to exactly 120 (or 200) bytes, and reading with the place of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musubu.engines.zengin.characters import BANK, NAME, READ, CharacterError, check_name

CODE = "cp932"
TWO_BYTES = "%(name)s: a two-byte character"
WIDTH_OFF = "a record has %(width)s bytes, this one %(found)s"
BANKS = ("bank_name", "branch_name")  # which may hold fewer signs than the names of people and companies


class FileError(ValueError):
    """A file is not by the layout: record (from 1), column (from 1), and what was expected."""

    def __init__(self, record: int, column: int, expected: str, **values: object) -> None:
        """`expected` is to be filled with the values; a value may be a `CharacterError`."""
        self.record, self.column, self.expected, self.values = record, column, expected, values
        super().__init__(f"record {record}, column {column}: {expected % values if values else expected}")


@dataclass(frozen=True)
class Field:
    """`kind` N: digits, right-aligned, zero-filled. C: characters, left-aligned, space-filled. Widths in bytes."""

    name: str
    kind: str
    width: int
    fixed: str = ""


@dataclass(frozen=True)
class Layout:
    fields: tuple[Field, ...]

    @property
    def width(self) -> int:
        return sum(field.width for field in self.fields)

    def pack(self, **values: Any) -> bytes:
        """One record. Raises ValueError (with the field's name) for what does not fit; nothing is ever cut."""
        parts = [_packed(field, values.get(field.name, field.fixed)) for field in self.fields]
        return b"".join(parts)

    def read(self, record: bytes, number: int) -> dict[str, str]:
        """The fields of one record. Raises FileError."""
        if len(record) != self.width:
            raise FileError(number, len(record) + 1, WIDTH_OFF, width=self.width, found=len(record))
        found, at = {}, 0
        for field in self.fields:
            found[field.name] = _read(field, record[at : at + field.width], number, at + 1)
            at += field.width
        return found


def _packed(field: Field, value: Any) -> bytes:
    if field.kind == "N":
        text = str(value or 0)
        if not text.isascii() or not text.isdigit() or len(text) > field.width:
            raise ValueError(f"{field.name}: {text!r} is no number of up to {field.width} digits")
        return text.rjust(field.width, "0").encode()
    text = str(value or "")
    try:
        given = check_name(text, BANK if field.name in BANKS else NAME).encode(CODE)
    except CharacterError as error:
        raise ValueError(f"{field.name}: {error}") from None
    if len(given) > field.width:
        raise ValueError(f"{field.name}: {text!r} has {len(given)} bytes, {field.width} are allowed")
    return given.ljust(field.width)


def _read(field: Field, raw: bytes, record: int, column: int) -> str:
    if field.kind == "N":
        if not raw.isdigit():
            raise FileError(
                record, column, "%(name)s: %(width)s digits were expected, not “%(found)s”", name=field.name,
                width=field.width, found=raw.decode("cp932", "replace"),
            )  # fmt: skip
        text = raw.decode()
    else:
        try:
            text = check_name(raw.decode(CODE).rstrip(" "), READ)
        except UnicodeDecodeError as error:
            raise FileError(record, column + error.start, TWO_BYTES, name=field.name) from None
        except CharacterError as error:
            raise FileError(record, column + error.place - 1, "%(name)s: %(why)s", name=field.name, why=error) from None
    if field.fixed and text != field.fixed:
        raise FileError(
            record, column, "%(name)s: “%(fixed)s” was expected, not “%(found)s”", name=field.name,
            fixed=field.fixed, found=text,
        )  # fmt: skip
    return text


def split(content: bytes, width: int) -> list[bytes]:
    """The records of a file, with or without CR+LF after each. Raises FileError."""
    if b"\r\n" in content:
        records = content.split(b"\r\n")
        if records[-1] in (b"", b"\x1a"):
            records.pop()
    elif b"\n" in content or b"\r" in content:
        place = min(at for at in (content.find(b"\n"), content.find(b"\r")) if at >= 0)
        raise FileError(place // width + 1, place % width + 1, "lines end with CR and LF together, or not at all")
    else:
        records = [content[at : at + width] for at in range(0, len(content.rstrip(b"\x1a")), width)]
    if not records:
        raise FileError(1, 1, "the file is empty")
    for number, record in enumerate(records, 1):
        if len(record) != width:
            raise FileError(number, len(record) + 1, WIDTH_OFF, width=width, found=len(record))
    return records
