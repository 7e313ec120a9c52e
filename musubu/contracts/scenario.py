"""A live contract as a scenario, so that `musubu terms simulate` can say the same of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from musubu.contracts import playing
from musubu.contracts.models import Contract


def of(contract: Contract, until: date) -> dict[str, Any]:
    """The scenario of a contract's journal up to the end of a day: dates and times as text."""
    events = [
        {"at": playing.local(event.at).isoformat(), "what": event.what, **event.data}
        for event in contract.events.order_by("n")
    ]
    return {"terms": contract.service, "until": until.isoformat(), "contract": contract.particulars, "event": events}


def as_toml(contract: Contract, until: date) -> str:
    """The scenario as a file."""
    found = of(contract, until)
    lines = [f'terms = "{found["terms"]}"', f'until = "{found["until"]}"', "", "[contract]", *_pairs(found["contract"])]
    for event in found["event"]:
        lines += ["", "[[event]]", *_pairs(event)]
    return "\n".join(lines) + "\n"


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{json.dumps(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_pairs(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
