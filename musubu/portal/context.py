"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from musubu import clock
from musubu.parties import queries
from musubu.portal import navigation

THEMES = ("musubu", "musubu-dark")


def frame(request: HttpRequest) -> dict[str, object]:
    acting: Any = getattr(request, "acting", None)
    provider = acting.provider if acting else queries.first_provider()
    theme = request.COOKIES.get("musubu_theme", "")
    return {
        "acting": acting,
        "provider": provider,
        "sandbox_now": clock.now() if provider and provider.sandbox else None,
        "menu": navigation.menu(acting) if acting else [],
        "theme": theme if theme in THEMES else "",
        "here": request.resolver_match.url_name if request.resolver_match else "",
    }
