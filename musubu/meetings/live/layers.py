"""Which layer of each picture a receiver gets: by the size of its tile and by what the line carries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# simulcast layers of a camera: (least height of a tile in pixels for which it is worth it, kbit/s it takes)
LAYERS = ((0, 120), (270, 350), (540, 1_100))
SCREEN_KBPS = (300, 1_200)  # coarse, fine: a screen is sent in two layers, the text sharp in both
SOUND_KBPS = 60  # kept free for sound before any picture
DEAD_LINE = 12.0  # % lost downwards: pictures stop, sound goes on


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture on the screen; `height` in device pixels."""

    feed: str
    source: str
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a receiver's line; 0 kbit/s: unknown, so as much as wanted."""

    loss: float = 0.0
    kbps: int = 0


def by_size(wish: Wish) -> int:
    """The layer that a tile of this size can show."""
    if wish.source == "screen":
        return 0 if wish.height < 300 else 1
    return max(number for number, (least, _kbps) in enumerate(LAYERS) if wish.height >= least)


def cost(wish: Wish, layer: int) -> int:
    return SCREEN_KBPS[layer] if wish.source == "screen" else LAYERS[layer][1]


def choose(wishes: Iterable[Wish], line: Line) -> dict[tuple[str, str], int]:
    """(feed, source) -> layer, or -1: not now. A shared screen is served first, then the larger tiles; when the line is
    short every picture is first made coarser, the smallest of them first, and only then left out."""
    wanted = sorted((w for w in wishes if w.height > 0), key=lambda w: (w.source != "screen", -w.height, w.feed))
    if line.loss >= DEAD_LINE:
        kept = [w for w in wanted if w.source == "screen"][:1]
        return {(w.feed, w.source): 0 if w in kept else -1 for w in wanted}
    chosen = {(w.feed, w.source): _eased(by_size(w), line.loss) for w in wanted}
    if not line.kbps:
        return chosen
    room = line.kbps - SOUND_KBPS
    for lowest in (False, True):
        for wish in reversed(wanted):
            spent = sum(cost(w, chosen[w.feed, w.source]) for w in wanted if chosen[w.feed, w.source] >= 0)
            if spent <= room:
                return chosen
            key = wish.feed, wish.source
            chosen[key] = 0 if not lowest else -1
    return chosen


def received(wishes: Iterable[Wish], got: Mapping[tuple[str, str], int]) -> tuple[float | None, bool]:
    """What a receiver has of the pictures that it looks at: the mean layer of cameras, and whether any picture is
    coarser than its tile or left out."""
    looked = {(w.feed, w.source): by_size(w) for w in wishes if w.height > 0 and (w.feed, w.source) in got}
    cameras = [got[key] for key in looked if key[1] == "camera" and got[key] >= 0]
    mean = sum(cameras) / len(cameras) if cameras else None
    return mean, any(got[key] < best for key, best in looked.items())


def _eased(layer: int, loss: float) -> int:
    """One layer less on a line that loses, so that repairs have room."""
    return max(0, layer - 1) if loss >= 5.0 else layer
