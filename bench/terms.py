"""How fast contracts are played, and how fast `musubu terms simulate` answers."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from musubu import terms

Result = dict[str, Any]
YEAR = datetime(2027, 4, 30)


def _life(service: str, number: int) -> tuple[dict[str, Any], list[terms.Event]]:
    """A contract-year: twelve invoices where the service bills monthly, two late payments, one outage with claim."""
    start = datetime(2026, 4, 10, 11) + timedelta(days=number % 20)
    contract = {"monthly_fee": 8000 + number % 50_000, "initial_fee": 5000, "options": {"recording": 1500}}
    events = [terms.Event(start, "concluded")]
    pays = {"videog": 1, "liveon": 25}.get(service, 70)
    for month in range(11):
        late = 6 if service == "videog" else 40
        day = pays + 30 * month + (late if month in (3, 7) else 0)
        events.append(terms.Event(start + timedelta(days=day), "pay"))
    events.append(
        terms.Event(
            start + timedelta(days=100, hours=1),
            "outage",
            {"ends": start + timedelta(days=103), "cause": "provider"},
        )
    )
    events.append(terms.Event(start + timedelta(days=105), "claim", {"outage": 1}))
    return contract, sorted(events, key=lambda event: event.at)


def _play(number: int) -> int:
    service = terms.SERVICES[number % 5]
    contract, events = _life(service, number)
    return len(terms.play(terms.load(service), contract, events, YEAR).outcomes)


def years() -> Result:
    count, began = 1500, time.perf_counter()
    outcomes = sum(_play(number) for number in range(count))
    speed = count / (time.perf_counter() - began)
    return {
        "value": round(speed),
        "unit": "contract-years/s",
        "reach": "at least 300",
        "holds": speed >= 300,
        "conditions": f"one core, {count} contract-years over the five services, {outcomes // count} outcomes each",
    }


def _batch(numbers: range) -> int:
    for number in numbers:
        _play(number)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def population() -> Result:
    began = time.perf_counter()
    batches = [range(first, first + 1000) for first in range(0, 100_000, 1000)]
    with multiprocessing.Pool(2) as pool:
        memory = max(pool.map(_batch, batches, chunksize=1)) / 1024
    seconds = time.perf_counter() - began
    return {
        "value": round(seconds, 1),
        "unit": "s",
        "reach": "under 240 s and 500 MB",
        "holds": seconds < 240 and 2 * memory < 500,
        "conditions": f"100,000 contract-years on two cores, {memory:.0f} MB the larger of two processes",
    }


def start() -> Result:
    scenario = 'terms = "simpleconnect"\nuntil = 2026-12-31\n[contract]\nmonthly_fee = 8000\n'
    scenario += '[[event]]\nat = 2026-04-10T11:00:00\nwhat = "concluded"\n'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text(scenario)
        took = []
        for _ in range(15):
            began = time.perf_counter()
            command = [str(Path(sys.executable).parent / "musubu"), "terms", "simulate", str(path), "--format", "json"]
            subprocess.run(command, check=True, capture_output=True)
            took.append(time.perf_counter() - began)
    median = statistics.median(took)
    return {
        "value": round(median, 3),
        "unit": "s",
        "reach": "under 0.4 s",
        "holds": median < 0.4,
        "conditions": f"median of 15 starts of the command, slowest {max(took):.3f} s",
    }


BENCHES: dict[str, Callable[[], Result]] = {
    "terms.years": years,
    "terms.population": population,
    "terms.start": start,
}
