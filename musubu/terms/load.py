"""Terms files: a preset's figures under their clause ids, and a provider's own file on top of one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from musubu.terms.families import FAMILIES, WrongFigure

SERVICES = ("liveon", "simpleconnect", "videog", "learno", "exaas")
PREFIXES = {"liveon": "LO", "simpleconnect": "SC", "videog": "VG", "learno": "LN", "exaas": "EX"}
FOLDER = Path(__file__).parent / "services"
TEXT_KEYS = {
    "kind",
    "rule",
    "state",
    "grounds",
    "measures",
    "notice",
    "binds",
}  # of a clause's table; the rest are figures


class TermsError(ValueError):
    """A terms file is wrong; the message names the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One clause's rule: which family, with which figures."""

    clause: str
    family: str
    figures: Mapping[str, Any]

    def __getitem__(self, figure: str) -> Any:
        return self.figures[figure]


@dataclass(frozen=True)
class Terms:
    """One set of terms: the rule in each slot, and every clause's table as it stands in the file."""

    service: str
    rules: Mapping[str, tuple[Rule, ...]]
    clauses: Mapping[str, Mapping[str, Any]] = field(repr=False, hash=False)

    def rule(self, slot: str) -> Rule | None:
        rules = self.rules.get(slot)
        return rules[0] if rules else None

    def special(self, overrides: Mapping[str, Any]) -> Terms:
        """These terms with figures overridden by a special agreement (SC-1.3, EX-1, LN-1.2)."""
        if not overrides:
            return self
        known: set[str] = set()
        changed = {
            slot: tuple(_overridden(rule, overrides, known) for rule in rules) for slot, rules in self.rules.items()
        }
        for name in overrides:
            if name not in known:
                raise TermsError(f"special.{name}: unknown figure; known are {', '.join(sorted(self.figure_names()))}")
        return Terms(self.service, changed, self.clauses)

    def figure_names(self) -> set[str]:
        return {name for rules in self.rules.values() for rule in rules for name in rule.figures}


def _overridden(rule: Rule, overrides: Mapping[str, Any], known: set[str]) -> Rule:
    figures = dict(rule.figures)
    for name, given in overrides.items():
        clause, _, figure = name.rpartition(".")
        if figure in figures and clause in ("", rule.clause):
            known.add(name)
            figures[figure] = _checked(f"special.{name}", rule.family, figure, given)
    return Rule(rule.clause, rule.family, figures)


def _checked(where: str, family: str, figure: str, given: Any) -> Any:
    kinds = FAMILIES[family]
    if figure not in kinds:
        raise TermsError(f"{where}: unknown key; allowed with {family}: {', '.join(sorted(kinds)) or 'none'}")
    try:
        return kinds[figure].check(given)
    except WrongFigure as allowed:
        raise TermsError(f"{where}: {given!r} is not allowed; give {allowed}") from None


@lru_cache(maxsize=16)
def load(service: str) -> Terms:
    """The preset terms of one of the five services, or those of a terms file at a path."""
    if service in SERVICES:
        return parse((FOLDER / service / "terms.toml").read_text(encoding="utf-8"))
    path = Path(service)
    if not path.is_file():
        raise TermsError(f"unknown terms {service!r}; allowed: {', '.join(SERVICES)}, or a path to a terms file")
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> Terms:
    """Read a terms file. Raises TermsError with the key and what is allowed."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TermsError(f"not a TOML file: {error}") from None
    if "preset" in table:
        return _on_preset(table)
    service = table.pop("service", None)
    if service not in SERVICES:
        raise TermsError(f"service: {service!r} is not allowed; give one of {', '.join(SERVICES)} (or preset = …)")
    return _built(service, {clause: dict(body) for clause, body in table.items() if isinstance(body, dict)})


def _on_preset(table: dict[str, Any]) -> Terms:
    preset = table.pop("preset")
    if preset not in SERVICES:
        raise TermsError(f"preset: {preset!r} is not allowed; give one of {', '.join(SERVICES)}")
    clauses = {clause: dict(body) for clause, body in load(preset).clauses.items()}
    for key in ("name", "version", "effective"):
        table.pop(key, None)
    replaced: set[str] = set()
    for clause, body in table.pop("custom", {}).items():
        if not isinstance(body, dict) or "rule" not in body:
            raise TermsError(f'custom.{clause}: needs rule = "slot.family"; allowed: {", ".join(FAMILIES)}')
        clauses[f"custom.{clause}"] = {"kind": "auto", **body}
        replaced.add(str(body["rule"]).partition(".")[0])
    for clause, body in table.items():
        if clause not in clauses:
            raise TermsError(
                f"{clause}: unknown key; allowed: preset, name, version, effective, custom.*, or a clause id"
            )
        if not isinstance(body, dict):
            raise TermsError(f"{clause}: must be a table of figures")
        if "rule" in body and body["rule"] != clauses[clause].get("rule"):
            clauses[clause] = {"kind": clauses[clause].get("kind", "auto")}
        clauses[clause] |= body
    for clause, body in clauses.items():
        if not clause.startswith("custom."):
            body["rule"] = [family for family in _families(body) if family.partition(".")[0] not in replaced]
    return _built(preset, clauses)


def _families(body: Mapping[str, Any]) -> list[str]:
    """A clause names one rule or several; "module:function" names a function outside the loop."""
    named = body.get("rule", [])
    return [family for family in ([named] if isinstance(named, str) else named) if ":" not in str(family)]


def _built(service: str, clauses: dict[str, dict[str, Any]]) -> Terms:
    rules: dict[str, list[Rule]] = {}
    for clause, body in clauses.items():
        named = "custom" if clause.startswith("custom.") else clause
        for family, figures in _figures(clause, body).items():
            rules.setdefault(family.partition(".")[0], []).append(Rule(named, family, figures))
    for slot in ("term", "charging", "due", "tax"):
        if slot not in rules:
            raise TermsError(f"no clause gives a rule for {slot!r}")
    return Terms(service, {slot: tuple(found) for slot, found in rules.items()}, clauses)


def _figures(clause: str, body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each family that a clause names, with its figures; every figure belongs to exactly one of them."""
    families = _families(body)
    for family in families:
        if family not in FAMILIES:
            raise TermsError(f"{clause}.rule: {family!r} is not allowed; give one of {', '.join(FAMILIES)}")
    figures: dict[str, dict[str, Any]] = {family: {} for family in families}
    for key, given in body.items() if families else ():
        if key in TEXT_KEYS:
            continue
        family = next((family for family in families if key in FAMILIES[family]), families[0])
        figures[family][key] = _checked(f"{clause}.{key}", family, key, given)
    for family, found in figures.items():
        if missing := sorted(set(FAMILIES[family]) - set(found)):
            raise TermsError(f"{clause}.{missing[0]}: missing; give {FAMILIES[family][missing[0]].allowed()}")
    return figures
