"""Somebody in a room (or before its door), and what the others see of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musubu.meetings.live.connection import Bucket, Connection
from musubu.meetings.live.layers import Line, Wish
from musubu.meetings.tickets import Ticket

if TYPE_CHECKING:
    from musubu.meetings.live.media import Media

HOSTS = ("host", "co-host")
CHAIR_KEPT = 25.0  # seconds for which the chair of somebody whose line was cut is kept
PAGE_KEPT = 8.0  # the same where the page said that it goes: enough to load it anew


@dataclass(eq=False)
class Participant:
    """Lives in one process. `connection` is none while the line is cut and the chair is kept."""

    ticket: Ticket
    connection: Connection | None
    terminal: dict[str, Any]
    role: str = ""
    name: str = ""
    mic: bool = False
    camera: bool = False
    hand: int | None = None  # milliseconds since 1970, so that hands have an order
    network: int = 4
    talking: bool = False
    talking_since: float = 0.0
    talked: float = 0.0  # seconds
    streams: list[dict[str, str]] = field(default_factory=list)  # [{"mid", "source"}] that are sent
    silenced: set[str] = field(default_factory=set)  # sources (mic, camera) that a host switched off
    muted_hard: set[str] = field(default_factory=set)  # mids that the engine lets nobody receive
    media: Media | None = None
    wishes: list[Wish] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    loss_up: float = 0.0  # % on average of late
    lost_at: float | None = None
    patience: float = CHAIR_KEPT  # seconds from then on for which the chair is kept
    since: float = field(default_factory=time.time)
    admitted: bool = False
    asked_to_unmute: bool = False
    chats: Bucket = field(default_factory=lambda: Bucket(3.0, 12.0))
    acts: Bucket = field(default_factory=lambda: Bucket(10.0, 40.0))

    def __post_init__(self) -> None:
        self.role = self.role or self.ticket.role
        self.name = self.name or self.ticket.name

    @property
    def id(self) -> str:
        return self.ticket.attendance

    @property
    def is_host(self) -> bool:
        return self.role in HOSTS

    @property
    def language(self) -> str:
        return self.ticket.language

    def tell(self, message: dict[str, Any]) -> None:
        if self.connection:
            self.connection.tell(message)

    def shown(self) -> dict[str, Any]:
        """What the others see (Person of the protocol)."""
        return {
            "id": self.id, "name": self.name, "role": self.role, "kind": self.ticket.kind, "mic": self.mic,
            "camera": self.camera, "hand": self.hand, "network": self.network, "talking": self.talking,
            "streams": self.streams,
        }  # fmt: skip

    def set_talking(self, on: bool) -> None:
        now = time.monotonic()
        if self.talking and not on:
            self.talked += now - self.talking_since
        if on and not self.talking:
            self.talking_since = now
        self.talking = on

    def may(self, setting: str) -> bool:
        """Whether a setting of the room (hosts | presenters | everybody) includes this person."""
        return setting == "everybody" or self.is_host or (setting == "presenters" and self.role == "presenter")
