"""Every configuration value, declared once with its type, meaning and default; `musubu check` lists what is wrong."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
    Setting("MUSUBU_CARD_STANDIN", "address of the stand-in for Stripe; `musubu serve` sets it", ""),
    Setting("MUSUBU_SECURE", "1 when served over TLS: cookies are then sent over TLS only", "0"),
)


def value(name: str) -> str:
    """The configured text of one declared setting."""
    setting = next(s for s in SETTINGS if s.name == name)
    return os.environ.get(name, setting.default)


def var() -> Path:
    path = Path(value("MUSUBU_VAR"))
    path.mkdir(parents=True, exist_ok=True)
    return path


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
