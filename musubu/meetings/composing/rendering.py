"""The one run of ffmpeg that makes the film: still backgrounds with all names, moving pictures laid over them, each
changing place and size by its own clock, and the sound of everybody mixed."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from musubu.engines import ffmpeg
from musubu.meetings.composing import layout
from musubu.meetings.composing.layout import Tile
from musubu.meetings.composing.timeline import Clip, Scene

RATE = 20  # pictures a second
CANVAS, EMPTY, WORDS, SOFT = "0x11161d", "0x222b36", "0xf2f5f8", "0xaab6c4"
AFTERWARDS = {
    "video": ["-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-maxrate", "2500k", "-bufsize", "5M",
              "-g", str(RATE * 2), "-pix_fmt", "yuv420p"],
    "audio": ["-c:a", "aac", "-b:a", "128k", "-ar", "48000"],
}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A tile for a time."""

    begin: int
    end: int
    tile: Tile


def render(
    clips: Sequence[Clip], scenes: Sequence[Scene], length: int, folder: Path, on_progress: Callable[[int], None]
) -> Path:
    """Make `meeting.mp4` in a folder that holds the clips' files. Raises EngineFailed."""
    laid = [(scene, layout.tiles(scene)) for scene in scenes]
    _backgrounds(laid, folder)
    shown = _shown(laid)
    sounds = [clip for clip in clips if clip.kind == "audio"]
    inputs = ["-f", "concat", "-i", "backgrounds.txt"]
    for clip in shown:  # a sender may change its picture's size at any moment: no new start of the graph then
        inputs += ["-threads", "1", "-reinit_filter", "0", "-i", clip.file]
    for clip in sounds:
        inputs += ["-i", clip.file]
    graph = [*_pictures(shown, length), *_sound(sounds, 1 + len(shown))]
    (folder / "graph.txt").write_text(";\n".join(graph))
    target = folder / "meeting.mp4"
    ffmpeg.run(
        [*inputs, "-filter_complex_script", "graph.txt", "-map", "[picture]", "-map", "[sound]",
         "-t", _seconds(length), *AFTERWARDS["video"], *AFTERWARDS["audio"], "-movflags", "+faststart", target.name],
        folder, on_progress,
    )  # fmt: skip
    return target


def poster(film: Path, at: int, folder: Path) -> None:
    """A still of the film, for the page."""
    ffmpeg.run(["-ss", _seconds(at), "-i", film.name, "-frames:v", "1", "-vf", "scale=640:-2", "poster.jpg"], folder)


def _shown(laid: Sequence[tuple[Scene, list[Tile]]]) -> dict[Clip, list[Placed]]:
    """Each clip that is seen at all, with its places in time; equal ones that follow each other are one."""
    found: dict[Clip, list[Placed]] = {}
    for scene, tiles in laid:
        for tile in tiles:
            if tile.clip is None:
                continue
            places = found.setdefault(tile.clip, [])
            if places and places[-1].end == scene.begin and places[-1].tile == tile:
                places[-1] = Placed(places[-1].begin, scene.end, tile)
            else:
                places.append(Placed(scene.begin, scene.end, tile))
    return found


def _pictures(shown: dict[Clip, list[Placed]], length: int) -> list[str]:
    chains = [f"[0:v]fps={RATE},format=yuv420p,trim=duration={_seconds(length)}[under0]"]
    for n, (clip, places) in enumerate(shown.items(), 1):
        wide, high = (_steps(places, lambda tile, of=of: getattr(tile, of)) for of in ("width", "height"))  # type: ignore[misc]
        x = _steps(places, lambda tile: f"({tile.x}+({tile.width}-w)/2)")
        y = _steps(places, lambda tile: f"({tile.y}+({tile.height}-h)/2)")
        seen = "+".join(_between(one) for one in places)
        chains.append(
            f"[{n}:v]setpts=PTS-STARTPTS+{_seconds(clip.begin)}/TB,fps={RATE},"
            f"scale=w='max(16,{wide})':h='max(16,{high})':eval=frame:force_original_aspect_ratio=decrease"
            f":force_divisible_by=2:flags=fast_bilinear[over{n}]"  # no filter after it: it would fix the size
        )
        chains.append(f"[under{n - 1}][over{n}]overlay=x='{x}':y='{y}':enable='{seen}'[under{n}]")
    chains.append(f"[under{len(shown)}]setsar=1[picture]")
    return chains


