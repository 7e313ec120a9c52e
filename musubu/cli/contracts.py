"""`musubu contracts verify`: replay all contracts and compare."""

from __future__ import annotations

import argparse

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu contracts")
    parser.add_argument("what", choices=["verify"])
    parser.add_argument("--provider")
    options = parser.parse_args(args)
    django()
    from musubu.contracts import verify
    from musubu.contracts.models import Contract
    from musubu.parties.models import Provider

    provider = Provider.objects.filter(slug=options.provider).first() if options.provider else None
    if options.provider and provider is None:
        print(
            f"no provider {options.provider!r}; there are: {', '.join(Provider.objects.values_list('slug', flat=True))}"
        )
        return 2
    found = list(verify.differences(provider))
    print("\n".join(found) if found else f"{Contract.objects.count()} contracts replayed, no difference")
    return 1 if found else 0
