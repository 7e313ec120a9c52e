"""What every page's frame needs."""

from __future__ import annotations

from django.http import HttpRequest

from musubu import clock
from musubu.parties import queries
from musubu.parties.permissions import membership_allows


def frame(request: HttpRequest) -> dict[str, object]:
    acting = getattr(request, "acting", None)
    provider = acting.provider if acting else queries.first_provider()
    may = {
        name: bool(acting) and membership_allows(acting.membership, name) for name in ("clock.advance", "notices.read")
    }
    return {
        "acting": acting,
        "provider": provider,
        "sandbox_now": clock.now() if provider and provider.sandbox else None,
        "may_clock": may["clock.advance"] and bool(acting and acting.is_staff),
    }
