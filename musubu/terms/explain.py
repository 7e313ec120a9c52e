"""Outcomes, reasons and clauses in words that a customer understands, in ja, en and zh."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from musubu.terms import texts
from musubu.terms.load import load
from musubu.terms.outcomes import Outcome


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, dict[str, str]]]:
    """All messages by section (why, told, words, refused), key and language."""
    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _short(lang: str) -> str:
    return lang.split("-")[0] if lang.split("-")[0] in texts.LANGUAGES else "ja"


def _said(section: str, key: str, values: Mapping[str, Any], lang: str) -> str:
    message = messages()[section].get(key)
    if message is None:
        return key
    return message[_short(lang)].format_map(_Values({name: word(value, lang) for name, value in values.items()}))


def word(value: Any, lang: str) -> str:
    """A value as people read it: amounts with separators, known words translated."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    known = messages()["words"].get(value) if isinstance(value, str) else None
    if known:
        return known[_short(lang)]
    return (
        str(value).removesuffix(":00+09:00").replace("T", " ")
        if isinstance(value, str) and "T" in value
        else str(value)
    )


def why(key: str, values: Mapping[str, Any], lang: str) -> str:
    """One step of a reason as a sentence."""
    return _said("why", key, values, lang)


def refused(code: str, values: Mapping[str, Any], lang: str) -> str:
    """Why an event cannot be played."""
    return _said("refused", code, values, lang)


def told(outcome: Outcome, lang: str) -> str:
    """An outcome as one line."""
    return outcome_line(outcome.what, outcome.data, lang)


def outcome_line(what: str, data: Mapping[str, Any], lang: str) -> str:
    return _said("told", what, data, lang)


def clause(clause_id: str, lang: str = "ja") -> str:
    """What a clause says and which figures it carries. Raises LookupError for an unknown id."""
    service = texts.service_of(clause_id)
    heading, body = texts.clause(service, clause_id, lang)
    table = load(service).clauses.get(clause_id, {})
    figures = [f"  {key} = {value}" for key, value in table.items() if key not in ("grounds",)]
    return "\n".join([f"{clause_id}  {heading}", "", body, *(["", *figures] if figures else [])])
