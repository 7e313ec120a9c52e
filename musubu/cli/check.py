"""`musubu check`: everything that is wrong with the configuration, in one list, and how to mend it."""

from __future__ import annotations

import os
import re
import sys

from musubu import config

FORMS = {
    "DATABASE_URL": r"(sqlite:///.+|postgres(ql)?://[^/]+/.+)?",
    "REDIS_URL": r"(redis(s)?://.+|unix://.+)?",
    "MUSUBU_MAIL": r"mailbox|smtp://[^/]+",
    "MUSUBU_HOSTS": r"[^,\s]+(,[^,\s]+)*",
    "MUSUBU_ADDRESS": r"https?://[^/\s]+",
    "MUSUBU_STRIPE_KEY": r"((sk|rk)_(live|test)_\w+)?",
    "MUSUBU_STRIPE_WEBHOOK_SECRET": r"(whsec_\S+)?",
    "MUSUBU_CARD_STANDIN": r"(http://(127\.0\.0\.1|localhost):\d+)?",
    "MUSUBU_SECURE": r"[01]",
    "MUSUBU_FRONT": r"[01]",
}


def problems() -> list[str]:
    """One line for each setting that is wrong."""
    found = []
    for setting in config.SETTINGS:
        given = config.value(setting.name)
        if setting.name in FORMS and not re.fullmatch(FORMS[setting.name], given):
            found.append(f"{setting.name}={given!r}: give {setting.meaning}")
    if config.value("MUSUBU_STRIPE_KEY") and not config.value("MUSUBU_STRIPE_WEBHOOK_SECRET"):
        found.append("MUSUBU_STRIPE_WEBHOOK_SECRET='': a key needs it too; give the webhook's signing secret")
    known = {setting.name for setting in config.SETTINGS}
    found += [
        f"{name}: unknown setting; known are {', '.join(sorted(known))}"
        for name in sorted(os.environ)
        if name.startswith("MUSUBU_") and name not in known
    ]
    try:
        folder = config.var()
        if not os.access(folder, os.W_OK):
            found.append(f"MUSUBU_VAR={str(folder)!r}: cannot be written; choose a folder that this user owns")
    except OSError as error:
        found.append(f"MUSUBU_VAR={config.value('MUSUBU_VAR')!r}: {error.strerror}; choose a folder that can be made")
    return found


def run(args: list[str]) -> int:
    found = problems()
    print("\n".join(found) if found else "the configuration is in order", file=sys.stderr if found else sys.stdout)
    return 2 if found else 0
