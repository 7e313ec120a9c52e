"""Django's own management commands, for those who run the product."""

import os


def run(args: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musubu.site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["musubu", *(args or ["migrate", "--verbosity", "0"])])
    return 0
