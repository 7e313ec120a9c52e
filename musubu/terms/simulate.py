"""A scenario file -> what happens, when, under which clause. The file's shape is described in docs/simulation.md."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from musubu.terms import explain
from musubu.terms.calendar import DAY, at_midnight
from musubu.terms.errors import EventError
from musubu.terms.events import Event
from musubu.terms.load import SERVICES, Terms, TermsError, load
from musubu.terms.outcomes import Outcome
from musubu.terms.particulars import particulars
from musubu.terms.play import EVENTS, play

# fmt: off
SHOWN_IN_JSON = frozenset((
    "term.begins", "term.renews", "cancellation.accepted", "contract.ends", "charge", "invoice.issued", "debit",
    "reminder", "interest", "short-payment", "plan.changed", "video.deleted", "deposit.case", "deposit.applied",
    "suspended", "resumed", "credit", "claim.refused", "notice.latest", "refund", "data.deleted",
))
# fmt: on
CAUSES = ("provider", "carrier", "force-majeure", "maintenance")
TOKYO = ZoneInfo("Asia/Tokyo")
Kind = str
# event -> key -> (kind, required)
KEYS: dict[str, dict[str, tuple[Kind, bool]]] = {
    "concluded": {},
    "cancel": {"wish": ("date", False)},
    "stop-renewal": {},
    "pay": {"amount": ("yen", False), "invoice": ("count", False), "received": ("date", False)},
    "take-back": {"payment": ("count", True), "amount": ("yen", False)},
    "give-back": {"amount": ("yen", True)},
    "outage": {
        "ends": ("time", True),
        "cause": ("cause", True),
        "known": ("time", False),
        "began": ("time", False),
        "carrier_paid": ("yen", False),
    },
    "claim": {"outage": ("count", False), "made": ("date", False), "carrier_share": ("yen", False)},
    "post-video": {"id": ("text", True)},
    "usage": {"amount": ("yen", True), "used": ("date", False)},
    "deposit": {"amount": ("yen", True), "due": ("date", True)},
    "plan-maintenance": {"starts": ("time", True)},
    "change-terms": {"disadvantageous": ("switch", False), "effective": ("date", True)},
    "change-price": {"effective": ("date", True), "monthly_fee": ("yen", True)},
    "end-service": {"on": ("date", True)},
    "suspend": {"clause": ("clause", True)},
    "lift": {"clause": ("clause", False)},
    "terminate": {"clause": ("clause", True)},
    "order-equipment": {"order": ("text", True), "amount": ("yen", True)},
    "cancel-order": {"order": ("text", True)},
    "ship-replacement": {"unit": ("text", True), "price": ("yen", True), "received": ("date", True)},
    "return-unit": {"unit": ("text", True), "returned": ("date", False)},
    "evaded": {"amount": ("yen", True)},
    "succession": {},
    "death": {},
}
# the slot of the rules without which an event means nothing under these terms
NEEDS = {
    "post-video": "retention",
    "usage": "deposit",
    "deposit": "deposit",
    "order-equipment": "sale",
    "cancel-order": "sale",
    "ship-replacement": "equipment",
    "return-unit": "equipment",
    "evaded": "evasion",
    "death": "death",
}


class ScenarioError(ValueError):
    """A scenario is wrong; the one-line message names the event's number and the key."""


