"""How values look on pages, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from musubu import terms
from musubu.billing.documents import WORDS
from musubu.clock import TOKYO
from musubu.contracts import services
from musubu.notices.effects import TELLS
from musubu.parties.forms import ROLES
from musubu.parties.models import Role
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


@register.filter
def service_name(service_id: str) -> str:
    """A service by its name in the reader's language."""
    return inlang(services.get(service_id).names)


KINDS = TELLS | {
    "charge": {"ja": "料金の計上", "en": "Charge", "zh": "计费"},
    "video.deleted": {"ja": "動画の削除", "en": "Video deleted", "zh": "视频删除"},
    "case.raised": {"ja": "担当者への案件", "en": "Case for staff", "zh": "待处理事项"},
    "deposit.case": {"ja": "預託金の案件", "en": "Deposit case", "zh": "保证金事项"},
    "deposit.applied": {"ja": "預託金の充当", "en": "Deposit applied", "zh": "保证金抵充"},
}
DOCUMENTS = {
    "terms": _("Terms"),
    "anti_social_forces": _("Representation on anti-social forces"),
    "privacy": _("Handling of personal data"),
    "emergency_calls": _("Emergency calls"),
    "backup_abroad": _("Backup abroad"),
    "virus_protection": _("Equipment and virus protection"),
}


@register.filter
def document_name(document: str) -> str:
    """What a text that was accepted is called."""
    return str(DOCUMENTS.get(document, document))


@register.simple_tag
def clause_heading(service: str, clause: str) -> str:
    """A clause with its heading in the reader's language."""
    try:
        return f"{clause} {terms.texts.clause(service, clause, lang())[0]}"
    except LookupError:
        return clause


@register.simple_tag
def first_page_url(contract: Any) -> str:
    """The first page of the service that a contract is for."""
    return reverse(services.get(contract.service).first_page, args=[contract.public_id])


@register.filter
def outcome_kind(what: str) -> str:
    """A kind of outcome as it is called among people."""
    return KINDS.get(what, {}).get(lang(), what)


@register.filter
def role_name(role: str) -> str:
    return str(ROLES[Role(role)])


@register.filter
def item_name(item: str) -> str:
    """What a charge is called; options keep their own name."""
    items: dict[str, str] = WORDS[lang()]["items"]
    return items.get(item, item)
