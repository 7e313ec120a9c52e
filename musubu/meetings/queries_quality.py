"""How well people heard and saw: by meeting and by person, the worst first, and why in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from musubu.contracts.models import Contract
from musubu.meetings.models import Attendance, QualitySample, Sitting

LOSS, ROUND_TRIP, FROZEN, JITTER = 500, 500, 3_000, 80  # from which a minute was bad: hundredths of %, ms, ms, ms
SLOW_JOIN = 3_000  # milliseconds from the click to the first picture
NOTICED = 200  # hundredths of %: average loss that people notice
COARSE = 50  # percent of a minute
BAD = Q(samples__loss_up__gte=LOSS) | Q(samples__loss_down__gte=LOSS) | Q(samples__round_trip__gte=ROUND_TRIP)
BAD |= Q(samples__frozen__gte=FROZEN) | Q(samples__jitter__gte=JITTER)


def measured(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    """Attendances with their figures over all minutes; the one with the most bad minutes first."""
    return rows.annotate(
        minutes=Count("samples"),
        bad=Count("samples", filter=BAD),
        loss_up=Avg("samples__loss_up"),
        loss_down=Avg("samples__loss_down"),
        round_trip=Avg("samples__round_trip"),
        worst_trip=Max("samples__round_trip"),
        jitter=Avg("samples__jitter"),
        freezes=Sum("samples__freezes"),
        frozen=Sum("samples__frozen"),
        layer=Avg("samples__layer"),
        restarts=Sum("samples__restarts"),
        coarse=Count("samples", filter=Q(samples__coarse__gte=COARSE)),
        by_tcp=Count("samples", filter=Q(samples__network="tcp")),
        by_relay=Count("samples", filter=Q(samples__network="relay")),
        busy=Count("samples", filter=Q(samples__limited="cpu")),
        narrow=Count("samples", filter=Q(samples__limited="bandwidth")),
    ).order_by(F("bad").desc(nulls_last=True), F("frozen").desc(nulls_last=True), "joined_at", "pk")


def people(sitting: Sitting) -> list[Any]:
    """Everybody of a sitting, each with `why`: what was wrong, in words."""
    found: list[Any] = list(measured(Attendance.objects.filter(sitting=sitting)))
    heard = [one for one in found if one.minutes]
    everybody = len(heard) > 2 and all(one.bad for one in heard)
    for one in found:
        one.why = reasons(one, everybody)
    return found


def reasons(one: Any, everybody: bool = False) -> list[str]:
    """Why it was bad, each with its figure; empty where nothing was."""
    found = []
    if everybody:
        found.append(_("Everybody had trouble in this meeting, so the cause lies with the service or its network."))
    if (one.loss_up or 0) >= NOTICED:
        found.append(_("Own line, sending: %(n).1f %% of the packets were lost.") % {"n": one.loss_up / 100})
    if (one.loss_down or 0) >= NOTICED:
        found.append(_("Own line, receiving: %(n).1f %% of the packets were lost.") % {"n": one.loss_down / 100})
    if (one.worst_trip or 0) >= ROUND_TRIP:
        found.append(
            _("Answers took up to %(n)s ms: a long way, or a line filled by something else.") % {"n": one.worst_trip}
        )
    if (one.jitter or 0) >= JITTER:
        found.append(_("Packets came unevenly (%(n)s ms), often a sign of weak Wi-Fi.") % {"n": round(one.jitter)})
    if one.by_tcp or one.by_relay:
        found.append(_("The network let no direct UDP through; media went by TCP or the relay, which costs time."))
    if one.coarse * 4 >= max(1, one.minutes):
        found.append(_("There was little room downwards, so pictures came coarser than their place on the screen."))
    if one.restarts:
        found.append(
            ngettext(
                "The media server was restarted %(n)s time; sound and picture stood still for a moment.",
                "The media server was restarted %(n)s times; sound and picture stood still for a moment.",
                one.restarts,
            )
            % {"n": one.restarts}
        )
    if one.busy * 4 >= max(1, one.minutes):
        found.append(_("The device was busy: its processor held the picture back."))
    if one.narrow * 4 >= max(1, one.minutes):
        found.append(_("There was little room upwards, so the picture was sent smaller."))
    if (one.join_ms or 0) > SLOW_JOIN:
        found.append(_("The first picture took %(n).1f s to come.") % {"n": one.join_ms / 1000})
    if one.left_reason == "lost":
        found.append(_("The connection broke and did not come back."))
    return found


@dataclass(frozen=True)
class Meant:
    """A sitting's quality in one line. `bad` of `minutes` measured person-minutes were bad."""

    sitting: Sitting
    people: int
    minutes: int
    bad: int
    join_ms: int | None
    loss: float
    round_trip: int
    freezes: int
    layer: float | None  # of the cameras received, hundredths
    restarts: int

    @property
    def share(self) -> float:
        return 100 * self.bad / self.minutes if self.minutes else 0.0


def by_sitting(contract: Contract, since: datetime, until: datetime) -> list[Meant]:
    """Sittings of a period, the worst first."""
    sittings = Sitting.objects.filter(meeting__contract=contract, started_at__gte=since, started_at__lt=until)
    rows = measured(Attendance.objects.filter(sitting__in=sittings).select_related("sitting__meeting__host"))
    found: dict[int, list[Any]] = {}
    for one in rows:
        found.setdefault(one.sitting_id, []).append(one)
    lines = [_meant(some) for some in found.values()]
    return sorted(lines, key=lambda one: (-one.share, -one.freezes, -one.sitting.started_at.timestamp()))


def _meant(some: list[Any]) -> Meant:
    heard = [one for one in some if one.minutes]
    joins = sorted(one.join_ms for one in some if one.join_ms is not None)
    minutes = sum(one.minutes for one in heard)
    return Meant(
        sitting=some[0].sitting,
        people=len(some),
        minutes=minutes,
        bad=sum(one.bad for one in heard),
        join_ms=joins[len(joins) // 2] if joins else None,
        loss=sum(max(one.loss_up, one.loss_down) * one.minutes for one in heard) / max(1, minutes),
        round_trip=round(sum(one.round_trip * one.minutes for one in heard) / max(1, minutes)),
        freezes=sum(one.freezes or 0 for one in heard),
        layer=_mean([(one.layer, one.minutes) for one in heard if one.layer is not None]),
        restarts=max((one.restarts or 0 for one in heard), default=0),
    )


def _mean(weighted: list[tuple[float, int]]) -> float | None:
    weight = sum(minutes for _value, minutes in weighted)
    return sum(value * minutes for value, minutes in weighted) / weight if weight else None


def minutes_of(attendance: Attendance) -> QuerySet[QualitySample]:
    return QualitySample.objects.filter(attendance=attendance).order_by("minute")
