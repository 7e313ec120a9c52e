"""`musubu contracts verify | scenario NUMBER`: replay all contracts and compare; one contract as a scenario file."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu contracts")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("verify", help="replay all contracts and compare").add_argument("--provider")
    one = commands.add_parser("scenario", help="write a contract's journal for `musubu terms simulate`")
    one.add_argument("number", help="the contract's number, e.g. SC-000001")
    one.add_argument("--provider")
    one.add_argument("--until", type=date.fromisoformat, help="the last day (default: as far as it was played)")
    one.add_argument("--file", type=Path, help="where to write it (default: the terminal)")
    options = parser.parse_args(args)
    django()
    from musubu.parties.models import Provider

    provider = Provider.objects.filter(slug=options.provider).first() if options.provider else None
    if options.provider and provider is None:
        known = ", ".join(Provider.objects.values_list("slug", flat=True))
        print(f"no provider {options.provider!r}; there are: {known}")
        return 2
    return _verify(provider) if options.what == "verify" else _scenario(provider, options)


def _verify(provider: Any) -> int:
    from musubu.contracts import verify
    from musubu.contracts.models import Contract

    found = list(verify.differences(provider))
    print("\n".join(found) if found else f"{Contract.objects.count()} contracts replayed, no difference")
    return 1 if found else 0


def _scenario(provider: Any, options: Any) -> int:
    from musubu import clock
    from musubu.contracts import scenario
    from musubu.contracts.models import Contract

    rows = Contract.objects.filter(number=options.number)
    rows = rows.filter(provider=provider) if provider else rows
    if rows.count() != 1:
        print(f"{rows.count()} contracts have the number {options.number!r}; name the --provider", file=sys.stderr)
        return 2
    contract = rows.get()
    until = options.until or (contract.played_to or clock.now()).astimezone(clock.TOKYO).date()
    text = scenario.as_toml(contract, until)
    if options.file:
        options.file.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0
