"""Every configuration value, declared once with its type, meaning and default; `musubu check` lists what is wrong."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ROOT / "var/loopback.so"  # built by script/setup; lets the media engine see this machine's own interface
LONGEST = 90  # a socket's whole path may have 107 characters


@dataclass(frozen=True)
class Setting:
    name: str
    meaning: str
    default: str


SETTINGS = (
    Setting("MUSUBU_VAR", "folder where data, files and generated secrets live", str(ROOT / "var")),
    Setting("DATABASE_URL", "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME", ""),
    Setting("REDIS_URL", "redis://HOST:PORT/N for the shared cache; empty keeps it in the database", ""),
    Setting("MUSUBU_MAIL", "smtp://HOST:PORT, or 'mailbox' to keep mail on the mailbox page only", "mailbox"),
    Setting("MUSUBU_HOSTS", "comma-separated host names that the product answers to", "localhost,127.0.0.1"),
    Setting("MUSUBU_ADDRESS", "public address of the product, used in links of mails", "http://localhost:8000"),
    Setting("MUSUBU_FRONT", "1 when a front server of ours stands before the web process and names the caller", "0"),
    Setting(
        "MUSUBU_STRIPE_KEY", "secret key of a Stripe account; empty: a sandbox uses the stand-in, others no cards", ""
    ),
    Setting(
        "MUSUBU_STRIPE_WEBHOOK_SECRET", "signing secret of the Stripe webhook that calls ADDRESS/webhooks/stripe/", ""
    ),
    Setting(
        "MUSUBU_CARD_STANDIN", "where the stand-in for Stripe answers; `musubu serve` sets it for a demonstration", ""
    ),
    Setting("MUSUBU_SECURE", "1 when served over TLS: cookies are then sent over TLS only", "0"),
    Setting("MUSUBU_MEDIA_ADDRESS", "IP address at which browsers reach audio and video of meetings", "127.0.0.1"),
    Setting("MUSUBU_MEDIA_PORTS", "UDP and TCP ports of audio and video, open to browsers: FIRST-LAST", "20000-29999"),
    Setting("MUSUBU_BRIDGE_PORTS", "UDP ports of the audio bridge, on this machine only: FIRST-LAST", "30000-30999"),
    Setting(
        "MUSUBU_TURN",
        "relay for networks without UDP: 'own' starts one here, 'none', or turn:HOST:PORT[,turns:HOST:PORT] of another "
        "whose secret stands in var/secrets/turn",
        "own",
    ),
    Setting("MUSUBU_TURN_PORT", "UDP and TCP port of our own relay", "3478"),
    Setting("MUSUBU_TURN_CERTIFICATE", "PEM file with chain and key, for our own relay over TLS on port 5349", ""),
    Setting("MUSUBU_ENGINE_EVENTS", "port on which the media engine reports; `musubu serve` chooses it", ""),
)


def value(name: str) -> str:
    """The configured text of one declared setting."""
    setting = next(s for s in SETTINGS if s.name == name)
    return os.environ.get(name, setting.default)


def var() -> Path:
    path = Path(value("MUSUBU_VAR"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def run() -> Path:
    """Where sockets and configuration of the children lie; elsewhere where the path is too long for a socket."""
    folder = var() / "run"
    if len(str(folder)) > LONGEST:
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"musubu-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def ports(name: str) -> tuple[int, int]:
    """A setting of the form FIRST-LAST."""
    first, last = value(name).split("-")
    return int(first), int(last)


def secret(name: str) -> str:
    """A secret generated on first use and kept under var/secrets, readable by the owner alone."""
    folder = var() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # whoever comes first decides
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()


def card_standin() -> Path:
    """Where the stand-in for Stripe keeps what it knows; it is there once a demonstration has used it."""
    return var() / "card-standin.sqlite3"
