"""What can happen to a contract. Times are local (Asia/Tokyo) and naive inside the terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime  # naive, Asia/Tokyo
    what: str  # concluded | cancel | stop-renewal | pay | outage | claim | … as docs/simulation.md lists
    data: Mapping[str, Any] = field(default_factory=dict)  # keys as in a scenario; dates as date, times as datetime
