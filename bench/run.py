"""`script/bench`: run one measurement, keep its row, and make docs/measurements.md from all rows."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
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
        if module.name != "run":
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
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
