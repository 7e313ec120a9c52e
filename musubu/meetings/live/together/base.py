"""What the features of this folder share: the way to the database, and telling the room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.utils import translation

from musubu import clock
from musubu.meetings.live.features import Feature, Refused
from musubu.meetings.live.participant import Participant
from musubu.meetings.live.room import Room

P = ParamSpec("P")
T = TypeVar("T")


class Together(Feature):
    async def ask(self, room: Room, call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """In a database thread, at the provider's clock."""
        return await room.house.database.run(_at(room, call), *args, **more)

    async def ask_as(self, room: Room, who: Participant, call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """The same where a refusal is told in this person's language."""

        def in_their_language(*args: P.args, **more: P.kwargs) -> T:
            with translation.override(who.language):
                return call(*args, **more)

        return await self.ask(room, in_their_language, *args, **more)

    def later(self, room: Room, call: Callable[P, Any], *args: P.args, **more: P.kwargs) -> None:
        """A write that nobody waits for."""
        room.house.database.later(_at(room, call), *args, **more)

    def tell(self, room: Room, act: str, data: dict[str, Any], by: Participant | None = None) -> None:
        room.broadcast(self.message(act, data, by))

    def message(self, act: str, data: dict[str, Any], by: Participant | None = None) -> dict[str, Any]:
        return {"t": "feature", "name": self.name, "act": act, "data": data, "from": by.id if by else ""}


def _at(room: Room, call: Callable[P, T]) -> Callable[P, T]:
    def timed(*args: P.args, **more: P.kwargs) -> T:
        with clock.standing_at(room.facts.now()):
            return call(*args, **more)

    return timed


def require(room: Room, who: Participant, setting: str) -> None:
    """Raises Refused where the room's setting (`share`, `draw`) does not include this person."""
    if not who.may(room.settings[setting]):
        raise Refused("not-allowed")


def host_only(who: Participant) -> None:
    if not who.is_host:
        raise Refused("not-host")


def text(data: dict[str, Any], name: str, most: int = 200) -> str:
    """A text that a browser sent under a name; anything else is empty."""
    found = data.get(name, "")
    return found.strip()[:most] if isinstance(found, str) else ""


def whole(data: dict[str, Any], name: str, default: int = 0) -> int:
    found = data.get(name, default)
    return found if isinstance(found, int) and not isinstance(found, bool) else default
