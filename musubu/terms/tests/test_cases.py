"""The tables in cases/: worked by hand, to be read and extended by a lawyer."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from musubu.terms import simulate

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    scenario = {key: case[key] for key in ("terms", "until", "contract", "event")}
    result = [simulate.entry(outcome) for outcome in simulate.run(scenario)]
    for wanted in case.get("expect", []):
        assert any(wanted.items() <= entry.items() for entry in result), (wanted, result)
    kinds = Counter(entry["what"] for entry in result)
    for what in case.get("absent", []):
        assert not kinds[what], [entry for entry in result if entry["what"] == what]
    for what, times in case.get("count", {}).items():
        assert kinds[what] == times, [entry for entry in result if entry["what"] == what]
