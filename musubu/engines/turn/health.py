"""Whether the relay answers: a STUN binding request, which needs no pass."""

from __future__ import annotations

import secrets
import socket

TRIES, PATIENCE = 4, 0.25  # seconds each: a datagram may be lost
MAGIC = bytes.fromhex("2112a442")
REQUEST, SUCCESS = bytes.fromhex("0001"), bytes.fromhex("0101")


def answers(host: str, port: int) -> bool:
    key = secrets.token_bytes(12)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.settimeout(PATIENCE)
        return any(_asked(probe, (host, port), key) for _ in range(TRIES))


def _asked(probe: socket.socket, address: tuple[str, int], key: bytes) -> bool:
    try:
        probe.sendto(REQUEST + bytes(2) + MAGIC + key, address)
        answer = probe.recv(1500)
    except OSError:
        return False
    return answer[:2] == SUCCESS and answer[4:20] == MAGIC + key
