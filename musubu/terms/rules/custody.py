"""What happens to data: export, backup, conversion, logged access, and what is collected."""

from __future__ import annotations

from datetime import date, datetime

from musubu.terms.calendar import DAY

EXPORT = {  # SC-15.2, LN-32.6
    "simpleconnect": ("settings", "histories", "recordings"),
    "learno": ("courses", "materials", "learners", "results"),
}
COLLECTED = {"required": ("email", "password"), "optional": ("name", "address", "telephone")}  # VG-5
BACKUP_DAYS = 7  # LN-18.2.3


def backup_held(taken: date, today: date) -> bool:
    """LN-18.2.3: seven days of backup are held."""
    return today - taken < DAY * BACKUP_DAYS


def exportable(service: str) -> tuple[str, ...]:
    """SC-15.2, LN-32.6: what a customer takes with it by itself."""
    return EXPORT.get(service, ("settings", "data"))


def backup_abroad(accepted: bool) -> bool:
    """VG-39: only with the consent that stands in the acceptance."""
    return accepted


def may_convert(purpose: str) -> bool:
    """LO-5.3, VG-25.3: data is changed only as far as carrying and showing it needs."""
    return purpose in ("transcode", "thumbnail", "bit-rate", "network")


def access_log(person: str, at: datetime, why: str) -> dict[str, str]:
    """VG-40, LN-32.5: each look at stored data is logged. Raises ValueError without a reason."""
    if not why.strip():
        raise ValueError("an access needs its reason")
    return {"person": person, "at": at.isoformat(), "why": why.strip()}


def kept_at_end(kind: str) -> bool:
    """VG-41.2, VG-42: everything goes but the customer registration."""
    return kind == "registration"


def member_data(field: str) -> str:
    """VG-5: whether a field is required, optional, or not asked for."""
    return next((need for need, fields in COLLECTED.items() if field in fields), "not-asked")


def terminals_proven(claimed: int, shown: int) -> bool:
    """EX-31: on request the number of FMC terminals is proven."""
    return shown >= claimed


def report_parts(kind: str) -> tuple[str, ...]:
    """EX-annex 1 to 4: what the reports, ledgers and orders hold."""
    return {
        "operations": ("availability", "ports", "requests", "works", "faults"),
        "ledgers": ("equipment", "extensions", "exchange-lines"),
        "traffic": ("calls", "minutes", "busy-hour"),
        "charging": ("outgoing-external",),
        "remote-change": ("setting", "requested", "done"),
        "site-work": ("add", "move", "set"),
    }[kind]
