"""How billing's values look on pages."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import template
from django.utils.safestring import SafeString

from musubu.billing.views_debits import ACCOUNT_KINDS
from musubu.billing.views_runs import KINDS
from musubu.parties.permissions import membership_allows

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


class Only(template.Node):
    def __init__(self, action: str, nodes: template.NodeList) -> None:
        self.action, self.nodes = action, nodes

    def render(self, context: template.Context) -> SafeString:
        acting = context.get("acting")
        allowed = acting and membership_allows(acting.membership, self.action)
        return self.nodes.render(context) if allowed else SafeString("")


@register.tag
def only(parser: template.base.Parser, token: template.base.Token) -> Only:
    """`{% only "payments.match" %}…{% endonly %}`: a form that only those see who may send it."""
    action = token.split_contents()[1].strip('"')
    nodes = parser.parse(("endonly",))
    parser.delete_first_token()
    return Only(action, nodes)
