"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from musubu import clock
from musubu.parties import queries
from musubu.parties.permissions import membership_allows


def frame(request: HttpRequest) -> dict[str, object]:
    acting: Any = getattr(request, "acting", None)
    provider = acting.provider if acting else queries.first_provider()
    staff = acting is not None and acting.is_staff
    return {
        "acting": acting,
        "provider": provider,
        "sandbox_now": clock.now() if provider and provider.sandbox else None,
        "may_clock": staff and membership_allows(acting.membership, "clock.advance"),
    }
