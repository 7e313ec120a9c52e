"""What browsers may say, typed: anything else closes the socket with a reason. `web/src/meeting/protocol.ts` mirrors it.

A message is a JSON object whose `t` names its type. With a number `n` it is answered by {"t": "done", "n", …} or
{"t": "refused", "n", "why", "text"}; without one a refusal comes as {"t": "refused", "why", "text"}. The server may send
several messages in one frame as an array. Binary frames carry shared documents (see `live/shared.py`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

LARGEST = 256 * 1024  # bytes of one frame: session descriptions and pasted drawings
Sdp = Annotated[str, Meta(max_length=200_000)]
Id = Annotated[str, Meta(max_length=40)]
Text = Annotated[str, Meta(min_length=1, max_length=4_000)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Source = Literal["mic", "camera", "screen", "screen-sound"]
Percent = Annotated[float, Meta(ge=0, le=100)]
Rate = Annotated[int, Meta(ge=0, le=10_000_000)]  # kbit/s
Milliseconds = Annotated[float, Meta(ge=0, le=600_000)]


class Message(Struct, tag_field="t", forbid_unknown_fields=True):
    """The base of all; `n` asks for an answer."""

    n: int | None = None


class Hello(Message, tag="hello"):
    """The first message: a ticket, or a resume token after a cut. `fresh`: the page was loaded anew, so that of its
    connections to the engine nothing is left. `take_over` after the question about the licence."""

    ticket: Annotated[str, Meta(max_length=4_000)] = ""
    resume: Annotated[str, Meta(max_length=4_000)] = ""
    fresh: bool = False
    take_over: bool = False
    terminal: dict[str, Any] = {}


class Stream(Struct, forbid_unknown_fields=True):
    """One m-line of the sender's offer and what it carries."""

    mid: Annotated[str, Meta(max_length=8)]
    source: Source


class Publish(Message, tag="publish", kw_only=True):
    """Offer what is sent; answered with {"sdp"}. Sent again when something is added or changed."""

    sdp: Sdp
    streams: Annotated[list[Stream], Meta(max_length=12)]


class Answer(Message, tag="answer", kw_only=True):
    """The answer to the server's last `offer` (receiving side); `round` is that offer's number."""

    sdp: Sdp
    round: int


class Again(Message, tag="again"):
    """A connection was lost in the browser: begin the sending one (then `publish`) or the receiving one (an `offer`
    follows) anew."""

    sending: bool = False
    receiving: bool = False


class Want(Struct, forbid_unknown_fields=True):
    """One picture that is on this person's screen: `height` of its tile in device pixels, 0: out of sight."""

    feed: Id
    source: Source
    height: Annotated[int, Meta(ge=0, le=10_000)]


class View(Message, tag="view", kw_only=True):
    """All pictures that are wanted now; what is not named is not sent."""

    wants: Annotated[list[Want], Meta(max_length=60)]


class Network(Message, tag="network", kw_only=True):
    """How the line is, measured by the browser every few seconds: loss in % (up, down), round trip, what came and
    went in kbit/s, seconds that pictures stood still."""

    loss_up: Percent
    loss_down: Percent
    rtt: Milliseconds
    kbps_down: Rate = 0
    kbps_up: Rate = 0
    jitter: Milliseconds = 0
    freezes: Annotated[int, Meta(ge=0, le=100_000)] = 0
    freeze_seconds: Annotated[float, Meta(ge=0, le=1_000_000)] = 0
    limited: Annotated[str, Meta(max_length=12)] = ""  # none | cpu | bandwidth | other
    path: Annotated[str, Meta(max_length=12)] = ""  # udp | tcp | relay


class Arrived(Message, tag="arrived", kw_only=True):
    """The first picture (or sound, where nobody shows one) of the others was decoded, so long after the click."""

    ms: Annotated[int, Meta(ge=0, le=600_000)]


class Devices(Message, tag="devices"):
    """Whether microphone and camera are on; what is left out stays."""

    mic: bool | None = None
    camera: bool | None = None


class Hand(Message, tag="hand", kw_only=True):
    up: bool


class Reaction(Message, tag="reaction", kw_only=True):
    emoji: Annotated[str, Meta(min_length=1, max_length=16)]


