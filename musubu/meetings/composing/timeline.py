"""When who is seen: the stretches of a recording between which the picture is laid out anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHORTEST = 600  # milliseconds; changes that follow each other faster are one
GAP = {"camera": 3_000, "screen": 20_000}  # a source that sends nothing for longer is not shown meanwhile
Span = tuple[int, int]  # milliseconds from the film's begin, half open


@dataclass(frozen=True)
class Clip:
    """A playable file of one person's source. `spans`: when it sends, on the film's clock."""

    file: str
    person: str
    name: str
    source: str  # mic | camera | screen | screen-sound | phones
    kind: str  # audio | video
    begin: int
    end: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Presence:
    """A person and when they were there."""

    person: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Scene:
    """A stretch in which nothing changes: the screens shown, and everybody who is there, those with a picture first."""

    begin: int
    end: int
    screens: tuple[Clip, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Person:
    """Somebody who is there in a scene, with the camera's clip or none."""

    person: str
    name: str
    camera: Clip | None = field(default=None)


def spans_of(times: Sequence[int], begin: int, gap: int, length: int) -> tuple[Span, ...]:
    """When a source sends, from the times of its packets: broken where it is silent for longer than `gap`."""
    if not times:
        return ()
    found: list[Span] = []
    start = last = times[0]
    for time in times[1:]:
        if time - last > gap:
            found.append((begin + start, begin + last + 1))
            start = time
        last = time
    found.append((begin + start, begin + max(last + 1, length)))
    return tuple(found)


def presences(clips: Iterable[Clip], known: Iterable[Presence]) -> list[Presence]:
    """Everybody who sent something or is known to have been there, in the order of their coming."""
    spans: dict[str, list[Span]] = {}
    names: dict[str, str] = {}
    for one in known:
        names[one.person] = one.name
        spans.setdefault(one.person, []).extend(one.spans)
    for clip in clips:
        names.setdefault(clip.person, clip.name)
        spans.setdefault(clip.person, []).append((clip.begin, clip.end))
    found = [Presence(person, names[person], _joined(some)) for person, some in spans.items() if some]
    return sorted(found, key=lambda one: (one.spans[0][0], one.person))


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same without overlaps and holes that nobody would call leaving."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin - found[-1][1] <= 2_000:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def scenes(clips: Sequence[Clip], people: Sequence[Presence], length: int) -> list[Scene]:
    """The whole film, cut where somebody comes, goes, or begins or ceases to show something."""
    pictures = [clip for clip in clips if clip.kind == "video"]
    edges = {edge for clip in pictures for span in clip.spans for edge in span}
    edges |= {edge for one in people for span in one.spans for edge in span}
    cuts = [0]
    for edge in sorted(edges):
        if edge - cuts[-1] >= SHORTEST and length - edge >= SHORTEST:
            cuts.append(edge)
    found: list[Scene] = []
    for begin, end in zip(cuts, [*cuts[1:], length], strict=True):
        scene = _scene(pictures, people, begin, end)
        if found and (found[-1].screens, found[-1].people) == (scene.screens, scene.people):
            scene = Scene(found.pop().begin, end, scene.screens, scene.people)
        found.append(scene)
    return found


def _scene(pictures: Sequence[Clip], people: Sequence[Presence], begin: int, end: int) -> Scene:
    middle = (begin + end) // 2
    shown = [clip for clip in pictures if _within(clip.spans, middle)]
    cameras = {clip.person: clip for clip in shown if clip.source != "screen"}
    there = [Person(one.person, one.name, cameras.get(one.person)) for one in people if _within(one.spans, middle)]
    there.sort(key=lambda one: one.camera is None)  # stable: those with a picture first, else by their coming
    return Scene(begin, end, tuple(clip for clip in shown if clip.source == "screen"), tuple(there))


def _within(spans: Sequence[Span], moment: int) -> bool:
    return any(begin <= moment < end for begin, end in spans)


def chapters(clips: Sequence[Clip], people: Sequence[Presence], length: int) -> list[dict[str, object]]:
    """What a viewer jumps to: comings, goings and shared screens."""
    found: list[tuple[int, str, str]] = []
    for one in people:
        for begin, end in one.spans:
            found.append((begin if begin > SHORTEST else 0, "joined", one.name))
            if end < length - 2_000:
                found.append((end, "left", one.name))
    shared: dict[tuple[str, str], list[Span]] = {}
    for clip in clips:
        if clip.kind == "video" and clip.source == "screen":
            shared.setdefault((clip.person, clip.name), []).append((clip.begin, clip.end))
    for (_, name), spans in shared.items():
        for begin, end in _joined(spans):
            found.append((begin, "shares", name))
            if end < length - 2_000:
                found.append((end, "shared", name))
    return [{"at": max(0, at), "what": what, "name": name} for at, what, name in sorted(found)]
