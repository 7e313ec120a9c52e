"""Workers die at random points; nothing is lost and nothing happens twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
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
    subprocess.run(
        [*run, "from musubu.cli import main; raise SystemExit(main(['billing', 'verify']))"],
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


WEB_KILLS = 40
WEB_SETUP = """
from musubu.api import keys
from musubu.contracts import actions, presets
from musubu.contracts.models import Contract
from musubu.parties import cast
provider = cast.make_provider("crash", sandbox=False)
presets.seed_catalogue(provider)
organisation, owner = cast.make_contractor(provider)
plan = provider.plans.get(service="simpleconnect", code="standard")
for n in range(40):
    actions.conclude(contract=actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner))
_, key = keys.create(provider=provider, organisation=organisation, person=owner, name="k", scopes=["read", "write"])
print(key, *Contract.objects.values_list("public_id", flat=True))
"""


def _cancel(address: str, key: str, contract: str) -> int:
    """The HTTP status of one cancellation; 0 where the connection broke."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": contract, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/v1/contracts/{contract}/cancellation", b"{}", headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
def test_the_web_process_dies_while_it_writes(tmp_path: Path) -> None:
    """A request that broke off is sent again with its key: one cancellation, one audit entry, none lost."""
    environment = {
        **os.environ, "MUSUBU_VAR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "musubu.site.settings",
    }  # fmt: skip
    run = [sys.executable, "-c"]
    subprocess.run([*run, "from musubu.cli import main; main(['migrate'])"], env=environment, check=True)
    django = "import musubu.cli; musubu.cli.django()\n"
    made = subprocess.run([*run, django + WEB_SETUP], env=environment, check=True, capture_output=True, text=True)
    key, *contracts = made.stdout.split()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    command = [gunicorn, "musubu.site.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
    server = subprocess.Popen(command, env=environment)
    address, broken, chance = f"http://127.0.0.1:{port}", 0, random.Random(11)
    try:
        for _ in range(100):
            if _children(server.pid) and _cancel(address, "x", contracts[0]) == 401:
                break
            time.sleep(0.1)
        for contract in contracts[:WEB_KILLS]:
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(_cancel, address, key, contract)
                time.sleep(chance.uniform(0.0, 0.03))
                for child in _children(server.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                broken += first.result() != 200
            for _ in range(100):
                if _cancel(address, key, contract) == 200:
                    break
                time.sleep(0.1)
    finally:
        server.terminate()
        server.wait(20)
    for check in (["contracts", "verify"], ["audit", "verify"]):
        subprocess.run(
            [*run, f"from musubu.cli import main; raise SystemExit(main({check}))"], env=environment, check=True
        )
    assert broken > WEB_KILLS // 3, f"only {broken} requests broke off"
    with sqlite3.connect(tmp_path / "musubu.sqlite3") as database:
        events = database.execute(
            "SELECT count(*), count(DISTINCT contract_id) FROM contracts_event WHERE what='cancel'"
        )
        assert events.fetchone() == (WEB_KILLS, WEB_KILLS)
        audited = database.execute("SELECT count(*) FROM parties_auditentry WHERE action='contracts.cancel'")
        assert audited.fetchone() == (WEB_KILLS,)
