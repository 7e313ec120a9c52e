"""`musubu demo seed | accounts [--format json]`: the demonstration provider and who can sign in to it."""

from __future__ import annotations

import argparse
import json
import sys

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu demo")
    parser.add_argument("what", choices=["seed", "accounts"])
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args(args)
    django()
    from musubu.demo import seed
    from musubu.parties.models import Provider

    if options.what == "seed":
        provider = seed.seed()
        print(f"demonstration provider {provider.slug} is ready")
        return 0
    provider_or_none = Provider.objects.filter(slug=seed.SLUG).first()
    if provider_or_none is None:
        print("there is no demonstration provider yet; make it with: musubu demo seed", file=sys.stderr)
        return 1
    rows = seed.accounts(provider_or_none)
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    print(f"{'e-mail':28} {'password':22} {'role':16} {'code':8} organisation")
    for row in rows:
        print(f"{row['email']:28} {row['password']:22} {row['role']:16} {row['code']:8} {row['organisation']}")
    return 0
