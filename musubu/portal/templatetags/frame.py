"""How values look on pages, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.translation import get_language

from musubu.clock import TOKYO
from musubu.terms import explain

register = template.Library()


def lang() -> str:
    return (get_language() or "ja").split("-")[0]


@register.filter
def inlang(names: Any) -> str:
    """The text of a {"ja", "en", "zh"} field in the current language."""
    if not isinstance(names, dict):
        return str(names or "")
    return str(names.get(lang()) or names.get("ja") or next(iter(names.values()), ""))


@register.filter
def yen(amount: int | None) -> str:
    if amount is None:
        return "–"
    return f"¥{amount:,}" if lang() == "en" else f"{amount:,}円" if lang() == "ja" else f"{amount:,}日元"


@register.filter
def day(value: date | datetime | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(TOKYO).date()
    return value.isoformat() if lang() == "en" else f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    return f"{day(value)} {value.astimezone(TOKYO):%H:%M}" if value else "–"


@register.filter
def why_text(step: dict[str, Any]) -> str:
    return explain.why(step["key"], step["values"], lang())


@register.filter
def told(outcome: Any) -> str:
    return explain.outcome_line(outcome.what, outcome.data, lang())


@register.simple_tag
def why_step(key: str, values: dict[str, Any]) -> str:
    return explain.why(key, values, lang())