class Chat(Message, tag="chat", kw_only=True):
    """To all, or to one (`to`); `file` names one that was uploaded to this meeting."""

    text: Annotated[str, Meta(max_length=4_000)] = ""
    to: Id = ""
    file: Id = ""


class Rename(Message, tag="rename", kw_only=True):
    name: Name


class Pointer(Message, tag="pointer", kw_only=True):
    """Where somebody points on a shared screen or document, as parts of its width and height; none: gone."""

    on: Id
    x: Annotated[float, Meta(ge=0, le=1)] | None = None
    y: Annotated[float, Meta(ge=0, le=1)] | None = None


class Admit(Message, tag="admit", kw_only=True):
    """From the lobby: one, or all with an empty id."""

    who: Id = ""


class TurnAway(Message, tag="turn-away", kw_only=True):
    who: Id


class Settings(Message, tag="settings"):
    """What the host changes for the room; what is left out stays."""

    locked: bool | None = None
    lobby: Literal["nobody", "guests", "everybody"] | None = None
    mute_on_entry: bool | None = None
    unmute_self: bool | None = None
    share: Literal["hosts", "presenters", "everybody"] | None = None
    draw: Literal["hosts", "presenters", "everybody"] | None = None
    chat: Literal["hosts", "everybody"] | None = None


class GiveRole(Message, tag="role", kw_only=True):
    """Make somebody co-host, presenter or attendee, or hand the host's role over."""

    who: Id
    role: Literal["host", "co-host", "presenter", "attendee"]


class Mute(Message, tag="mute", kw_only=True):
    """One, or everybody but hosts with an empty id."""

    who: Id = ""
    source: Source = "mic"


class AskUnmute(Message, tag="ask-unmute", kw_only=True):
    who: Id


class LowerHand(Message, tag="lower-hand", kw_only=True):
    who: Id = ""


class Remove(Message, tag="remove", kw_only=True):
    """Out of the room; `bar` keeps them out."""

    who: Id
    bar: bool = False


class Spotlight(Message, tag="spotlight"):
    """Show one to everybody; empty: nobody."""

    who: Id = ""


class Record(Message, tag="record", kw_only=True):
    on: bool


class End(Message, tag="end"):
    """For everybody."""


class Leave(Message, tag="leave"):
    """Only oneself."""


class Away(Message, tag="away"):
    """The page goes: it is being closed, or only loaded anew."""


class Timer(Message, tag="timer"):
    """Count down for all; 0 stops it."""

    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0


class Feature(Message, tag="feature", kw_only=True):
    """Polls, documents, boards and the like: `name` is the feature, `act` its verb; see `live/features.py`."""

    name: Annotated[str, Meta(max_length=20)]
    act: Annotated[str, Meta(max_length=20)]
    data: dict[str, Any] = {}


Incoming = (
    Hello | Publish | Answer | Again | View | Network | Arrived | Devices | Hand | Reaction | Chat | Rename | Pointer | Admit
    | TurnAway | Settings | GiveRole | Mute | AskUnmute | LowerHand | Remove | Spotlight | Record | End | Leave | Away | Timer
    | Feature
)  # fmt: skip
_decoder: msgspec.json.Decoder[Incoming] = msgspec.json.Decoder(Incoming)
_encoder = msgspec.json.Encoder()
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it; a backslash before it may itself be escaped


class Malformed(ValueError):
    """Not a message of this protocol. `n`: its number, if it had one by which its sender waits for an answer."""

    def __init__(self, why: str, n: int | None = None) -> None:
        super().__init__(why)
        self.n = n


def decode(text: str | bytes) -> Incoming:
    """Without the characters that a database cannot keep. Raises Malformed."""
    try:
        written = text.decode() if isinstance(text, bytes) else text
        if len(written) > LARGEST:
            raise ValueError("larger than a message may be")
        return _decoder.decode(_NUL.sub(r"\1", written) if "\\u0000" in written else written)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Malformed(str(error)[:200], _number(text)) from error


class _Numbered(msgspec.Struct):
    n: int | None = None


def _number(text: str | bytes) -> int | None:
    try:
        return msgspec.json.decode(text, type=_Numbered).n
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def encode(message: Any) -> bytes:
    return _encoder.encode(message)
