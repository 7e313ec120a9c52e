"""How fast a month is billed, documents are made, deposits are matched, and a customer's page answers."""

from __future__ import annotations

import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.contracts import in_postgresql
from bench.run import DOCS
from musubu.contracts import rating

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


def issued_in(environment: dict[str, str], count: int, workers: int = 2) -> tuple[float, int]:
    """Contracts with three lines each live to their invoice day; then workers issue all invoices: seconds, and MB of
    the largest worker."""
    _said(_start("from musubu.cli import main; main(['migrate'])", environment))
    _said(_start(MADE, environment, count))
    memory, seconds = 0, 0.0
    for _stop in range(4):  # conclusion, first month, second month, invoices
        moment = _said(_start(NEXT, environment, count))
        began = time.perf_counter()
        started = [_start(WORK, environment, count, moment) for _ in range(workers)]
        memory = max(int(_said(worker)) for worker in started)
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
    return seconds, memory


def run(environment: dict[str, str], database: str, least: int, count: int = RUN_COUNT) -> dict[str, Any]:
    seconds, memory = issued_in(environment, count)
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


DOCUMENTS = 300
DOCUMENT = """
import sys, time
import musubu.cli; musubu.cli.django()
from datetime import date
from musubu import clock
from musubu.billing import documents
from musubu.billing.models import Invoice
first, count = int(sys.argv[1]), int(sys.argv[2])
def one(n):
    lines = [{"item": item, "first": "2026-04-01", "last": "2026-04-30", "amount": 1000 + n, "rate": 10, "clause": "SC-9.2"}
             for item in ("monthly", "usage", "録音オプション")]
    net = 3 * (1000 + n)
    kept = {"issuer": {"names": {"ja": "株式会社むすぶ"}, "number": "T7123456789012", "address": "東京都千代田区", "telephone": "03"},
            "to": {"name": f"株式会社 試験 第{n}号", "address": "大阪市北区梅田1-1-1"}, "contract": f"SC-{n:06}", "lines": lines,
            "rates": [[10, net, net // 10]]}
    return Invoice(number=n, total=net + net // 10, issued_at=clock.now(), due_on=date(2026, 5, 29), document=kept)
documents.invoice(one(first), "ja")
print("ready", flush=True); sys.stdin.readline()
for n in range(first + 1, first + 1 + count):
    documents.invoice(one(n), "ja")
"""


