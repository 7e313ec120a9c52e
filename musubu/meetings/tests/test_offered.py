"""What is sent must be what it is called, so that a host's mute reaches it."""

from __future__ import annotations

import pytest

from musubu.meetings.live.offered import is_as_told, kinds
from musubu.meetings.live.protocol import Source, Stream

SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"


def test_kinds_by_mid() -> None:
    assert kinds(SDP) == {"0": "audio", "1": "video"} and kinds("a=mid:0") == {} and kinds("") == {}


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ([("0", "mic"), ("1", "camera")], True), ([("0", "screen-sound"), ("1", "screen")], True), ([], True),
        ([("0", "camera")], False), ([("1", "mic")], False), ([("2", "mic")], False),
        ([("0", "mic"), ("0", "screen-sound")], False), ([("0", "mic"), ("1", "mic")], False),
    ],
)  # fmt: skip
def test_each_source_once_on_a_line_of_its_kind(told: list[tuple[str, Source]], holds: bool) -> None:
    assert is_as_told(SDP, [Stream(mid, source) for mid, source in told]) is holds
