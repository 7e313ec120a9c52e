"""Workers die at random points; nothing is lost and nothing happens twice."""

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

KILLS = 200
SETUP = """
from datetime import datetime, timedelta
from musubu import clock
from musubu.contracts import actions, presets
from musubu.parties import cast
from musubu.parties.models import Provider
now = clock.now()
with clock.standing_at(now - timedelta(days=300)):
    provider = cast.make_provider("crash", sandbox=False)
    presets.seed_catalogue(provider)
    for n in range(60):
        organisation, owner = cast.make_contractor(provider, f"c{n}", f"owner@c{n}.example")
        plan = provider.plans.filter(service=["simpleconnect", "exaas", "learno"][n % 3]).first()
        actions.conclude(contract=actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner))
"""
# one long-lived parent forks a worker round at a time, so that each of the many kills costs no start-up
WORK = """
import os, sys, signal
import musubu.cli; musubu.cli.django()
from django.db import connections
from musubu.contracts import deadlines
deadlines.BATCH = 1
deadlines.CLAIM = __import__('datetime').timedelta(seconds=0.05)
from musubu.cli import worker
for line in sys.stdin:
    connections.close_all()
    child = os.fork()
    if child == 0:
        worker.round_once()
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "MUSUBU_VAR": str(tmp_path),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "musubu.site.settings",
    }
    run = [sys.executable, "-c"]
    django = "import musubu.cli; musubu.cli.django()\n"
    subprocess.run([*run, "from musubu.cli import main; main(['migrate'])"], env=environment, check=True)
    subprocess.run([*run, django + SETUP], env=environment, check=True)
    parent = subprocess.Popen([*run, WORK], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin and parent.stdout
    killed = 0
    chance = random.Random(7)
    for _ in range(KILLS):
        parent.stdin.write("go\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.04))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        killed += int(parent.stdout.readline()) == signal.SIGKILL
    parent.stdin.close()
    parent.wait(20)
    subprocess.run(
        [*run, "from musubu.cli import main; raise SystemExit(main(['worker', '--once']))"], env=environment, check=True
    )
    subprocess.run(
        [*run, "from musubu.cli import main; raise SystemExit(main(['contracts', 'verify']))"],
        env=environment,
        check=True,
    )
    assert killed > KILLS // 3, f"only {killed} workers died at work"
    with sqlite3.connect(tmp_path / "musubu.sqlite3") as database:

        def count(sql: str) -> int:
            return int(database.execute(sql).fetchone()[0])

        assert (
            count("SELECT count(*) FROM contracts_outcome WHERE what='charge'")
            == count("SELECT count(*) FROM billing_charge")
            > 300
        )
        assert count("SELECT count(*) FROM contracts_outcome WHERE what='invoice.issued'") == count(
            "SELECT count(*) FROM billing_invoice"
        )
        assert count("SELECT count(DISTINCT number) FROM billing_invoice") == count(
            "SELECT max(number) FROM billing_invoice"
        )
        told = count("SELECT count(*) FROM notices_notice WHERE kind='invoice.issued' AND sent_at IS NOT NULL")
        assert told == count("SELECT count(*) FROM billing_invoice")
