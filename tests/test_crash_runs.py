"""The worker that makes a month's preview dies at random points: it goes on where it stood, no contract counts twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

CONTRACTS = 90
SETUP = f"""
from datetime import timedelta
from musubu import clock
from musubu.billing import runs
from musubu.contracts import actions, presets
from musubu.parties import cast
now = clock.now()
with clock.standing_at(now - timedelta(days=100)):
    provider = cast.make_provider("crash", sandbox=False)
    presets.seed_catalogue(provider)
    organisation, owner = cast.make_contractor(provider)
    plan = provider.plans.get(service="exaas", code="basic-100")
    for n in range({CONTRACTS}):
        actions.conclude(contract=actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner))
runs.prepare(provider=provider, person=cast.make_staff(provider), month=clock.today())
"""
# one long-lived parent forks a worker at a time, so that each kill costs no start-up
WORK = """
import os, sys
import musubu.cli; musubu.cli.django()
from datetime import timedelta
from django.db import connections
from musubu.billing import runs, walks
walks.BATCH = 1
walks.SILENCE = timedelta(seconds=0.02)
from musubu.billing.models import BillingRun
from musubu.contracts.models import Contract
runs.look(BillingRun.objects.get(), Contract.objects.first())  # what is parsed once is parsed here
for line in sys.stdin:
    connections.close_all()
    child = os.fork()
    if child == 0:
        walks.go_on(runs.PREVIEW)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""


def looked_at(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT looked FROM billing_billingrun").fetchone()[0])


def wait_until(database: sqlite3.Connection, looked: int) -> None:
    end = time.monotonic() + 20
    while looked_at(database) < min(looked, CONTRACTS) and time.monotonic() < end:
        time.sleep(0.002)


@pytest.mark.slow
def test_a_preview_survives_its_workers(tmp_path: Path) -> None:
    environment = {
        **os.environ, "MUSUBU_VAR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "musubu.site.settings",
    }  # fmt: skip
    run = [sys.executable, "-c"]
    django = "import musubu.cli; musubu.cli.django()\n"
    subprocess.run([*run, "from musubu.cli import main; main(['migrate'])"], env=environment, check=True)
    subprocess.run([*run, django + SETUP], env=environment, check=True)
    parent = subprocess.Popen([*run, WORK], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin and parent.stdout
    killed, chance, database = 0, random.Random(3), sqlite3.connect(tmp_path / "musubu.sqlite3")
    ended = None
    for _ in range(400):
        parent.stdin.write("go\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        wait_until(database, looked_at(database) + chance.randint(0, 3))  # counted, so that speed plays no part
        time.sleep(chance.uniform(0.0, 0.006))
        if looked_at(database) < CONTRACTS:  # the last one may finish
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        killed += int(parent.stdout.readline()) == signal.SIGKILL
        time.sleep(0.03)
        ended = database.execute("SELECT ended_at FROM billing_billingrun").fetchone()[0]
        if ended:
            break
    parent.stdin.close()
    parent.wait(20)
    assert ended and killed > 10, f"{killed} workers died"
    looked, contracts = database.execute("SELECT looked, contracts FROM billing_billingrun").fetchone()
    lines = database.execute("SELECT count(*), count(DISTINCT contract_id) FROM billing_runline").fetchone()
    assert (looked, contracts, lines) == (CONTRACTS, CONTRACTS, (CONTRACTS, CONTRACTS))
    sums = database.execute("SELECT DISTINCT subtotal, tax, invoices FROM billing_runline").fetchall()
    assert sums == [(120_000, 12_000, 1)]
