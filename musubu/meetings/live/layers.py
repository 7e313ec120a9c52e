"""Which layer of each picture a receiver gets: by the size of its tile and by what the line carries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

# simulcast layers of a camera: (least height of a tile in pixels for which it is worth it, kbit/s it takes)
LAYERS = ((0, 120), (270, 350), (540, 1_100))
SCREEN_KBPS = (300, 1_200)  # coarse, fine: a screen is sent in two layers, the text sharp in both
SOUND_KBPS = 60  # kept free for sound before any picture
# % lost downwards, each with what ends it again, so that a line on the edge does not make pictures jump
LOSSY, LOSSY_NO_MORE = 5.0, 3.0  # one layer less, so that repairs have room
DEAD, DEAD_NO_MORE = 20.0, 12.0  # pictures stop, sound goes on
HEAVY = 15.0  # so much is lost only where more is sent than fits, or where the line itself is bad
CALM = 10.0  # below this more may be tried
LIFTED, LIFTED_LATEST = 3, 24  # calm reports after which more is tried; twice as many each time that it was too much
LEAST = SOUND_KBPS + 2 * LAYERS[0][1]  # kbit/s tried at first, so that pictures come back soon after a short trouble
WIDE = 3_000  # kbit/s from which nothing is held back any more


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture on the screen; `height` in device pixels."""

    feed: str
    source: str
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a receiver's line, from all its reports so far; see `follow`."""

    loss: float = 0.0  # % on average of late
    lossy: bool = False
    dead: bool = False
    kbps: int = 0  # what fits through; 0: as much as wanted
    calm: int = 0  # reports in a row
    patience: int = LIFTED
    cut_at: tuple[int, float] = (0, 0.0)  # what was sent (kbit/s) and lost (%) when `kbps` was found


def follow(before: Line, lost: float, came: int) -> Line:
    """The line after one more report: so many % were lost, so many kbit/s came."""
    loss = (before.loss + lost) / 2
    lossy = loss >= (LOSSY_NO_MORE if before.lossy else LOSSY)
    sent = round(came / max(0.1, 1 - lost / 100))
    if lost >= HEAVY and not _in_vain(sent, lost, before.cut_at):
        patience = min(LIFTED_LATEST, before.patience * 2) if before.kbps else LIFTED
        kbps = max(1, min(came, before.kbps or came))
        return Line(loss, lossy, before.dead and loss >= DEAD_NO_MORE, kbps, 0, patience, (sent, lost))
    dead = loss >= (DEAD_NO_MORE if before.dead else DEAD)
    calm = before.calm + 1 if lost < CALM else 0
    if before.kbps and calm >= before.patience:
        wider = max(LEAST, before.kbps * 3 // 2)
        return Line(loss, lossy, dead, wider, 0, before.patience, before.cut_at) if wider < WIDE else Line(loss, lossy)
    return replace(before, loss=loss, lossy=lossy, dead=dead, calm=calm)


def _in_vain(sent: int, lost: float, cut_at: tuple[int, float]) -> bool:
    """Much less is sent than when the line was found too narrow, and as much is lost: the line itself is bad, and
    coarser pictures mend nothing."""
    return sent < 0.8 * cut_at[0] and lost > 0.7 * cut_at[1]


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
    if line.dead:
        kept = [w for w in wanted if w.source == "screen"][:1]
        return {(w.feed, w.source): 0 if w in kept else -1 for w in wanted}
    chosen = {(w.feed, w.source): _eased(by_size(w), line.lossy) for w in wanted}
    if not line.kbps:
        return chosen
    room = line.kbps - SOUND_KBPS
    for least in (0, -1):
        for wish in reversed(wanted):
            while chosen[wish.feed, wish.source] > least and _spent(wanted, chosen) > room:
                chosen[wish.feed, wish.source] -= 1
    return chosen


def received(wishes: Iterable[Wish], got: Mapping[tuple[str, str], int]) -> tuple[float | None, bool]:
    """What a receiver has of the pictures that it looks at: the mean layer of cameras, and whether any picture is
    coarser than its tile or left out."""
    looked = {(w.feed, w.source): by_size(w) for w in wishes if w.height > 0 and (w.feed, w.source) in got}
    cameras = [got[key] for key in looked if key[1] == "camera" and got[key] >= 0]
    mean = sum(cameras) / len(cameras) if cameras else None
    return mean, any(got[key] < best for key, best in looked.items())


def _spent(wanted: Iterable[Wish], chosen: dict[tuple[str, str], int]) -> int:
    return sum(cost(w, chosen[w.feed, w.source]) for w in wanted if chosen[w.feed, w.source] >= 0)


def _eased(layer: int, lossy: bool) -> int:
    return max(0, layer - 1) if lossy else layer
