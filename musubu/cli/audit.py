"""`musubu audit verify`: check the seals of the audit log."""

from __future__ import annotations

import argparse

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu audit")
    parser.add_argument("what", choices=["verify"])
    parser.parse_args(args)
    django()
    from musubu.parties import audit
    from musubu.parties.models import Provider

    broken = 0
    for provider in Provider.objects.all():
        n = audit.first_broken(provider)
        broken += n is not None
        print(f"{provider.slug}: {'in order' if n is None else f'broken at entry {n}'}")
    return 1 if broken else 0
