"""What can be done together in a room beside talking: each is a feature with its own verbs and state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from musubu.meetings.live.house import House
    from musubu.meetings.live.participant import Participant
    from musubu.meetings.live.room import Room


class Refused(Exception):
    """Not now or not for this person; `why` is a key of `words.TEXTS`, or `text` says it already in their language."""

    def __init__(self, why: str, text: str = "") -> None:
        super().__init__(why)
        self.why, self.text = why, text


class Feature:
    """The base: override what is needed. One object serves all rooms; what belongs to a room is kept in
    `room.kept[self.name]`. `act` answers the data of `done`; it raises Refused."""

    name = ""
    binary = 0  # first byte of the binary frames that are this feature's

    async def opened(self, room: Room) -> None:
        """The room's sitting begins or goes on after a restart."""

    def state(self, room: Room, who: Participant) -> Any:
        """What somebody who comes in must know of it."""
        return None

    async def act(self, room: Room, who: Participant, act: str, data: dict[str, Any]) -> dict[str, Any]:
        raise Refused("later")

    async def hear(self, room: Room, who: Participant, payload: bytes) -> None:
        """A binary frame without its first byte."""

    def left(self, room: Room, who: Participant) -> None:
        """Somebody has gone."""

    async def prepared(self, house: House, room: Room | None, key: str) -> None:
        """Something was laid ready on the meeting's page, changed or taken away; with its room where that is open."""

    async def closed(self, room: Room) -> None:
        """The sitting has ended: keep what must be kept."""


FEATURES: dict[str, Feature] = {}


def register(feature: Feature) -> None:
    FEATURES[feature.name] = feature
