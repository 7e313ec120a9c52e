"""Every clause with its rule and the tests that name it."""

from __future__ import annotations

import ast
import importlib
import json
import re
import tomllib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from musubu.terms.load import FOLDER, SERVICES, load

ROOT = Path(__file__).resolve().parent.parent.parent
ID = re.compile(r"\b(?:LO|SC|VG|LN|EX)-(?:annex\.)?\d+(?:\.\d+)*b?\b")
LATER = frozenset(  # clauses whose rule stands, and whose effect in a service is still to come
    tomllib.loads((FOLDER / "rule_only.toml").read_text(encoding="utf-8"))["rule_only"]
)
SLOT_MODULES = {
    "term": "duration", "renewal": "duration", "cancellation": "cancellation", "stop-renewal": "cancellation",
    "charging": "charging", "initial": "charging", "early-end": "charging", "invoice": "invoicing", "due": "invoicing",
    "tax": "invoicing", "debts": "invoicing", "interest": "payment", "short-payment": "payment", "reminder": "default",
    "fall": "default", "daily": "default", "default-case": "default", "retention": "videos", "fall-deletion": "videos",
    "deposit": "deposit", "deposit-applied": "deposit", "deposit-unpaid": "deposit", "deposit-paid": "deposit",
    "equipment": "equipment", "sale": "equipment", "evasion": "ending", "compensation": "outage", "compensation-cap": "outage",
    "claim-deadline": "outage", "carrier": "outage", "stopped-time": "outage", "counted-to": "cancellation",
    "end-notice": "notice_periods", "end-refund": "ending", "terms-notice": "notice_periods",
    "maintenance-notice": "notice_periods", "deletion": "ending", "ending": "ending", "death": "ending",
    "succession": "ending",
}  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """For every clause: clause, kind, rule (file and name), tests (file and name each), state."""
    tests = _tests()
    return [
        {
            "clause": clause,
            "kind": body["kind"],
            "rule": _rule(body["rule"]),
            "tests": tests.get(clause, []),
            "state": "rule only" if clause in LATER else "works",
        }
        for service in SERVICES
        for clause, body in load(service).clauses.items()
    ]


def _rule(named: Any) -> dict[str, str]:
    """File and name of a clause's rule; a name that does not exist is an error."""
    first = named if isinstance(named, str) else named[0]
    if ":" in first:
        module, _, name = first.partition(":")
        found = importlib.import_module(f"musubu.terms.{module}")
        reduce(getattr, name.split("."), found)
        return {"file": f"musubu/terms/{module.replace('.', '/')}.py", "name": name}
    module = SLOT_MODULES[first.partition(".")[0]]
    importlib.import_module(f"musubu.terms.rules.{module}")
    return {"file": f"musubu/terms/rules/{module}.py", "name": ", ".join([named] if isinstance(named, str) else named)}


def _tests() -> dict[str, list[dict[str, str]]]:
    """Which tests name which clause: test functions, and the cases of the tables that they run."""
    found: dict[str, list[dict[str, str]]] = {}
    for path in sorted((ROOT / "musubu").rglob("tests/test_*.py")) + sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        for name, words in _functions(source):
            _note(found, path, name, words)
    for path in sorted((ROOT / "musubu").rglob("tests/cases/*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", []):
            _note(found, path, case["name"], json.dumps(case, default=str))
    return found


def _functions(source: str) -> Iterator[tuple[str, str]]:
    """Each test function's name and words: its body, its decorators, and the tables that they take."""
    module = ast.parse(source)
    tables = {
        target.id: ast.get_source_segment(source, node) or ""
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts = [node, *node.decorator_list]
            names = {one.id for part in node.decorator_list for one in ast.walk(part) if isinstance(one, ast.Name)}
            words = [ast.get_source_segment(source, part) or "" for part in parts]
            yield node.name, "\n".join(words + [tables[name] for name in names if name in tables])


def _note(found: dict[str, list[dict[str, str]]], path: Path, name: str, words: str) -> None:
    for clause in sorted(set(ID.findall(words))):
        found.setdefault(clause, []).append({"file": str(path.relative_to(ROOT)), "name": name})


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_text(rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        rule = f"{row['rule']['file']}:{row['rule']['name']}"
        lines.append(f"{row['clause']:12} {row['kind']:12} {row['state']:9} {rule}  ({len(row['tests'])} tests)")
    return "\n".join(lines)
