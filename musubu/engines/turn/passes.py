"""Passes to the relay: name and word derived from the shared secret, good for a limited time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import TypedDict


class Server(TypedDict, total=False):
    """As a browser's RTCPeerConnection takes it among its `iceServers`."""

    urls: list[str]
    username: str
    credential: str


def servers(addresses: str, secret: str, name: str, until: datetime) -> list[Server]:
    """What a browser is given; `addresses` such as "turn:203.0.113.5:3478,turns:meet.example:5349"; "none": none."""
    urls = [url for address in addresses.split(",") if address.startswith("turn") for url in _ways(address)]
    if not urls:
        return []
    username = f"{int(until.timestamp())}:{name}"
    return [{"urls": urls, "username": username, "credential": _word(secret, username)}]


def _ways(address: str) -> list[str]:
    if address.startswith("turns:"):
        return [f"{address}?transport=tcp"]
    return [f"{address}?transport=udp", f"{address}?transport=tcp"]


def _word(secret: str, username: str) -> str:
    """HMAC-SHA1, because the TURN REST convention that coturn follows knows no other."""
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()
