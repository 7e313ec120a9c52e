"""At which moment a contract is concluded, and what an application needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

PLANS = {  # VG-8.2, LN-18.1, LO-8.2, EX-annex 1
    "liveon": ("monthly", "multi-month", "spot"),
    "simpleconnect": ("standard",),
    "videog": ("free", "business", "enterprise"),
    "learno": ("economy", "standard", "instructional-design"),
    "exaas": ("basic",),
}
CHANNELS = {"simpleconnect": ("online", "paper", "fax"), "exaas": ("form", "online")}  # SC-6.2, SC-6.3, EX-8
PORTS = range(100, 20_001)  # EX-annex 1


@dataclass(frozen=True)
class Steps:
    """The moments of one application, as far as they have come."""

    registered: datetime | None = None  # SimpleConnect: the system (or staff, on paper) completed registration
    accepted: datetime | None = None
    key_delivered: datetime | None = None  # LiveOn
    notice_arrived: datetime | None = None  # EXaaS


def concluded_at(service: str, steps: Steps) -> datetime | None:
    """SC-7 registration; LN-12.1 and VG-4, VG-14 acceptance; EX-8, EX-9.1 arrival of the start notice; LO-8.1 delivery
    of the licence key. None: not yet."""
    return {
        "simpleconnect": steps.registered,
        "learno": steps.accepted,
        "videog": steps.accepted,
        "exaas": steps.notice_arrived,
        "liveon": steps.key_delivered,
    }[service]


def charged_from(service: str, concluded: date, start_day: date) -> date:
    """EX-9.2: from the start day, used or not; LN-12.1: the start day is set apart from the conclusion."""
    return start_day if service in ("exaas", "learno") else concluded


def may_register(has_key: bool, fields_filled: bool) -> bool:
    """LO-6: only with a licence key, and every required field filled."""
    return has_key and fields_filled


def needs_in_person(kind: str) -> bool:
    """SC-6.4: some content needs a sale in person and photo identification."""
    return kind == "in-person"


def may_use_before_approval(function: str, opened: frozenset[str]) -> bool:
    """VG-14: until approval an applicant may use the functions that the provider opened for it."""
    return function in opened


def may_upgrade(plan: str) -> bool:
    """VG-11.1: a free member moves to a paid plan online."""
    return plan == "free"


def ports_allowed(ports: int) -> bool:
    """EX-annex 1: 100 to 20,000 ports."""
    return ports in PORTS


def ports_charged(contracted: int, used: int) -> int:
    """EX-20.6: use beyond what was contracted changes the contract and is charged."""
    return max(contracted, used)


def registers_contact(role: str) -> bool:
    """LN-31 the responsible person, EX-8 the administrator: every contract names one."""
    return role in ("responsible", "administrator")


def acceptance_needed(first_use: bool, accepted_version: int | None, version: int) -> bool:
    """LN-35, LO-23: accepted before first use, and again by use after a change."""
    return (first_use and accepted_version is None) or (accepted_version is not None and accepted_version < version)


def learner_may_use(contract_runs: bool, accepted: bool) -> bool:
    """LN-13, LN-35: learners use it through the contractor, after accepting, and no longer than its contract."""
    return contract_runs and accepted


def parties() -> tuple[str, ...]:
    """LN-2: who takes part."""
    return ("contractor", "end-client", "learner", "agent")