def read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(error.strerror or "cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"not a TOML file: {' '.join(str(error).split())}") from None


def run(scenario: Mapping[str, Any], folder: Path | None = None) -> list[Outcome]:
    """Play a scenario; outcomes in time order. Raises ScenarioError."""
    if unknown := sorted(set(scenario) - {"terms", "until", "contract", "event"}):
        raise ScenarioError(f"{unknown[0]}: unknown key; allowed: terms, until, contract, event")
    terms = _terms(scenario, folder)
    until = _value("until", "date", _need(scenario, "until", "until"))
    contract = scenario.get("contract")
    if not isinstance(contract, Mapping):
        raise ScenarioError("contract: missing; give a [contract] table")
    if not isinstance(contract.get("special", {}), Mapping):
        raise ScenarioError("contract.special: give a table of figures")
    events = scenario.get("event", [])
    if not isinstance(events, list) or not all(isinstance(one, Mapping) for one in events):
        raise ScenarioError("event: give [[event]] tables")
    try:
        particulars(terms.special(contract.get("special", {})), contract)
        journal = [event(terms, number, one) for number, one in enumerate(events, 1)]
        _in_order(journal)
        outcomes = play(terms, contract, journal, at_midnight(until + DAY) - datetime.resolution).outcomes
    except EventError as error:
        raise ScenarioError(f"event {error.event}: {error.key}: {error.why}") from None
    except TermsError as error:
        raise ScenarioError(str(error)) from None
    return sorted(outcomes, key=lambda outcome: (outcome.at, outcome.n))


def _in_order(journal: list[Event]) -> None:
    """All events are checked, also those after the last day played."""
    for number, one in enumerate(journal, 1):
        if (number == 1) != (one.what == "concluded"):
            expected = "the first event must be 'concluded'" if number == 1 else "the contract is concluded already"
            raise ScenarioError(f"event {number}: what: {expected}")
        if number > 1 and one.at < journal[number - 2].at:
            raise ScenarioError(f"event {number}: at: {one.at.isoformat()} lies before the event above it")


def _terms(scenario: Mapping[str, Any], folder: Path | None) -> Terms:
    name = _need(scenario, "terms", "terms")
    if not isinstance(name, str):
        raise ScenarioError("terms: give the name of a service or a path to a terms file")
    if name not in SERVICES and folder and not Path(name).is_absolute() and (folder / name).is_file():
        name = str(folder / name)
    try:
        return load(name)
    except TermsError as error:
        raise ScenarioError(f"terms: {error}") from None


def event(terms: Terms, number: int, table: Mapping[str, Any]) -> Event:
    """One [[event]] table, checked. Raises ScenarioError."""
    where = f"event {number}: "
    what = _need(table, "what", where + "what")
    if what not in EVENTS:
        raise ScenarioError(f"{where}what: {what!r} is unknown; allowed: {', '.join(EVENTS)}")
    at = _value(where + "at", "time", _need(table, "at", where + "at"))
    keys = KEYS[what]
    data: dict[str, Any] = {}
    for key, given in table.items():
        if key in ("at", "what"):
            continue
        if key not in keys:
            raise ScenarioError(f"{where}{key}: unknown key; {what!r} takes {', '.join(keys) or 'no further keys'}")
        data[key] = _value(where + key, keys[key][0], given, terms)
    for key, (_, required) in keys.items():
        if required and key not in data:
            raise ScenarioError(f"{where}{key}: missing; {what!r} needs it")
    if what == "claim":
        data.setdefault("outage", 1)
    if terms.rule(NEEDS.get(what, "term")) is None:
        raise ScenarioError(f"{where}what: {what!r} has no rule under the terms of {terms.service}")
    return Event(at, what, data)


def _need(table: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in table:
        raise ScenarioError(f"{where}: missing")
    return table[key]


def _value(where: str, kind: Kind, given: Any, terms: Terms | None = None) -> Any:
    if kind == "date":
        return _date(where, given)
    if kind == "time":
        return _moment(where, given)
    whole = isinstance(given, int) and not isinstance(given, bool)
    allowed = {
        "yen": (whole and given >= 0, "whole yen, 0 or more"),
        "count": (whole and given >= 1, "a number from 1"),
        "switch": (isinstance(given, bool), "true or false"),
        "text": (isinstance(given, (str, int)) and not isinstance(given, bool) and str(given) != "", "a text"),
        "cause": (given in CAUSES, "one of " + ", ".join(CAUSES)),
        "clause": (
            isinstance(given, str) and given != "" and _known_clause(given, terms),
            "a clause id of these terms",
        ),
    }
    fits, says = allowed[kind]
    if not fits:
        raise ScenarioError(f"{where}: {given!r} is not allowed; give {says}")
    return given


def _known_clause(clause: str, terms: Terms | None) -> bool:
    return terms is None or clause in terms.clauses or clause == "custom"


def _date(where: str, given: Any) -> date:
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    if isinstance(given, datetime) or not isinstance(given, date):
        raise ScenarioError(f"{where}: {given!r} is no date; give one like 2026-09-15")
    return given


def _moment(where: str, given: Any) -> datetime:
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise ScenarioError(f"{where}: {given!r} is no time; give one like 2026-04-10T11:00:00") from None
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime.combine(given, time())
    if not isinstance(given, datetime):
        raise ScenarioError(f"{where}: {given!r} is no time; give one like 2026-04-10T11:00:00")
    moment: datetime = given
    return moment.astimezone(TOKYO).replace(tzinfo=None) if moment.tzinfo else moment


def entry(outcome: Outcome) -> dict[str, Any]:
    """One outcome as the JSON result has it."""
    return {"at": outcome.at.isoformat() + "+09:00", "what": outcome.what, "clause": outcome.clause, **outcome.data}


def as_json(outcomes: list[Outcome]) -> str:
    shown = [entry(outcome) for outcome in outcomes if outcome.what in SHOWN_IN_JSON]
    return json.dumps(shown, ensure_ascii=False, indent=2)


def as_text(outcomes: list[Outcome], lang: str = "ja") -> str:
    """A timeline that a person can read: moment, what, clause, and why."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.at:%Y-%m-%d %H:%M}  {explain.told(outcome, lang)}  [{outcome.clause}]")
        lines += [f"{'':18}· {explain.why(step.key, step.values, lang)}" for step in outcome.why]
    return "\n".join(lines)
