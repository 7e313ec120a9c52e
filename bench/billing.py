"""How fast a month is billed, documents are made, deposits are matched, and a customer's page answers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from bench.contracts import in_postgresql

RUN_COUNT = 100_000
HEAD = """
import json, resource, sys, time
import musubu.cli; musubu.cli.django()
from datetime import datetime, timedelta
from django.db.models import Min
from musubu import clock
from musubu.contracts import deadlines, presets
from musubu.contracts.models import Contract, Event, Plan, TermsVersion
from musubu.parties import cast
from musubu.parties.models import Organisation
COUNT = int(sys.argv[1])
"""
MADE = (
    HEAD
    + """
start = clock.now().astimezone(clock.TOKYO).replace(day=20, hour=10, minute=0, second=0, microsecond=0) - timedelta(days=92)
with clock.standing_at(start):
    provider = cast.make_provider("bench", sandbox=False)
    presets.seed_catalogue(provider)
    organisation, owner = cast.make_contractor(provider)
    plan = Plan.objects.get(provider=provider, service="simpleconnect", code="standard")
    version = TermsVersion.objects.get(provider=provider, service="simpleconnect")
    table = {"monthly_fee": 2980, "options": {"recording": 1500, "number": 500}}
    Contract.objects.bulk_create([Contract(number=f"SC-{n:06}", provider=provider, organisation=organisation,
        service="simpleconnect", plan=plan, terms_version=version, responsible=owner, particulars=table, created_at=start,
        next_deadline=start) for n in range(COUNT)], batch_size=2000)
    Event.objects.bulk_create([Event(contract=row, n=1, at=start, what="concluded") for row in Contract.objects.all()],
        batch_size=2000)
"""
)
NEXT = (
    HEAD
    + """
print(Contract.objects.aggregate(at=Min("next_deadline"))["at"].isoformat())
"""
)
WORK = (
    HEAD
    + """
deadlines.run_due(datetime.fromisoformat(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
)


def _start(code: str, environment: dict[str, str], *more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *(str(one) for one in more)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("a step of the measurement failed")
    return out.strip()


def run(environment: dict[str, str], database: str, least: int, count: int = RUN_COUNT) -> dict[str, Any]:
    """Contracts with three lines each live to their invoice day; then two workers issue all invoices."""
    import time

    _said(_start("from musubu.cli import main; main(['migrate'])", environment))
    _said(_start(MADE, environment, count))
    memory, seconds = 0, 0.0
    for _stop in range(4):  # conclusion, first month, second month, invoices
        moment = _said(_start(NEXT, environment, count))
        began = time.perf_counter()
        workers = [_start(WORK, environment, count, moment) for _ in range(2)]
        memory = max(int(_said(worker)) for worker in workers)
        seconds = time.perf_counter() - began
    issued = int(
        _said(
            _start(
                HEAD + "from musubu.billing.models import Invoice; print(Invoice.objects.count())", environment, count
            )
        )
    )
    if issued != count:
        raise RuntimeError(f"{issued} invoices were issued, not {count}")
    speed = count / seconds
    return {
        "value": round(speed),
        "unit": "invoices/s",
        "reach": f"at least {least}, under 600 MB",
        "holds": speed >= least and memory < 600,
        "conditions": f"{count} contracts, three lines each, books and mails with them, two workers, {database}, {memory} MB the larger worker",
    }


def run_on_sqlite() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return run({**os.environ, "MUSUBU_VAR": folder, "DATABASE_URL": ""}, "SQLite", 250)


def run_on_postgresql() -> dict[str, Any]:
    if "DATABASE_URL" not in os.environ:
        return in_postgresql("bench.billing", "run_on_postgresql")
    with tempfile.TemporaryDirectory() as folder:
        return run({**os.environ, "MUSUBU_VAR": folder}, "PostgreSQL", 400)


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "billing.run": run_on_postgresql,
    "billing.run.sqlite": run_on_sqlite,
}