def pdf() -> dict[str, Any]:
    """Two processes make different invoices, fonts looked for beforehand."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MUSUBU_VAR": folder, "DATABASE_URL": ""}
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", DOCUMENT, str(half * 10_000), str(DOCUMENTS)],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for half in range(2)
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout and worker.stdout.readline() == "ready\n"
        began = time.perf_counter()
        for worker in workers:
            worker.communicate("go\n")
        seconds = time.perf_counter() - began
    speed = 2 * DOCUMENTS / seconds
    return {
        "value": round(speed),
        "unit": "PDF/s",
        "reach": "at least 70",
        "holds": speed >= 70,
        "conditions": f"{2 * DOCUMENTS} different invoices with Japanese text as PDF/A, two processes",
    }


INVOICES, DEPOSITS = 100_000, 20_000
MATCHING = """
import sys, time
import musubu.cli; musubu.cli.django()
from datetime import date
from musubu import clock
from musubu.billing import deposits, queries
from musubu.billing.models import BankDeposit, BankFile, Entry
from musubu.contracts import presets
from musubu.contracts.models import Contract, Plan, TermsVersion
from musubu.engines import zengin
from musubu.parties import cast
from musubu.parties.models import Organisation
count, wanted = int(sys.argv[1]), int(sys.argv[2])
now = clock.now()
provider = cast.make_provider("bench", sandbox=False)
presets.seed_catalogue(provider)
staff = cast.make_staff(provider)
plan = Plan.objects.get(provider=provider, service="simpleconnect", code="standard")
version = TermsVersion.objects.get(provider=provider, service="simpleconnect")
syllables = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
def kana(n):
    return "カ)" + "".join(syllables[(n // 25**k) % 25] for k in range(4)) + "ショウジ"
Organisation.objects.bulk_create([Organisation(provider=provider, kind="contractor", name=f"会社{n}", name_kana=kana(n),
    created_at=now) for n in range(count)], batch_size=2000)
organisations = list(Organisation.objects.filter(kind="contractor").order_by("pk"))
Contract.objects.bulk_create([Contract(number=f"SC-{n:06}", provider=provider, organisation=one, service="simpleconnect",
    plan=plan, terms_version=version, responsible=staff, particulars={}, created_at=now, state="active")
    for n, one in enumerate(organisations)], batch_size=2000)
contracts = list(Contract.objects.order_by("pk"))
Entry.objects.bulk_create([Entry(provider=provider, contract=one, outcome=1, line=0, at=now, account="receivable",
    debit=3000 + n % 5000, of_contract=1, clause="SC-10.2") for n, one in enumerate(contracts)], batch_size=2000)
file = BankFile.objects.create(provider=provider, kind="deposits", name="b", sha256="x", read_at=now, read_by=staff, rows=0, total=0)
def deposit(n):
    who = n * 5 % count
    one = organisations[who]
    code = queries.virtual_account(one) if n % 4 == 0 else ""
    return BankDeposit(provider=provider, file=file, row=n, day=date(2026, 7, 10), amount=3000 + who % 5000 - (440 if n % 4 == 1 else 0),
        payer=zengin.kana(kana(who)) if n % 4 != 3 else "ｼﾗﾅｲ ﾋﾄ", payer_code=code)
rows = [deposit(n) for n in range(wanted)]
began = time.perf_counter()
among = deposits.candidates(provider)
found = [deposits.proposals(one, among) for one in rows]
seconds = time.perf_counter() - began
right = sum(1 for n, one in enumerate(found) if one and one[0].contract.organisation_id == organisations[n * 5 % count].pk)
print(seconds, right)
"""


def matching() -> dict[str, Any]:
    """Every deposit gets its proposals; a quarter each by account, name less a fee, name, and unknown payers."""
    if "DATABASE_URL" not in os.environ:
        return in_postgresql("bench.billing", "matching")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MUSUBU_VAR": folder}
        _said(_start("from musubu.cli import main; main(['migrate'])", environment))
        seconds, right = _said(_start(MATCHING, environment, INVOICES, DEPOSITS)).split()
    return {
        "value": round(float(seconds), 1),
        "unit": "s",
        "reach": "under 20 s",
        "holds": float(seconds) < 20,
        "conditions": f"{DEPOSITS} deposits against {INVOICES} open invoices, {right} proposed rightly first, one process, PostgreSQL",
    }


PAGE = """
import time
import musubu.cli; musubu.cli.django()
from datetime import datetime, timedelta
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from musubu import clock
from musubu.contracts import actions, presets
from musubu.contracts import clock as sandbox
from musubu.parties import cast
start = datetime(2026, 1, 5, 10, tzinfo=clock.TOKYO)
provider = cast.make_provider("bench")
provider.sandbox_now = start; provider.save()
with clock.standing_at(start):
    presets.seed_catalogue(provider)
    organisation, owner = cast.make_contractor(provider)
    plan = provider.plans.get(service="simpleconnect", code="standard")
    contract = actions.open_contract(provider=provider, organisation=organisation, plan=plan, responsible=owner)
    actions.conclude(contract=contract)
for month in range(120):
    sandbox.advance(provider, start + timedelta(days=30.5 * (month + 1)))
    with clock.standing_at(provider.sandbox_now):
        if month % 12:
            actions.pay(contract=contract, person=None, key=f"m{month}")
client = Client(); client.force_login(owner)
client.get("/billing/")
times = []
for _ in range(20):
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter(); answer = client.get("/billing/"); times.append(time.perf_counter() - began)
assert answer.status_code == 200
print(sorted(times)[10] * 1000, len(captured), contract.invoices.count())
"""


def page() -> dict[str, Any]:
    """A customer's billing page after ten years."""
    if "DATABASE_URL" not in os.environ:
        return in_postgresql("bench.billing", "page")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MUSUBU_VAR": folder}
        _said(_start("from musubu.cli import main; main(['migrate'])", environment))
        spent, queries, invoices = _said(_start(PAGE, environment)).splitlines()[-1].split()
    return {
        "value": round(float(spent), 1),
        "unit": "ms",
        "reach": "under 100 ms, at most 12 queries",
        "holds": float(spent) < 100 and int(queries) <= 12,
        "conditions": f"median of 20, {invoices} invoices in ten years, {queries} queries, PostgreSQL",
    }


CALLS, BLOCK = 10_000_000, 500_000


def rate_calls() -> dict[str, Any]:
    """Ten million different call records against 3,000 prefixes, in one process, as a service hands them in: in blocks."""
    table = rating.Table.parse(
        [{"prefix": "", "seconds": 60, "block": "30"}, {"prefix": "0", "seconds": 180, "block": "8.5"}]
        + [{"prefix": f"0{n:04}", "seconds": 60 + n % 3, "block": f"{n % 40}.25", "call": "1"} for n in range(3000)]
    )
    chance, seconds = random.Random(5), 0.0
    for _ in range(CALLS // BLOCK):
        uses = [(f"0{chance.randrange(10**9):09}", chance.randrange(1, 1800)) for _ in range(BLOCK)]
        began = time.perf_counter()
        rating.total(table, uses)
        seconds += time.perf_counter() - began
    speed = CALLS / seconds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "value": round(speed),
        "unit": "records/s",
        "reach": "at least 200,000, under 500 MB",
        "holds": speed >= 200_000 and memory < 500,
        "conditions": f"{CALLS} different call records in blocks of {BLOCK}, 3,002 prefixes, one core, {memory} MB; making the records is not counted",
    }


EMPTY = """
import musubu.cli; musubu.cli.django()
from django.db import connection
connection.cursor().execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
"""
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)


def growth(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """The same run at several sizes: cost for each invoice at the largest against the smallest, and the plot."""
    if "DATABASE_URL" not in os.environ:
        return in_postgresql("bench.billing", "growth")
    points = []
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            seconds, _memory = issued_in({**os.environ, "MUSUBU_VAR": folder}, count)
        points.append((count, seconds))
        _said(_start(EMPTY, dict(os.environ)))
    (DOCS / "growth.svg").write_text(plot_growth(points))
    each = [seconds / count for count, seconds in points]
    ratio = each[-1] / each[0]
    told = ", ".join(f"{count}: {seconds:.1f} s" for count, seconds in points)
    return {
        "value": round(ratio, 2),
        "unit": "times the cost of one invoice",
        "reach": "at most 1.2",
        "holds": ratio <= 1.2,
        "conditions": f"{sizes[-1]} contracts against {sizes[0]}, two workers with their start, PostgreSQL; {told}; plot in growth.svg",
    }


def plot_growth(points: list[tuple[int, float]]) -> str:
    """Seconds by contracts, both on logarithmic scales, beside the line of exactly linear growth from the largest."""
    width, height, left, bottom = 640, 380, 70, 50
    xs = [math.log10(count) for count, _seconds in points]
    slope = points[-1][1] / points[-1][0]
    linear = [count * slope for count, _seconds in points]
    ys = [math.log10(max(seconds, 0.01)) for _count, seconds in points] + [math.log10(one) for one in linear]
    low, high = math.floor(min(ys)), math.ceil(max(ys))

    def at(x: float, y: float) -> tuple[float, float]:
        across = left + (x - xs[0]) / (xs[-1] - xs[0]) * (width - left - 30)
        return across, 20 + (high - y) / (high - low) * (height - bottom - 20)

    def path(values: list[float]) -> str:
        pairs = [at(x, math.log10(max(value, 0.01))) for x, value in zip(xs, values, strict=True)]
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
    ]
    for power in range(low, high + 1):
        x, y = at(xs[0], power)
        parts.append(f'<line x1="{left}" x2="{width - 30}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    parts.append(f'<polyline points="{path(linear)}" fill="none" stroke="#999" stroke-dasharray="5 4"/>')
    parts.append(
        f'<polyline points="{path([one for _c, one in points])}" fill="none" stroke="#1d4f7c" stroke-width="2.5"/>'
    )
    for (count, seconds), x in zip(points, xs, strict=True):
        across, down = at(x, math.log10(max(seconds, 0.01)))
        parts.append(f'<circle cx="{across:.1f}" cy="{down:.1f}" r="5" fill="#1d4f7c"/>')
        parts.append(f'<text x="{across:.1f}" y="{height - bottom + 24}" text-anchor="middle">{count:,}</text>')
        parts.append(f'<text x="{across:.1f}" y="{down - 10:.1f}" text-anchor="middle">{seconds:.1f} s</text>')
    parts.append(
        f'<text x="{(width + left) / 2}" y="{height - 6}" text-anchor="middle">contracts; dashed: exactly linear</text></svg>'
    )
    return "\n".join(parts) + "\n"


BESIDE = 300
WITH_DOCUMENTS = """
import sys, time
import musubu.cli; musubu.cli.django()
from datetime import datetime
from musubu.billing import documents
from musubu.billing.models import Invoice
from musubu.contracts import deadlines
began = time.perf_counter()
deadlines.run_due(datetime.fromisoformat(sys.argv[2]))
for row in Invoice.objects.order_by("number").iterator():
    documents.invoice(row, "ja")
seconds = time.perf_counter() - began
print(seconds, Invoice.objects.count(), sum(row.total for row in Invoice.objects.all()))
"""


def beside() -> dict[str, Any]:
    """Tryton and we bill the same contracts: an invoice of three lines with tax, numbered, in the books, and its document.
    One process each, one after the other, each with its default database."""
    tryton = _tryton()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MUSUBU_VAR": folder, "DATABASE_URL": ""}
        _said(_start("from musubu.cli import main; main(['migrate'])", environment))
        _said(_start(MADE, environment, BESIDE))
        for _stop in range(3):
            _said(_start(WORK, environment, BESIDE, _said(_start(NEXT, environment, BESIDE))))
        moment = _said(_start(NEXT, environment, BESIDE))
        own = _said(_start(WITH_DOCUMENTS, environment, BESIDE, moment)).split()
    other = subprocess.run([tryton, SIDE, str(BESIDE)], check=True, capture_output=True, text=True).stdout.split()
    if own[1:2] != other[1:2] or int(own[1]) != BESIDE:
        raise RuntimeError(f"{own[1]} invoices here, {other[1]} there, not {BESIDE}")
    ratio = float(other[0]) / float(own[0])
    return {
        "value": round(ratio, 1),
        "unit": "times as fast as Tryton",
        "reach": "at least 10",
        "holds": ratio >= 10,
        "conditions": f"{BESIDE} invoices of three lines with tax, numbered, posted, each with its document (ours PDF/A, theirs ODT): ours {float(own[0]):.1f} s with mails, Tryton {float(other[0]):.1f} s within its server in batches of 50; one process each, SQLite",
    }


SIDE = str(Path(__file__).with_name("tryton_side.py"))


def _tryton() -> str:
    """The Python of Tryton's own environment under var/, made once; it is no dependency of the product."""
    home = Path(__file__).resolve().parent.parent / "var" / "tryton"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "trytond", "trytond_account_invoice", "proteus"], check=True
        )
        (home / "ready").write_text("")
    return str(python)


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "billing.run": run_on_postgresql,
    "billing.run.sqlite": run_on_sqlite,
    "billing.pdf": pdf,
    "billing.rating": rate_calls,
    "billing.growth": growth,
    "billing.beside": beside,
    "billing.matching": matching,
    "billing.page": page,
}
