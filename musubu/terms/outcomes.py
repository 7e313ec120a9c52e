"""What can follow, each with its clause and the reasons that led there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a "why": a message key of `terms.explain.MESSAGES` and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    n: int  # position in the contract's play: with the contract it names this outcome for ever
    at: datetime  # naive, Asia/Tokyo
    what: str
    clause: str
    data: Mapping[str, Any] = field(default_factory=dict)  # dates as ISO text, yen as int
    why: tuple[Step, ...] = ()
