"""`musubu billing verify | demonstration-notice FILE`: the books against the journals; a bank's file to try with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu billing")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("verify", help="compare invoices, payments, books and journals to the yen")
    notice = commands.add_parser("demonstration-notice", help="write a deposit notice that pays open invoices")
    notice.add_argument("file", type=Path)
    options = parser.parse_args(args)
    django()
    return _verify() if options.what == "verify" else _notice(options.file)


def _verify() -> int:
    from musubu.billing import verify
    from musubu.parties.models import Provider

    found = [f"{provider.slug}: {line}" for provider in Provider.objects.all() for line in verify.differences(provider)]
    print("\n".join(found) if found else "invoices, books and journals agree")
    return 1 if found else 0


def _notice(file: Path) -> int:
    from musubu import clock
    from musubu.billing import deposits
    from musubu.parties.models import Provider

    provider = Provider.objects.filter(sandbox=True).order_by("pk").first()
    if provider is None:
        print("there is no sandbox provider; make one with: musubu demo seed", file=sys.stderr)
        return 1
    with clock.standing_at(provider.sandbox_now):
        file.write_bytes(deposits.demonstration_notice(provider, clock.today()))
    print(f"written: {file}")
    return 0