def _steps(places: Sequence[Placed], value: Callable[[Tile], object]) -> str:
    """A value that stands still between changes, as one flat sum: nested conditions would end at a hundred."""
    return "+".join(f"{_between(one)}*{value(one.tile)}" for one in places)


def _between(one: Placed) -> str:
    return f"gte(t,{_seconds(one.begin)})*lt(t,{_seconds(one.end)})"


def _sound(clips: Sequence[Clip], first: int) -> list[str]:
    """Everybody at once: each moved to its time, holes filled with silence, peaks held down."""
    if not clips:
        return ["anullsrc=r=48000:cl=stereo[sound]"]
    chains = []
    for n, clip in enumerate(clips):
        chains.append(
            f"[{first + n}:a]asetpts=PTS-STARTPTS,aresample=48000:async=1000:min_hard_comp=0.05,"
            f"aformat=sample_fmts=fltp:channel_layouts=stereo,adelay={clip.begin}:all=1[sound{n}]"
        )
    together = "".join(f"[sound{n}]" for n in range(len(clips)))
    chains.append(f"{together}amix=inputs={len(clips)}:normalize=0:dropout_transition=0,alimiter=limit=0.9,apad[sound]")
    return chains


def _backgrounds(laid: Sequence[tuple[Scene, list[Tile]]], folder: Path) -> None:
    """A still for each different layout, and the list of when each is shown."""
    known: dict[tuple[object, ...], str] = {}
    lines = ["ffconcat version 1.0"]
    for scene, tiles in laid:
        look = tuple((one.x, one.y, one.width, one.height, one.name, one.clip is None) for one in tiles)
        if look not in known:
            known[look] = f"background{len(known)}.png"
            _still(tiles, folder, known[look])
        lines += [f"file {known[look]}", f"duration {_seconds(scene.end - scene.begin)}"]
    lines.append(lines[-2])  # the last one needs an end
    (folder / "backgrounds.txt").write_text("\n".join(lines) + "\n")


def _still(tiles: Sequence[Tile], folder: Path, name: str) -> None:
    steps = []
    for n, tile in enumerate(tiles):
        steps.append(f"drawbox=x={tile.x}:y={tile.y}:w={tile.width}:h={tile.height}:color={EMPTY}:t=fill")
        size = 17 if tile.height > 90 else 13
        colour, y = SOFT, f"{tile.y + tile.height + (layout.LABEL - size) // 2 - 1}"
        if tile.clip is None:  # the name stands where the picture would be
            size, colour = max(16, min(44, tile.height // 6)), WORDS
            y = f"{tile.y}+({tile.height}-text_h)/2"
        words = _text(folder, f"{name}.{n}.txt", tile.name, tile.width // size * 2 - 2, size, colour)
        steps.append(f"{words}:x={tile.x}+({tile.width}-text_w)/2:y={y}")
    (folder / f"{name}.graph").write_text(",".join(["null", *steps]))
    source = f"color=c={CANVAS}:s={layout.WIDTH}x{layout.HEIGHT}"
    more = ["-f", "lavfi", "-i", source, "-filter_script:v", f"{name}.graph", "-frames:v", "1", name]
    ffmpeg.run(more, folder)


def _text(folder: Path, file: str, text: str, columns: int, size: int, colour: str) -> str:
    """The words stand in a file and are drawn as they are: nothing that somebody is called is read as a command."""
    (folder / file).write_text(fitted(text, columns))
    return f"drawtext=fontfile='{font()}':textfile={file}:expansion=none:fontsize={size}:fontcolor={colour}"


def fitted(text: str, columns: int) -> str:
    """One line of at most so many columns; Japanese characters take two."""
    found, used = "", 0
    for letter in "".join(one if one.isprintable() else " " for one in text).strip():
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > columns - 1:
            return found + "…"
        found += letter
    return found or " "


@lru_cache(maxsize=1)
def font() -> str:
    """A file with Japanese letters, as the system's font list finds it."""
    command = ["fc-match", "-f", "%{file}", "Noto Sans CJK JP"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"
