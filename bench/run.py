"""`script/bench`: run one measurement, keep its row, and make docs/measurements.md from all rows."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench

DOCS = Path(__file__).resolve().parent.parent / "docs"
ROWS = DOCS / "measurements.json"


def benches() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if module.name not in ("run", "tryton_side"):
            found |= getattr(importlib.import_module(f"bench.{module.name}"), "BENCHES", {})
    return found


def main(args: list[str]) -> int:
    known = benches()
    if args == ["--list"]:
        print("\n".join(sorted(known)))
        return 0
    if len(args) != 1 or args[0] not in known:
        print(f"usage: script/bench --list | {' | '.join(sorted(known))}", file=sys.stderr)
        return 2
    row = {"name": args[0], **known[args[0]](), "date": datetime.now(UTC).date().isoformat()}
    row["conditions"] += f"; {os.cpu_count()} cores, Python {platform.python_version()}"
    rows = [one for one in json.loads(ROWS.read_text()) if one["name"] != row["name"]] if ROWS.exists() else []
    rows = sorted([*rows, row], key=lambda one: str(one["name"]))
    ROWS.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    (DOCS / "measurements.md").write_text(page(rows))
    (DOCS / "measurements.svg").write_text(plot(rows))
    print(json.dumps(row, ensure_ascii=False))
    return 0 if row["holds"] else 1


def page(rows: list[dict[str, Any]]) -> str:
    lines = ["# Measurements", "", "Made by `script/bench NAME` from `measurements.json`.", ""]
    lines += ["| name | value | reach | holds | conditions | date |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        holds = "yes" if row["holds"] else "no"
        cells = [
            f"`{row['name']}`",
            f"{row['value']} {row['unit']}",
            row["reach"],
            holds,
            row["conditions"],
            row["date"],
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "![Each figure beside its limit](measurements.svg)"]
    if (DOCS / "growth.svg").exists():
        lines += ["", "![Seconds of a month's run by the number of contracts](growth.svg)"]
    return "\n".join(lines) + "\n"


BAR = 26
LEFT, FULL, MOST = 220, 420, 470  # of the names, of a bar that just reaches its limit, of one that passes it by far
WIDTH = LEFT + MOST + 250


def plot(rows: list[dict[str, Any]]) -> str:
    """Bars: how much of the allowed time is used, or of the wanted speed is reached; the line marks the limit."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{BAR * len(rows) + 40}" font-family="sans-serif" font-size="13">'
    ]
    for place, row in enumerate(rows):
        limit = float(re.findall(r"[\d.]+", row["reach"].replace(",", ""))[0])
        length = min(MOST, round(FULL * float(row["value"]) / limit))
        y, colour = place * BAR + 8, "#146c43" if row["holds"] else "#b3261e"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{row["name"]}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{length}" height="17" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + length + 6}" y="{y + 13}">{row["value"]} {row["unit"]}</text>')
    bottom = BAR * len(rows) + 8
    parts.append(
        f'<line x1="{LEFT + FULL}" y1="2" x2="{LEFT + FULL}" y2="{bottom}" stroke="#333" stroke-dasharray="4 3"/>'
    )
    parts.append(f'<text x="{LEFT + FULL}" y="{bottom + 18}" text-anchor="middle">limit</text></svg>')
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
