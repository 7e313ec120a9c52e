"""When a notice takes effect, what must be told, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from musubu.terms.calendar import DAY, months_after, months_before

CHANNELS = {  # service -> ways in which a notice may go (LO-24, SC-3, VG-3, LN-3)
    "liveon": ("email", "post"),
    "simpleconnect": ("email", "web"),
    "videog": ("web", "email", "other"),
    "learno": ("email", "fax", "letter", "web"),
    "exaas": ("email", "letter", "web"),
}
EMERGENCY = "emergency"


@dataclass(frozen=True)
class Sent:
    """One notice: when it was sent or posted, when it reached the receiver's server, and what it names itself."""

    channel: str
    sent: datetime
    reached: datetime | None = None
    named: datetime | None = None


def takes_effect(service: str, notice: Sent) -> datetime | None:
    """SC-3, VG-3, LN-3: web when it can be viewed; e-mail on reaching the receiving server (LearnO: when sent);
    any other at the time that it names. None: not yet. Raises ValueError for a channel the terms do not know."""
    if notice.channel not in CHANNELS[service]:
        raise ValueError(f"{notice.channel}: these terms know {', '.join(CHANNELS[service])}")
    if notice.channel == "web" or service == "learno":
        return notice.sent
    if notice.channel == "email" and service in ("simpleconnect", "videog"):
        return notice.reached
    return notice.named or notice.sent


def prevailing(posted: Iterable[date]) -> date:
    """SC-3: of several web notices the newer date wins."""
    return max(posted)


def interruption_told(starts: datetime, emergency: bool) -> datetime:
    """SC-28, VG-32, VG-35, VG-36, LN-23, LN-24.1, EX-15, EX-16: the latest moment of the notice: before it starts,
    or promptly (within a day) after it in an emergency."""
    return starts + timedelta(days=1) if emergency else starts


def service_change_told(effective: date) -> date:
    """SC-27.1: changes of content or price on prior notice, so at the latest the day before."""
    return effective - DAY


def change_report_due(service: str, changed: date, kind: str = "facts") -> date:
    """By when a customer reports a change: LN-14.1 a month before; VG-16 a merger within 14 days;
    SC-16 and the rest of VG-16 without delay, counted as the same day."""
    if service == "learno":
        return months_before(changed, 1)
    if service == "videog" and kind == "merger":
        return changed + DAY * 14
    return changed


def reaches_old_address(reported: bool) -> bool:
    """SC-16, VG-16: a notice to the old address counts while the change was not reported."""
    return not reported


def may_show_as_reference(mailed: date, day: date, objected: date | None, asked_to_stop: bool) -> bool:
    """VG-17: shown from 10 days after the e-mail, unless the member objected before, and until it asks."""
    shown_from = mailed + DAY * 10
    return day >= shown_from and not (objected and objected < shown_from) and not asked_to_stop


def may_advertise(agreed: bool) -> bool:
    """SC-4.5: advertising goes out electronically once the terms are accepted."""
    return agreed


def transfer_of_business_told(on: date) -> date:
    """SC-22 (12): all users are told 2 months before a split or transfer."""
    return months_before(on, 2)


def confidential_until(ended: date, personal: bool) -> date | None:
    """LN-38, LN-39: a year after the end; personal data for ever (None)."""
    return None if personal else months_after(ended, 12)


def breach_report_due(known: datetime) -> datetime:
    """LN-34.2, LO-27: a known or feared breach is reported at once; the form is open at any time."""
    return known
