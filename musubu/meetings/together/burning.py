"""A PDF with what was written on it: the pages stay what they are (text, lines), the notes are drawn over them."""

from __future__ import annotations

import json
import math
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from pycrdt import Doc, Map

from musubu.engines.office import fence, pdf
from musubu.engines.office.problems import Unusable

LIMITS = fence.Limits(seconds=60, memory=6 * 1024**3)
MOST_NOTES, MOST_POINTS = 20_000, 20_000
SHEET = Path(__file__).with_name("burning.typ")
PROGRAM = 'import typst; typst.compile("notes.typ", output="done.pdf", root=".")'


class NotBurnt(Exception):
    """The document could not be read by what draws on it."""


def with_notes(path: Path, state: bytes) -> bytes:
    """Raises NotBurnt. Runs in a fence: the document came from somebody else."""
    try:
        sizes = pdf.page_sizes(path)
    except Unusable as error:
        raise NotBurnt(error.why) from error
    with tempfile.TemporaryDirectory(prefix="notes-") as name:
        folder = Path(name)
        shutil.copyfile(path, folder / "document.pdf")
        shutil.copyfile(SHEET, folder / "notes.typ")
        (folder / "notes.json").write_text(json.dumps({"sizes": sizes, "notes": notes(state)}))
        try:
            done = fence.run([sys.executable, "-c", PROGRAM], folder, LIMITS, readable=(sys.prefix, sys.base_prefix))
        except fence.OutOfTime as error:
            raise NotBurnt("slow") from error
        made = folder / "done.pdf"
        if not made.exists():
            raise NotBurnt(done.out[-300:])
        return made.read_bytes()


def notes(state: bytes) -> list[dict[str, Any]]:
    """What browsers wrote, with everything left out that is not a note as it should be."""
    doc: Doc[Any] = Doc()
    found = doc.get("notes", type=Map)
    if state:
        doc.apply_update(state)
    told = found.to_py() or {}
    kept = [note for one in list(told.values())[:MOST_NOTES] if isinstance(one, dict) and (note := _note(one))]
    return sorted(kept, key=lambda note: note["at"])


def _note(told: dict[str, Any]) -> dict[str, Any] | None:
    try:
        page, at, width = int(told["page"]), float(told.get("at", 0)), float(told["width"])
        colour, kind = str(told["colour"]), str(told["kind"])
        points = [float(one) for one in list(told["points"])[: MOST_POINTS * 2]]
        words = str(told.get("text", ""))[:2_000]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    numbers = [at, width, *points]
    if not all(math.isfinite(one) for one in numbers) or any(abs(one) > 10 for one in points) or not 0 < width < 0.5:
        return None
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour) or kind not in ("pen", "marker", "text") or len(points) < 2:
        return None
    pairs = [points[n : n + 2] for n in range(0, len(points) - 1, 2)]
    return {"page": page, "at": at, "width": width, "colour": colour, "kind": kind, "points": pairs, "text": words}
