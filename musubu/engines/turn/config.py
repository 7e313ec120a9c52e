"""A private coturn: relays for those who hold a pass of ours, and to the media engine's address only."""

from __future__ import annotations

import ipaddress
import shutil
from dataclasses import dataclass
from pathlib import Path

from musubu.engines.janus.config import NotInstalled, is_own

QUOTA = 20  # relayed connections that one pass may hold: two for each of a person's browser tabs, and some to spare


@dataclass(frozen=True)
class Instance:
    folder: Path
    secret: str
    address: str
    port: int
    realm: str = "musubu"
    certificate: Path | None = None  # PEM file with chain and key: TURN over TLS as well
    tls_port: int = 5349


def executable() -> str:
    found = shutil.which("turnserver")
    if not found:
        raise NotInstalled("coturn is not installed: run script/setup, or apt-get install coturn")
    return found


def write(instance: Instance) -> Path:
    folder = instance.folder / "turn"
    for own in (instance.folder, folder):
        own.mkdir(mode=0o700, exist_ok=True)
    path = folder / "turnserver.conf"
    path.touch(mode=0o600)
    path.write_text("\n".join(_lines(instance, folder)) + "\n", encoding="utf-8")
    return path


def command(path: Path) -> list[str]:
    return [executable(), "-c", str(path)]


def _lines(instance: Instance, folder: Path) -> list[str]:
    own = is_own(instance.address)
    lines = [
        f"listening-port={instance.port}",
        f"realm={instance.realm}",
        "use-auth-secret",
        f"static-auth-secret={instance.secret}",
        "fingerprint",
        "no-cli",
        "no-multicast-peers",
        "no-tcp-relay",
        "no-software-attribute",
        "stale-nonce=600",
        f"user-quota={QUOTA}",
        f"userdb={folder}/turndb",
        f"pidfile={folder}/turnserver.pid",
        "log-file=stdout",
        "simple-log",
    ]
    lines += [f"listening-ip={instance.address}", f"relay-ip={instance.address}"] if own else []
    lines += [] if own else [f"external-ip={instance.address}"]
    return lines + _peers(instance.address) + _tls(instance)


def _peers(address: str) -> list[str]:
    """Whoever holds a pass reaches the media engine and nothing else: no way into the network behind."""
    lines = ["denied-peer-ip=0.0.0.0-255.255.255.255", "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
    lines.append(f"allowed-peer-ip={address}")
    return [*lines, "allow-loopback-peers"] if ipaddress.ip_address(address).is_loopback else lines


def _tls(instance: Instance) -> list[str]:
    if instance.certificate is None:
        return ["no-tls", "no-dtls"]
    return [f"tls-listening-port={instance.tls_port}", f"cert={instance.certificate}", f"pkey={instance.certificate}"]
