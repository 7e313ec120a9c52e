"""The `musubu` command. Subcommands import what they need, so that `terms` starts without a web framework."""

from __future__ import annotations

import importlib
import os
import sys

COMMANDS = {
    "terms": "musubu.cli.terms",
    "provider": "musubu.cli.provider",
    "billing": "musubu.cli.billing",
    "demo": "musubu.cli.demo",
    "clock": "musubu.cli.clock",
    "contracts": "musubu.cli.contracts",
    "audit": "musubu.cli.audit",
    "engine": "musubu.cli.engine",
    "live": "musubu.cli.live",
    "serve": "musubu.cli.serve",
    "worker": "musubu.cli.worker",
    "check": "musubu.cli.check",
    "migrate": "musubu.cli.manage",
    "manage": "musubu.cli.manage",
}


def main(argv: list[str] | None = None) -> int:
    """Each module has `run(args: list[str]) -> int`; exit 2 means wrong usage or input."""
    args = sys.argv[1:] if argv is None else argv
    if not args or args[0] not in COMMANDS:
        print("usage: musubu " + " | ".join(sorted(COMMANDS)), file=sys.stderr)
        return 0 if args[:1] in (["-h"], ["--help"]) else 2
    return int(importlib.import_module(COMMANDS[args[0]]).run(args[1:]) or 0)


def django() -> None:
    """Set Django up for a command that needs the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musubu.site.settings")
    import django as framework

    framework.setup()
    from django.utils import translation

    translation.activate("en")  # the command line speaks English; mails and pages choose their reader's language
