"""A room while its sitting runs: who is in, who waits, what all of them share."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING, Any

from musubu.engines.janus.client import EngineError, EngineGone
from musubu.meetings.live import outside, protocol, store
from musubu.meetings.live.connection import GOING_AWAY, REFUSED, TAKEN_OVER
from musubu.meetings.live.features import FEATURES
from musubu.meetings.live.media import Media
from musubu.meetings.live.participant import CHAIR_KEPT, PAGE_KEPT, Participant
from musubu.meetings.live.phones import Phones
from musubu.meetings.live.recording import Recorder
from musubu.meetings.live.words import say
from musubu.meetings.models import Attendance
from musubu.meetings.tickets import room_secret

if TYPE_CHECKING:
    from musubu.meetings.live.house import House

log = logging.getLogger("meetings")
HOST_AWAY = 30.0  # seconds without any host after which the role passes on by itself
LARGE = 40  # people from which frames wait a moment for their followers
HISTORY = 200  # chat messages shown to who comes in
SHARED = ("lobby", "mute_on_entry", "unmute_self", "share", "draw", "chat", "capacity", "video_kbps", "screen_kbps")
FOR_RECEIVERS = {"audiocodec": "opus", "videocodec": "vp8,h264", "opus_fec": True}
LEVELS = {"audiolevel_event": True, "audio_active_packets": 25, "audio_level_average": 60}


class Room:
    def __init__(self, house: House, facts: store.Facts) -> None:
        self.house, self.facts = house, facts
        self.id, self.secret = facts.room, room_secret(facts.room)
        self.loop: int | None = None  # of the engine, for the next connection
        self.people: dict[str, Participant] = {}
        self.lobby: dict[str, Participant] = {}
        self.settings = facts.settings | facts.state.get("settings", {})
        self.locked = bool(facts.state.get("locked", False))
        self.spotlight = str(facts.state.get("spotlight", ""))
        self.timer: dict[str, int] | None = facts.state.get("timer")
        self.roles: dict[str, str] = dict(facts.state.get("roles", {}))  # by key: roles that were given in the room
        self.hands: dict[str, int] = dict(facts.state.get("hands", {}))  # by chair: since when, in milliseconds
        self.hosted = bool(facts.state.get("hosted", False))  # whether a host has been here
        self.stand_in = ""  # who holds the host's role while the host is away
        self.chat: list[dict[str, Any]] = []
        self.kept: dict[str, Any] = {}  # by feature
        self.peak = 0
        self.removed: set[str] = set()  # chairs that nobody comes back to
        self.ended = False
        self.phones = Phones(self)
        self.recorder = Recorder(self, facts.state.get("recording"))
        self._engine_ready: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unsaved = False
        self._alone_since: float | None = time.monotonic()
        self._hostless_since: float | None = None

    # the engine's side

    async def engine_ready(self) -> None:
        """The engine has this room; asked once for everybody who comes."""
        if self._engine_ready is None:
            self._engine_ready = asyncio.create_task(self._make_in_engine())
        task = self._engine_ready
        try:
            await asyncio.shield(task)
        except (EngineError, EngineGone):
            self._engine_ready = None
            raise

    async def _make_in_engine(self) -> None:
        await self.house.rooms.ensure(
            self.id,
            self.secret,
            publishers=500,
            bitrate=self.allowed_bitrate(),
            bitrate_cap=True,
            require_pvtid=True,
            is_private=True,
            record=False,
            rec_dir=str(self.recorder.folder()),
            **FOR_RECEIVERS,
            **LEVELS,
        )
        await self.recorder.resume()

    def allowed_bitrate(self) -> int:
        """Bits a second that one person may send in pictures."""
        return int((self.settings["video_kbps"] + self.settings["screen_kbps"]) * 1000)

    def engine_lost(self) -> None:
        """Everything in the engine is gone; the browsers are told, and begin anew when it is back."""
        self._engine_ready = None
        self.phones.engine_lost()
        for who in self.people.values():
            if who.media:
                self.spawn(who.media.stop())
                who.media = None
            who.streams = []
        self.broadcast({"t": "engine", "state": "gone"})

    async def engine_back(self) -> None:
        for who in list(self.people.values()):
            self.start_media(who)
        for who in self.people.values():
            self.broadcast({"t": "person", "id": who.id, "streams": []}, but=who)
        self.broadcast({"t": "engine", "state": "back"})
        await self.phones.engine_back()

    def start_media(self, who: Participant) -> None:
        who.media = Media(self, who)
        who.muted_hard.clear()
        self.spawn(self._start(who, who.media))

    async def _start(self, who: Participant, media: Media) -> None:
        try:
            await media.start()
        except EngineGone:
            who.tell({"t": "engine", "state": "gone"})
        except EngineError:
            log.exception("%s could not come into the engine's room", who.id)

    def all_streams(self) -> Iterator[tuple[str, str, str]]:
        """(feed, source, mid) of everything that is sent and has reached the engine."""
        for who in self.people.values():
            for one in who.streams if who.media and who.media.up else ():
                yield who.id, one["source"], one["mid"]
        if self.phones.feed:
            yield self.phones.feed, "mic", "0"

    def look_again(self) -> None:
        for who in self.people.values():
            if who.media:
                who.media.look_again()

    # telling

    def broadcast(self, message: dict[str, Any], but: Participant | None = None) -> None:
        encoded = protocol.encode(message)
        for who in self.people.values():
            if who is not but and who.connection:
                who.connection.pass_on(encoded)

    def tell_hosts(self, message: dict[str, Any]) -> None:
        for who in self.people.values():
            if who.is_host:
                who.tell(message)

    def changed(self, who: Participant, **fields: Any) -> None:
        """Let everybody know what changed about somebody."""
        self.broadcast({"t": "person", "id": who.id, **fields})

    def raise_hand(self, who: Participant, at: int | None) -> None:
        """Or lower it, without a moment. There may be many of them: they are written down within a second."""
        if bool(at) == bool(who.hand):
            return
        who.hand = at
        self.hands.pop(who.id, None)
        if at:
            self.hands[who.id] = at
        self._unsaved = True
        self.changed(who, hand=at)

    def talking(self, who: Participant, on: bool) -> None:
        who.set_talking(on)
        self.changed(who, talking=on)

    def tell_lobby(self) -> None:
        waiting = [
            {"id": who.id, "name": who.name, "kind": who.ticket.kind, "since": int(who.since * 1000)}
            for who in self.lobby.values()
        ]
        self.tell_hosts({"t": "lobby", "people": waiting})

    def spawn(self, coroutine: Any) -> None:
        """Run it beside; an error is logged, not lost."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._spawned)

    def _spawned(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, EngineGone):
            log.error("%s", self.id, exc_info=error)

    # coming and going

    @property
    def hosts(self) -> list[Participant]:
        return [who for who in self.people.values() if who.is_host]

    @property
    def is_full(self) -> bool:
        return len(self.people) + len(self.phones.callers) >= int(self.settings["capacity"])

    def must_wait(self, who: Participant) -> str:
        """Why somebody has to wait in the lobby (a key of words), or nothing."""
        if who.ticket.admitted or who.ticket.role in ("host", "co-host"):
            return ""
        if not self.hosts and not self.settings["before_host"]:
            return "waiting-host"
        lobby = self.settings["lobby"]
        if lobby == "everybody" or (lobby == "guests" and who.ticket.kind == "guest"):
            return "waiting"
        return ""

    def wait(self, who: Participant, why: str) -> None:
        self.lobby[who.id] = who
        slip = who.ticket.token(sitting=self.facts.sitting)
        who.tell({"t": "waiting", "title": self.facts.title, "text": say(why, who.language), "resume": slip})
        self.tell_lobby()

    def enter(self, who: Participant) -> None:
        """Somebody is in: they learn of all the others, the others of them."""
        self.lobby.pop(who.id, None)
        who.admitted = True
        who.role = self.roles.get(who.ticket.key, who.ticket.role)
        who.hand = self.hands.get(who.id)
        self.people[who.id] = who
        self.peak = max(self.peak, len(self.people))
        self._alone_since = None
        if who.connection:
            who.connection.large = len(self.people) > LARGE
        who.tell(self.welcome(who, kept=False))
        self.broadcast({"t": "joined", "person": who.shown()}, but=who)
        if who.connection:  # else the page is being loaded anew: its media begin when it is back
            self.start_media(who)
        self._kept_in_database(who)
        if who.is_host:
            self._host_came(who)

    def welcome(self, who: Participant, *, kept: bool) -> dict[str, Any]:
        facts = self.facts
        return {
            "t": "welcome", "me": who.id, "resume": self.token(who), "sitting": facts.room,
            "started_at": (facts.started_at - facts.ahead).isoformat(),  # by the wall, as people's watches show it
            "now": int(time.time() * 1000), "media": "kept" if kept else "new",
            "room": {
                "title": facts.title, "number": facts.number, "pass_code": facts.pass_code, "link": facts.link,
                "organisation": facts.organisation, "settings": self.shared_settings(), "locked": self.locked,
                "spotlight": self.spotlight, "record": self.recorder.shown(), "timer": self.timer,
            },
            "people": [one.shown() for one in self.people.values()] + self.phones.shown(),
            "chat": self.chat_for(who),
            "lobby": [
                {"id": one.id, "name": one.name, "kind": one.ticket.kind, "since": int(one.since * 1000)}
                for one in self.lobby.values()
            ] if who.is_host else [],
            "ice": self.house.ice_servers(who.id), "rights": self.rights(who),
            "features": {name: feature.state(self, who) for name, feature in FEATURES.items()},
        }  # fmt: skip

    def token(self, who: Participant) -> str:
        """With which somebody comes back to this chair after a cut or a restart."""
        return who.ticket.token(name=who.name, role=who.ticket.role, admitted=True, sitting=self.facts.sitting)

    def shared_settings(self) -> dict[str, Any]:
        return {name: self.settings[name] for name in SHARED}

    def rights(self, who: Participant) -> dict[str, bool]:
        return {
            "host": who.is_host,
            "record": who.is_host and who.ticket.record,
            "share": who.may(self.settings["share"]),
            "draw": who.may(self.settings["draw"]),
            "chat": who.may(self.settings["chat"]),
        }

    def chat_for(self, who: Participant) -> list[dict[str, Any]]:
        seen = [one for one in self.chat if not one["to"] or who.id in (one["to"], one["from"])]
        return seen[-HISTORY:]

    def _kept_in_database(self, who: Participant) -> None:
        facts = self.facts
        row = Attendance(
            public_id=who.id, sitting_id=facts.sitting, person_id=who.ticket.person, licence_id=who.ticket.licence,
            kind=who.ticket.kind, name=who.name, role=who.role, joined_at=facts.now(), terminal=who.terminal,
        )  # fmt: skip
        self.house.database.later(store.came, row)
        if len(self.people) == 1 and self.peak == 1:
            self.tell_outside("meeting.started", {})
        self.tell_outside("meeting.joined", {"attendance": who.id, "name": who.name, "role": who.role})
        self.keep_state()

    def tell_outside(self, kind: str, data: dict[str, Any]) -> None:
        about = {"meeting": self.facts.number, "title": self.facts.title, "sitting": self.facts.room}
        self.house.database.later(outside.tell, kind, self.facts.contract, about | data)

    def keep_state(self) -> None:
        """What a restarted process needs to go on."""
        chosen = {name: self.settings[name] for name in SHARED if self.settings[name] != self.facts.settings[name]}
        state = {
            "locked": self.locked, "spotlight": self.spotlight, "timer": self.timer, "settings": chosen,
            "roles": self.roles, "hands": self.hands, "recording": self.recorder.kept(), "hosted": self.hosted,
        }  # fmt: skip
        self._unsaved = False
        self.house.database.later(store.keep_state, self.facts.sitting, state, self.peak)

    def cut(self, who: Participant) -> None:
        """The line is gone; the chair, or the place in the lobby, is kept for a while."""
        who.connection = None
        who.lost_at = time.monotonic()
        if who.id in self.people:
            who.set_talking(False)
            self.changed(who, network=0, talking=False)

    def back(self, who: Participant) -> None:
        """The same person on a new line, the chair still warm."""
        who.lost_at, who.patience = None, CHAIR_KEPT
        if who.id in self.lobby:
            self.wait(who, self.must_wait(who) or "waiting")
            return
        who.network = 4
        kept = who.media is not None
        who.tell(self.welcome(who, kept=kept))
        self.changed(who, network=4)
        if not kept:
            self.start_media(who)

    def forget_media(self, who: Participant) -> None:
        """Nothing is left of a browser's connections: both begin anew when it is back."""
        if who.media:
            self.spawn(who.media.stop())
            who.media = None
        who.streams = []
        self.phones.somebody_left(who.id)
        self.changed(who, streams=[])
        self.look_again()

    def leave(self, who: Participant, reason: str) -> None:
        """Somebody is out."""
        if self.lobby.pop(who.id, None):
            self.tell_lobby()
        if self.people.pop(who.id, None) is None:
            self.house.forget_licence(who)
            return
        who.set_talking(False)
        self._unsaved = self.hands.pop(who.id, None) is not None or self._unsaved
        if who.media:
            self.spawn(who.media.stop())
        self.house.forget_licence(who)
        self.broadcast({"t": "left", "id": who.id, "name": who.name, "reason": reason})
        self.house.database.later(store.left, who.id, self.facts.now(), reason, round(who.talked))
        self.tell_outside("meeting.left", {"attendance": who.id, "name": who.name, "reason": reason})
        for feature in FEATURES.values():
            feature.left(self, who)
        if self.spotlight == who.id:
            self.spotlight = ""
            self.broadcast({"t": "spotlight", "who": ""})
        if not self.people:
            self._alone_since = time.monotonic() - (CHAIR_KEPT if reason == "left" else 0)
        self.phones.somebody_left(who.id)

    # the host's role

    def _host_came(self, who: Participant) -> None:
        """Whoever stood in gives the role back; those who waited for a host move on."""
        self._hostless_since = None
        self._unsaved, self.hosted = self._unsaved or not self.hosted, True
        if self.stand_in and who.ticket.role == "host":
            stand_in = self.people.get(self.stand_in)
            self.stand_in = ""
            if stand_in and stand_in.id != who.id:
                self.give_role(stand_in, stand_in.ticket.role, keep=False)
        for waiting in list(self.lobby.values()):
            if not self.must_wait(waiting) and not self.is_full:
                self.enter(waiting)
        self.tell_lobby()

    def give_role(self, who: Participant, role: str, *, keep: bool = True) -> None:
        who.role = role
        if keep:
            self.roles[who.ticket.key] = role
            self.keep_state()
        self.changed(who, role=role)
        who.tell({"t": "rights", "rights": self.rights(who)})
        self.house.database.later(store.changed, who.id, role=role)
        if who.is_host:
            self.tell_lobby()
            who.tell({"t": "resume", "token": self.token(who)})

    def _pass_on_host(self) -> None:
        """No host has been here for a while: the longest-standing member stands in, else a guest. Where no host has
        come yet a guest does not: whoever has the link would be host of an empty room."""
        able = [who for who in self.people.values() if self.hosted or who.ticket.kind != "guest"]
        present = [who for who in able if who.connection]
        if self.hosts or not present:
            self._hostless_since = None
            return
        self._hostless_since = self._hostless_since or time.monotonic()
        if time.monotonic() - self._hostless_since < HOST_AWAY:
            return
        rank = {"presenter": 0, "attendee": 1}
        next_ = min(present, key=lambda who: (rank.get(who.role, 2), who.ticket.kind == "guest", who.since))
        self.stand_in = next_.id
        self._hostless_since = None
        self.give_role(next_, "host", keep=False)

    # time passes

    async def tick(self) -> None:
        """Once a second: chairs that stay empty, a missing host, an empty room, hands."""
        now = time.monotonic()
        if self._unsaved:
            self.keep_state()
        for who in [*self.people.values(), *self.lobby.values()]:
            if who.lost_at and now - who.lost_at > who.patience:
                self.leave(who, "left" if who.patience == PAGE_KEPT else "lost")
        self._pass_on_host()
        if (
            not self.people
            and not self.lobby
            and self._alone_since is not None
            and now - self._alone_since > CHAIR_KEPT
        ):
            await self.end("empty")

    async def end(self, reason: str, detail: dict[str, Any] | None = None) -> None:
        """The sitting is over for everybody, with its reason."""
        if self.ended:
            return
        self.ended = True
        detail = detail or {}
        for who in [*self.people.values(), *self.lobby.values()]:
            text = say(reason, who.language)
            who.tell({"t": "ended", "reason": reason, "text": text, "why": [], "clause": "", **detail})
            if who.connection:
                who.connection.close(REFUSED if reason != "service" else GOING_AWAY, reason)
        await self._end_of(self.recorder.stop())
        for feature in FEATURES.values():
            await self._end_of(feature.closed(self))
        for who in list(self.people.values()):
            self.leave(who, "ended")
        await self._end_of(self.phones.close())
        if self.house.rooms_reachable:
            self.spawn(self.house.rooms.destroy(self.id, self.secret))
        self.house.database.later(store.end_sitting, self.facts.sitting, self.facts.now(), reason, detail, self.peak)
        self.tell_outside("meeting.ended", {"reason": reason})
        self.house.forget(self)

    async def _end_of(self, part: Awaitable[None]) -> None:
        """A part of the end that fails is written down: the sitting ends all the same."""
        try:
            await part
        except Exception:
            log.exception("%s: a part of its end failed", self.id)

    def take_over(self, who: Participant, terminal: dict[str, Any]) -> None:
        """LO-11: the licence is used on another terminal now."""
        who.tell({"t": "taken-over", "terminal": terminal, "text": say("taken-over", who.language)})
        if who.connection:
            who.connection.close(TAKEN_OVER, "taken over")
        self.leave(who, "taken-over")
