"""`musubu provider create SLUG --name NAME --owner EMAIL [--sandbox] | list`: who runs the services here."""

from __future__ import annotations

import argparse
import re
import sys

from musubu.cli import django


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu provider")
    commands = parser.add_subparsers(dest="what", required=True)
    create = commands.add_parser("create", help="make a provider with the five services' model terms")
    create.add_argument("slug", help="short name in Latin letters, such as my-company")
    create.add_argument("--name", required=True)
    create.add_argument("--owner", required=True, metavar="EMAIL", help="who is invited as its owner")
    create.add_argument("--sandbox", action="store_true", help="with a clock of its own")
    commands.add_parser("list", help="all providers")
    options = parser.parse_args(args)
    django()
    return _list() if options.what == "list" else _create(options)


def _list() -> int:
    from musubu.parties.models import Provider

    for one in Provider.objects.order_by("pk"):
        print(f"{one.slug}  {one.name}{'  (sandbox)' if one.sandbox else ''}")
    return 0


def _create(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from musubu.contracts import opening
    from musubu.refusals import NotPossible

    if not re.fullmatch(r"[a-z0-9-]{2,50}", options.slug):
        return _fail(f"{options.slug!r} is no short name; use 2 to 50 small Latin letters, digits and hyphens")
    try:
        validate_email(options.owner)
    except ValidationError:
        return _fail(f"--owner {options.owner!r} is no e-mail address")
    try:
        path = opening.open_provider(
            slug=options.slug, name=options.name, owner_email=options.owner, sandbox=options.sandbox
        )
    except NotPossible as error:
        return _fail(str(error))
    from musubu import config

    print(f"{options.name} is ready. Its owner joins by this link, which works once and for 14 days:")
    print(config.value("MUSUBU_ADDRESS") + path)
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
