"""`musubu clock advance --provider NAME --to TIME`: move a sandbox's clock."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import datetime

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu clock")
    parser.add_argument("what", choices=["advance"])
    parser.add_argument("--provider", required=True)
    parser.add_argument(
        "--to", required=True, help="2027-01-31 or 2027-01-31T09:00, Tokyo time unless it has an offset"
    )
    options = parser.parse_args(args)
    django()
    from musubu.clock import TOKYO
    from musubu.contracts import clock
    from musubu.parties.models import Provider
    from musubu.refusals import NotPossible

    provider = Provider.objects.filter(slug=options.provider).first()
    if provider is None:
        slugs = ", ".join(Provider.objects.values_list("slug", flat=True))
        return _fail(f"no provider {options.provider!r}; there are: {slugs}")
    try:
        to = datetime.fromisoformat(options.to)
    except ValueError:
        return _fail(f"--to {options.to!r} is no time; give one like 2027-01-31 or 2027-01-31T09:00")
    try:
        outcomes = clock.advance(provider, to if to.tzinfo else to.replace(tzinfo=TOKYO))
    except NotPossible as error:
        return _fail(str(error))
    for what, count in sorted(Counter(outcome.what for outcome in outcomes).items()):
        print(f"{count:6} {what}")
    stands = provider.sandbox_now or to
    print(f"{provider.slug} stands at {stands.astimezone(TOKYO):%Y-%m-%d %H:%M} Tokyo time")
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
