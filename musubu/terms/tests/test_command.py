"""`musubu terms …`: what it prints, and how it refuses wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from musubu.cli import main

GOOD = """
terms = "simpleconnect"
until = 2026-12-31
[contract]
monthly_fee = 8000
[[event]]
at = 2026-04-10T11:00:00
what = "concluded"
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_json_is_in_time_order_with_offset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terms", "simulate", written(tmp_path, GOOD), "--format", "json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    assert all(entry["at"].endswith("+09:00") and entry["clause"] for entry in entries)


@pytest.mark.parametrize("lang", ["ja", "en", "zh"])
def test_text_tells_what_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    assert main(["terms", "simulate", written(tmp_path, GOOD), "--lang", lang]) == 0
    assert "[SC-10.2]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("simpleconnect", "nothing"), "terms: unknown terms"),
        (("until = 2026-12-31", ""), "until: missing"),
        (("until = 2026-12-31", "until = 2026-13-31"), "not a TOML file"),
        (("until = 2026-12-31", 'until = "soon"'), "until: 'soon' is no date"),
        (("monthly_fee = 8000", ""), "contract.monthly_fee: missing"),
        (("monthly_fee = 8000", "monthly_fee = -1"), "contract.monthly_fee: -1"),
        (("monthly_fee = 8000", "monthly_fee = 80.5"), "contract.monthly_fee: 80.5"),
        (("monthly_fee = 8000", "monthly_fee = 8000\nfee = 1"), "contract.fee: unknown key"),
        (("monthly_fee = 8000", "monthly_fee = 8000\nspecial = {x = 1}"), "special.x: unknown figure"),
        (("monthly_fee = 8000", "monthly_fee = 8000\npayment = 'gold'"), "contract.payment: 'gold'"),
        (("monthly_fee = 8000", "monthly_fee = 8000\ndebit_day = 24"), "contract.debit_day: 24"),
        (('"concluded"', '"concluded"\ncolour = 1'), "event 1: colour: unknown key"),
        (('"concluded"', '"canceled"'), "event 1: what: 'canceled' is unknown"),
        (('"concluded"', '"cancel"'), "event 1: what: the first event must be 'concluded'"),
        (("2026-04-10T11:00:00", '"noon"'), "event 1: at: 'noon' is no time"),
        (('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-09\nwhat = "pay"'), "event 2: at: "),
        (('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-12\nwhat = "pay"\namount = -5'), "event 2: amount: -5"),
        (
            ('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-12\nwhat = "deposit"\namount = 5'),
            "event 2: due: missing",
        ),
        (('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-12\nwhat = "pay"\ninvoice = 9'), "event 2: invoice: "),
        (
            ('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-12\nwhat = "death"'),
            "event 2: what: 'death' has no rule",
        ),
        (
            ('"concluded"', '"concluded"\n[[event]]\nat = 2026-04-12\nwhat = "suspend"\nclause = "VG-1"'),
            "event 2: clause: ",
        ),
    ],
)
def test_wrong_scenarios(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], says: str
) -> None:
    path = written(tmp_path, GOOD.replace(*change))
    assert main(["terms", "simulate", path, "--format", "json"]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and f"{path}: {says}" in shown.err


OWN = 'preset = "simpleconnect"\n["SC-14"]\nlate_rate = "10.0"\n[custom.cancellation]\nrule = "cancellation.month-after-notice"\nnotice_months = 2\n'


def test_an_own_terms_file_plays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    path = written(
        tmp_path,
        GOOD.replace("simpleconnect", "own.toml") + '[[event]]\nat = 2026-07-10T09:00:00\nwhat = "cancel"\n',
    )
    assert main(["terms", "simulate", path, "--format", "json"]) == 0
    accepted = [e for e in json.loads(capsys.readouterr().out) if e["what"] == "cancellation.accepted"]
    assert accepted[0]["ends"] == "2026-09-10" and accepted[0]["clause"] == "custom"
    assert main(["terms", "check", str(tmp_path / "own.toml")]) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "not a TOML file"),
        ('preset = "gold"', "preset: 'gold' is not allowed; give one of liveon"),
        ('preset = "videog"\n["VG-22"]\nlate_rate = 14.5', "VG-22.late_rate: 14.5 is not allowed; give a rate"),
        ('preset = "videog"\n["VG-22"]\nrat = "1"', "VG-22.rat: unknown key; allowed with"),
        ('preset = "videog"\n["SC-14"]\nlate_rate = "1"', "SC-14: unknown key"),
        ('preset = "videog"\n[custom.x]\nrule = "due.never"', "custom.x.rule: 'due.never' is not allowed"),
        (
            'preset = "videog"\n["VG-11.3"]\nnew_due_days = 8',
            "new_due_days: 8 is not allowed; give a whole number from 1 to 7",
        ),
    ],
)
def test_wrong_terms_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    assert main(["terms", "check", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and f"{path}: " in shown.err and says in shown.err


def test_the_command_loads_no_web_framework(tmp_path: Path) -> None:
    code = "import sys; from musubu.cli import main; main(sys.argv[1:]); assert 'django' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code, "terms", "simulate", written(tmp_path, GOOD)], capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_explain_of_an_unknown_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terms", "explain", "SC-999"]) == 2
    assert "SC-999" in capsys.readouterr().err
