"""`musubu check`: everything that is wrong with the configuration, in one list, and how to mend it."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import sys

from musubu import config
from musubu.cli import front
from musubu.engines.janus.config import is_loopback
from musubu.engines.office import fence

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
    "MUSUBU_TURN": r"own|none|turns?:[^,\s]+:\d+(,turns?:[^,\s]+:\d+)*",
    "MUSUBU_TURN_PORT": r"\d{1,5}",
    "MUSUBU_ENGINE_EVENTS": r"\d{0,5}",
}
PORTS = ("MUSUBU_MEDIA_PORTS", "MUSUBU_BRIDGE_PORTS")
# program -> (package, what is lost without it)
ENGINES = {
    "janus": ("janus", "there are no meetings"),
    "turnserver": ("coturn", "networks without UDP cannot join meetings"),
    "ffmpeg": ("ffmpeg", "recordings are not made ready"),
    "soffice": ("libreoffice-writer-nogui", "Office documents cannot be shown in meetings"),
    "pdftoppm": ("poppler-utils", "documents cannot be shown in meetings"),
    "bwrap": ("bubblewrap", "LibreOffice reads strangers' documents with limits alone, not shut in"),
}


def problems() -> list[str]:
    """One line for each setting that is wrong."""
    found = []
    for setting in config.SETTINGS:
        given = config.value(setting.name)
        if setting.name in FORMS and not re.fullmatch(FORMS[setting.name], given):
            found.append(f"{setting.name}={given!r}: give {setting.meaning}")
    found += _media()
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


def _media() -> list[str]:
    found = []
    address = config.value("MUSUBU_MEDIA_ADDRESS")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        found.append(f"MUSUBU_MEDIA_ADDRESS={address!r}: give one IP address, such as 203.0.113.5")
    for name in PORTS:
        given = re.fullmatch(r"(\d{4,5})-(\d{4,5})", config.value(name))
        if not given or not 1024 <= int(given[1]) < int(given[2]) <= 65535:
            found.append(f"{name}={config.value(name)!r}: give FIRST-LAST between 1024 and 65535, such as 20000-29999")
    certificate = config.value("MUSUBU_TURN_CERTIFICATE")
    if certificate and not os.access(certificate, os.R_OK):
        found.append(f"MUSUBU_TURN_CERTIFICATE={certificate!r}: cannot be read; give a PEM file with chain and key")
    return found


def missing() -> list[str]:
    """One line for each engine that this machine lacks; the rest of the product runs without it."""
    found = [
        f"{name} is not installed, so {loss}: install the package {package}, or run script/setup"
        for name, (package, loss) in ENGINES.items()
        if not shutil.which(name)
    ]
    if shutil.which("bwrap") and not fence.available():
        found.append(
            "bwrap (bubblewrap) may not shut programs in on this machine, so LibreOffice reads strangers' documents with "
            "limits alone: allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, and where AppArmor restricts "
            "them kernel.apparmor_restrict_unprivileged_userns=0; in a container allow them there)"
        )
    if not front.executable():
        found.append("nginx is not installed, so there are no meetings: run script/setup")
    if is_loopback(config.value("MUSUBU_MEDIA_ADDRESS")) and not config.LOOPBACK.exists():
        found.append(f"{config.LOOPBACK} is missing, so meetings have no media on this machine: run script/setup")
    return found


def run(args: list[str]) -> int:
    found = problems()
    print("\n".join(found) if found else "the configuration is in order", file=sys.stderr if found else sys.stdout)
    for line in [] if found else missing():
        print(line, file=sys.stderr)
    return 2 if found else 0
