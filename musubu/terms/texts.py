"""The model texts that people read and accept: our own wording in ja, en and zh under the clause numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from musubu.terms.load import FOLDER, PREFIXES

LANGUAGES = ("ja", "en", "zh")


@dataclass(frozen=True)
class Document:
    """One text of terms: title, version, first day, and each clause's heading and body in order."""

    title: str
    version: int
    effective: date
    clauses: dict[str, tuple[str, str]]


def parse(markdown: str) -> Document:
    """Read a text in the form of the `text.*.md` files."""
    head, *sections = re.split(r"^## ", markdown, flags=re.MULTILINE)
    title = re.search(r"^# (.+)$", head, re.MULTILINE)
    version = re.search(r"^version: (\d+)$", head, re.MULTILINE)
    effective = re.search(r"^effective: (\S+)$", head, re.MULTILINE)
    if not (title and version and effective):
        raise ValueError("a text of terms begins with '# title', 'version: N' and 'effective: YYYY-MM-DD'")
    clauses = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        clause, _, name = heading.strip().partition(" ")
        clauses[clause] = (name.strip(), body.strip())
    return Document(title[1].strip(), int(version[1]), date.fromisoformat(effective[1]), clauses)


def document(service: str, lang: str) -> str:
    """The text of a service's preset terms as Markdown."""
    return (FOLDER / service / f"text.{_known(lang)}.md").read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def parsed(service: str, lang: str) -> Document:
    return parse(document(service, lang))


def clause(service: str, clause_id: str, lang: str) -> tuple[str, str]:
    """(heading, body) of a clause. Raises LookupError where there is none."""
    try:
        return parsed(service, _known(lang)).clauses[clause_id]
    except KeyError:
        raise LookupError(f"{clause_id}: no such clause in the terms of {service}") from None


def service_of(clause_id: str) -> str:
    """The service whose terms hold a clause. Raises LookupError."""
    for service, prefix in PREFIXES.items():
        if clause_id.startswith(prefix + "-"):
            return service
    raise LookupError(f"{clause_id}: no such clause; ids look like SC-9.10 ({', '.join(PREFIXES.values())})")


def _known(lang: str) -> str:
    short = lang.split("-")[0]
    return short if short in LANGUAGES else "ja"
