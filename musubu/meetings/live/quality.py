"""How everybody's line is: told to the others at once, kept as one sample a minute."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from musubu.meetings.live import layers, outside
from musubu.meetings.live.protocol import Network

if TYPE_CHECKING:
    from musubu.meetings.live.house import House
    from musubu.meetings.live.participant import Participant
    from musubu.meetings.live.room import Room

MINUTE = 60.0
# (most loss in %, most round trip in ms) -> marks, the best first
MARKS = ((2.0, 250.0, 4), (5.0, 400.0, 3), (10.0, 700.0, 2), (100.0, 600_000.0, 1))


def mark(told: Network) -> int:
    """0 to 4, as the others see it."""
    loss = max(told.loss_up, told.loss_down)
    return next(points for most_loss, most_rtt, points in MARKS if loss <= most_loss and told.rtt <= most_rtt)


def heard(room: Room, who: Participant, told: Network) -> None:
    who.loss_up = (who.loss_up + told.loss_up) / 2
    who.line = layers.follow(who.line, max(0.0, told.loss_down - _lost_before(room, who)), told.kbps_down)
    points = mark(told)
    if points != who.network:
        who.network = points
        room.changed(who, network=points)
    if who.media:
        who.media.look_again()
    room.house.samples.add(room, who, told)


def _lost_before(room: Room, who: Participant) -> float:
    """What the others' own lines lose on the way here is missing at every receiver, whose line is not to blame."""
    others = [one.loss_up for one in room.people.values() if one is not who and one.streams]
    return sum(others) / len(others) if others else 0.0


class Samples:
    """Gathers a minute of each person's reports into one row."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.began = time.monotonic()
        self.told: dict[str, list[Network]] = {}
        self.seen: dict[str, list[tuple[float | None, bool]]] = {}  # see layers.received
        self.restarts: Counter[str] = Counter()  # of the engine, while somebody was there
        self.about: dict[str, Room] = {}

    def add(self, room: Room, who: Participant, told: Network) -> None:
        self.told.setdefault(who.id, []).append(told)
        self.about[who.id] = room
        if who.media:
            self.seen.setdefault(who.id, []).append(layers.received(who.wishes, who.media.layer))

    def engine_lost(self, room: Room) -> None:
        self.restarts.update(room.people.keys())

    def tick(self) -> None:
        if time.monotonic() - self.began < MINUTE or not self.told:
            return
        try:
            rows = [self._row(key, reports) for key, reports in self.told.items()]
        finally:
            self.began, self.told, self.seen, self.about = time.monotonic(), {}, {}, {}
            self.restarts.clear()
        self.house.database.later(outside.hand_in_quality, rows)

    def _row(self, key: str, reports: list[Network]) -> dict[str, Any]:
        def mean(values: list[float]) -> float:
            return round(sum(values) / len(values), 2)

        seen = self.seen.get(key, [])
        cameras = [layer for layer, _coarse in seen if layer is not None]
        return {
            "attendance": key,
            "at": self.about[key].facts.now(),
            "loss_up": mean([one.loss_up for one in reports]),
            "loss_down": mean([one.loss_down for one in reports]),
            "rtt_ms": mean([one.rtt for one in reports]),
            "jitter_ms": mean([one.jitter for one in reports]),
            "kbps_up": mean([one.kbps_up for one in reports]),
            "kbps_down": mean([one.kbps_down for one in reports]),
            "freezes": sum(one.freezes for one in reports),
            "freeze_seconds": round(sum(one.freeze_seconds for one in reports), 2),
            "limited": next((one.limited for one in reports if one.limited not in ("", "none")), ""),
            "path": reports[-1].path,
            "layer": mean(cameras) if cameras else None,
            "coarse": round(100 * sum(coarse for _layer, coarse in seen) / len(seen)) if seen else 0,
            "restarts": self.restarts[key],
        }
