"""How billing's values look on pages."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import template

from musubu.billing.views_debits import ACCOUNT_KINDS
from musubu.billing.views_runs import KINDS

register = template.Library()


@register.filter
def signed(amount: int) -> str:
    """A difference in yen with its sign."""
    return f"{amount:+,}" if amount else "±0"


@register.filter
def difference(why: dict[str, Any]) -> str:
    return signed(why["now"] - why["before"])


@register.filter
def wide(text: str) -> str:
    """The half-width kana of bank files as people read them."""
    return unicodedata.normalize("NFKC", text)


@register.filter
def account_kind(code: str) -> str:
    return str(ACCOUNT_KINDS.get(code, ""))


@register.filter
def reason_kind(kind: str) -> str:
    return str(KINDS.get(kind, kind))
