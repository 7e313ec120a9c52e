"""Who may use what: sessions, terminals, passwords, numbers, versions and tenants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

EMERGENCY_NUMBERS = frozenset({"110", "118", "119"})
LANGUAGES = ("ja", "en", "zh")
LEAST_PASSWORD = 10


def may_open_session(live: int, takes_over: bool) -> bool:
    """LO-11: one live session per licence; a second only by taking over after a clear question."""
    return live == 0 or takes_over


def terminal_verified(browser: str, system: str, verified: Iterable[tuple[str, str]]) -> bool:
    """LO-5.1: the published list decides."""
    return (browser, system) in set(verified)


def newest(versions: Mapping[str, date], today: date) -> str:
    """LO-2: everyone gets the newest published version, at no charge."""
    return max((day, version) for version, day in versions.items() if day <= today)[1]


def prevailing_language(available: Iterable[str]) -> str:
    """LO-25: where texts conflict, Japanese prevails."""
    return next(language for language in LANGUAGES if language in set(available))


def refuses_call(number: str, routes: Iterable[str]) -> bool:
    """SC-31: a call to an emergency number is refused unless a route for it was configured."""
    return number in EMERGENCY_NUMBERS and number not in set(routes)


def guessable(password: str, known: Iterable[str]) -> bool:
    """VG-48: too short, of one kind, or made of what others know about the person."""
    plain = password.lower()
    return (
        len(password) < LEAST_PASSWORD or len(set(plain)) < 5 or any(len(w) > 2 and w.lower() in plain for w in known)
    )


def may_see(own: str, tenant: str) -> bool:
    """SC-23b, VG-47: nobody sees another customer's data."""
    return own == tenant


def ids_affected(owned: Iterable[str], measured: str) -> set[str]:
    """VG-34.3: a member's other IDs share the measure."""
    owned = set(owned)
    return owned if measured in owned else set()


def seller_function(plan: str) -> bool:
    """VG-8b: selling needs a paid plan and ends with it."""
    return plan in ("business", "enterprise")


def shared_id_signs(terminals_at_once: int, places_within_hour: int) -> bool:
    """LN-34.1 (9), VG-24, LN-33.1: signs that several people use one ID."""
    return terminals_at_once > 1 or places_within_hour > 2


def call_priority(public_interest: bool, congested: bool) -> str:
    """EX-16: in a disaster or congestion calls of public interest go first, others may be limited."""
    return "first" if public_interest else "limited" if congested else "normal"


def abuse_signs(held_minutes: int, incomplete_share: float, load: float, premium_redirects: int) -> set[int]:
    """EX-32: the grounds that the system raises: 14 lines held open, 15 incomplete calls, 17 overload, 22 redirects."""
    signs = {14: held_minutes >= 240, 15: incomplete_share >= 0.5, 17: load >= 1.0, 22: premium_redirects > 0}
    return {ground for ground, shown in signs.items() if shown}


def virus_protection_told(kind: str) -> bool:
    """EX-28, EX-30: the kind of virus protection is told at application."""
    return bool(kind.strip())
