"""The hand computations in docs/simulation.md are what the simulator says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from musubu.terms import SERVICES, simulate

DOCS = Path(__file__).resolve().parents[3] / "docs"
BLOCKS = dict(re.findall(r"^```(\w+)\n(.+?)^```", (DOCS / "simulation.md").read_text(encoding="utf-8"), re.M | re.S))


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_is_said(service: str) -> None:
    said = [simulate.entry(one) for one in simulate.run(simulate.read(DOCS / "scenarios" / f"{service}.toml"))]
    lines = BLOCKS[service].strip().splitlines()
    assert len(lines) > 3
    for line in lines:
        day, what, *pairs = line.split()
        wanted = dict(pair.split("=") for pair in pairs)
        found = [
            one
            for one in said
            if one["at"].startswith(day)
            and one["what"] == what
            and all(str(one[key]) == value for key, value in wanted.items())
        ]
        assert len(found) == 1, line
