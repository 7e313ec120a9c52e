"""What a browser's session description offers to send, held against what it says of it."""

from __future__ import annotations

from collections.abc import Iterable

from musubu.meetings.live.protocol import Stream

KINDS = {"mic": "audio", "screen-sound": "audio", "camera": "video", "screen": "video"}


def kinds(sdp: str) -> dict[str, str]:
    """The mid of each of its m-lines -> audio or video."""
    found: dict[str, str] = {}
    kind = ""
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind = line[2:].partition(" ")[0]
        elif line.startswith("a=mid:") and kind:
            found[line[6:].strip()] = kind
    return found


def is_as_told(sdp: str, streams: Iterable[Stream]) -> bool:
    """Each source once, on an m-line of its kind: else a voice called a camera could not be muted."""
    told, known = list(streams), kinds(sdp)
    once = len({one.mid for one in told}) == len({one.source for one in told}) == len(told)
    return once and all(known.get(one.mid) == KINDS[one.source] for one in told)
