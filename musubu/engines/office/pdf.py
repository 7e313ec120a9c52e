"""What a PDF is before anybody is shown it: how many pages, how large, whether it asks for a password."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from musubu.engines.office import fence
from musubu.engines.office.problems import Unusable

MOST_PAGES = 1_000
LIMITS = fence.Limits(seconds=30, memory=1024**3)
HEAD = b"%PDF-"


def is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return HEAD in file.read(1024)


def page_sizes(path: Path) -> list[tuple[float, float]]:
    """(width, height) of each page in points, as it is looked at. Raises Unusable."""
    with tempfile.TemporaryDirectory(prefix="pdf-") as name:
        folder = Path(name)
        shutil.copyfile(path, folder / "document.pdf")
        try:
            done = fence.run(["pdfinfo", "-l", str(MOST_PAGES + 1), "{work}/document.pdf"], folder, LIMITS)
        except fence.OutOfTime as error:
            raise Unusable("slow") from error
    if "Incorrect password" in done.out:
        raise Unusable("locked")
    pages = re.search(r"^Pages:\s+(\d+)", done.out, re.M)
    if done.code or not pages or int(pages[1]) == 0:
        raise Unusable("unreadable")
    if int(pages[1]) > MOST_PAGES:
        raise Unusable("many-pages")
    return _sizes(done.out)


def _sizes(out: str) -> list[tuple[float, float]]:
    """pdfinfo tells size and rotation of every page; a turned page is as wide as it was high."""
    turned = {int(n): int(angle) for n, angle in re.findall(r"^Page\s+(\d+) rot:\s+(\d+)", out, re.M)}
    found = []
    for n, width, height in re.findall(r"^Page\s+(\d+) size:\s+([\d.]+) x ([\d.]+)", out, re.M):
        size = float(width), float(height)
        found.append((size[1], size[0]) if turned.get(int(n), 0) % 180 else size)
    return found
