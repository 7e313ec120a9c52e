"""The relay lets in who holds a pass, until its time, and leads to the media engine's address only."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn

from musubu.engines.turn import config, health, passes
from tests.engines import free_port

SECRET = "shared"
NOW = datetime(2027, 1, 31, tzinfo=UTC)


@contextlib.contextmanager
def running_turn(folder: Path) -> Iterator[int]:
    port = free_port()
    command = config.command(config.write(config.Instance(folder, SECRET, "127.0.0.1", port)))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("the relay did not start")


def a_pass(until: datetime, secret: str = SECRET) -> tuple[str, str]:
    (server,) = passes.servers("turn:127.0.0.1:1", secret, "guest", until)
    return server["username"], server["credential"]


async def _endpoint(client: Any, port: int, who: tuple[str, str], transport: str) -> Any:
    """A place at the relay. A request that is sent twice on a slow machine gets two nonces, and this client keeps the
    first: it begins anew then, as RFC 8656 has it for a stale one."""
    for _ in range(5):
        try:
            relayed, _protocol = await turn.create_turn_endpoint(
                client, server_addr=("127.0.0.1", port), username=who[0], password=who[1], transport=transport
            )
        except stun.TransactionFailed as error:
            if error.response.attributes["ERROR-CODE"][0] != 438:
                raise
        else:
            return relayed
    raise TimeoutError("the relay knows none of its nonces")


async def _through(port: int, who: tuple[str, str], transport: str) -> bytes:
    """Send to an echo on this machine through the relay; what comes back."""
    loop = asyncio.get_running_loop()
    answers: asyncio.Queue[bytes] = asyncio.Queue()

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, address: Any) -> None:
            self.transport.sendto(b"echo " + data, address)

    class Client(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: Any) -> None:
            answers.put_nowait(data)

    echo, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    relayed = await _endpoint(Client, port, who, transport)
    try:
        relayed.sendto(b"hello", echo.get_extra_info("sockname"))
        return await asyncio.wait_for(answers.get(), 5)
    finally:
        relayed.close()
        echo.close()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_pass_opens_the_way_to_the_engine(tmp_path: Path, transport: str) -> None:
    with running_turn(tmp_path) as port:
        who = a_pass(datetime.now(UTC) + timedelta(hours=1))
        assert asyncio.run(_through(port, who, transport)) == b"echo hello"


def test_a_foreign_or_expired_pass_is_refused(tmp_path: Path) -> None:
    with running_turn(tmp_path) as port:
        for who in (
            a_pass(datetime.now(UTC) - timedelta(minutes=1)),
            a_pass(datetime.now(UTC) + timedelta(hours=1), secret="guess"),
            ("guest", "guess"),
        ):
            with pytest.raises(stun.TransactionFailed, match="401"):
                asyncio.run(_through(port, who, "udp"))


def test_it_leads_nowhere_else(tmp_path: Path) -> None:
    text = config.write(config.Instance(tmp_path, SECRET, "203.0.113.5", 3478)).read_text()
    assert "denied-peer-ip=0.0.0.0-255.255.255.255" in text and "allowed-peer-ip=203.0.113.5" in text
    assert "allow-loopback-peers" not in text and "no-tls" in text and "external-ip=203.0.113.5" in text


async def _refusal(port: int, peer: str) -> str:
    """What the relay answers to the wish to send there."""
    refused: asyncio.Queue[Exception] = asyncio.Queue()

    class Client(asyncio.DatagramProtocol):
        def error_received(self, error: Exception) -> None:
            refused.put_nowait(error)

    relayed = await _endpoint(Client, port, a_pass(datetime.now(UTC) + timedelta(hours=1)), "udp")
    try:
        relayed.sendto(b"hello", (peer, 9))
        return str(await asyncio.wait_for(refused.get(), 5))
    finally:
        relayed.close()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("peer", ["192.0.2.2", "10.0.0.1", "127.0.0.2"])
def test_a_pass_reaches_no_other_machine(tmp_path: Path, peer: str) -> None:
    with running_turn(tmp_path) as port:
        assert "403" in asyncio.run(_refusal(port, peer))


def test_a_certificate_opens_tls(tmp_path: Path) -> None:
    text = config.write(config.Instance(tmp_path, SECRET, "127.0.0.1", 3478, certificate=Path("/x.pem"))).read_text()
    assert "tls-listening-port=5349" in text and "cert=/x.pem" in text and "no-tls" not in text


def test_a_browser_is_given_every_way() -> None:
    (server,) = passes.servers("turn:203.0.113.5:3478,turns:meet.example:5349", SECRET, "g", NOW)
    assert server["urls"] == [
        "turn:203.0.113.5:3478?transport=udp",
        "turn:203.0.113.5:3478?transport=tcp",
        "turns:meet.example:5349?transport=tcp",
    ]
    assert server["username"] == f"{int(NOW.timestamp())}:g"


@pytest.mark.parametrize("addresses", ["", "none", "own"])
def test_without_a_relay_a_browser_is_given_none(addresses: str) -> None:
    assert passes.servers(addresses, SECRET, "g", NOW) == []


def test_it_says_that_it_lives(tmp_path: Path) -> None:
    with running_turn(tmp_path) as port:
        assert health.answers("127.0.0.1", port)
    assert not health.answers("127.0.0.1", port)
