"""How long 50,000 contracts take over one day boundary."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COUNT = 50_000
SETUP = f"""
import sys
from datetime import timedelta
import musubu.cli; musubu.cli.django()
from musubu import clock
from musubu.contracts import deadlines, presets
from musubu.contracts.models import Contract, Event, Plan, TermsVersion
from musubu.parties import cast
start = clock.now().astimezone(clock.TOKYO).replace(day=20, hour=10, minute=0, second=0, microsecond=0) - timedelta(days=62)
with clock.standing_at(start):
    provider = cast.make_provider("bench", sandbox=False)
    presets.seed_catalogue(provider)
    organisation, owner = cast.make_contractor(provider)
    plan = Plan.objects.get(provider=provider, service="simpleconnect", code="standard")
    version = TermsVersion.objects.get(provider=provider, service="simpleconnect")
    rows = [Contract(number=f"SC-{{n:06}}", provider=provider, organisation=organisation, service="simpleconnect", plan=plan,
        terms_version=version, responsible=owner, particulars={{"monthly_fee": 2980, "initial_fee": 5000}}, created_at=start,
        next_deadline=start) for n in range({COUNT})]
    Contract.objects.bulk_create(rows, batch_size=2000)
    Event.objects.bulk_create([Event(contract=row, n=1, at=start, what="concluded") for row in Contract.objects.all()], batch_size=2000)
"""
WORK = """
import resource, sys, time
import musubu.cli; musubu.cli.django()
from datetime import datetime
from musubu.contracts import deadlines
moment = datetime.fromisoformat(sys.argv[1])
deadlines.run_due(moment)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
BOUNDARY = """
import musubu.cli; musubu.cli.django()
from django.db.models import Min
from musubu.contracts.models import Contract
print(Contract.objects.aggregate(at=Min("next_deadline"))["at"].isoformat())
"""


def _python(code: str, environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *more], env=environment, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("a step of the measurement failed")
    return out.strip()


def day(environment: dict[str, str], database: str) -> dict[str, Any]:
    """Contracts are concluded, then two workers take all of them over the first of a month: renewal and charge."""
    _said(_python("from musubu.cli import main; main(['migrate'])", environment))
    _said(_python(SETUP, environment))
    start = _said(_python(BOUNDARY, environment))
    _two_workers(environment, start)
    boundary = _said(_python(BOUNDARY, environment))
    began = time.perf_counter()
    memory = _two_workers(environment, boundary)
    seconds = time.perf_counter() - began
    return {
        "value": round(seconds, 1),
        "unit": "s",
        "reach": "under 180 s, each worker under 400 MB",
        "holds": seconds < 180 and memory < 400,
        "conditions": f"{COUNT} contracts over one day boundary, two workers, {database}, {memory} MB the larger worker",
    }


def _two_workers(environment: dict[str, str], moment: str) -> int:
    workers = [_python(WORK, environment, moment) for _ in range(2)]
    return max(int(_said(worker)) for worker in workers)


def on_sqlite() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return day({**os.environ, "MUSUBU_VAR": folder, "DATABASE_URL": ""}, "SQLite")


def in_postgresql(module: str, name: str) -> dict[str, Any]:
    """Run a measurement of a module inside script/with-postgresql."""
    code = f"import json; from {module} import {name}; print(json.dumps({name}()))"
    root = Path(__file__).resolve().parent.parent
    command = [str(root / "script/with-postgresql"), sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def on_postgresql() -> dict[str, Any]:
    if "DATABASE_URL" not in os.environ:
        return in_postgresql("bench.contracts", "on_postgresql")
    with tempfile.TemporaryDirectory() as folder:
        return day({**os.environ, "MUSUBU_VAR": folder}, "PostgreSQL")


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "contracts.day": on_sqlite,
    "contracts.day.postgresql": on_postgresql,
}
