"""A bad network between browser and engine: a UDP relay that loses, delays and cuts, in both directions."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

AWAY = 1_000  # the relay's port for an engine's port is so much higher
Address = tuple[str, int]
# descriptions reach the page with the relay's ports in place of the engine's, and no way around it by TCP
THROUGH = f"""(() => {{
  const Line = RTCPeerConnection;
  const through = (sdp) => sdp.replace(/^a=candidate:.* tcp .*\\r?\\n/gim, "")
    .replace(/^(a=candidate:\\S+ \\d+ udp \\d+ 127\\.0\\.0\\.1 )(\\d+)/gim, (_, head, port) => head + (Number(port) + {AWAY}));
  window.RTCPeerConnection = class extends Line {{
    constructor(given = {{}}) {{ super({{ ...given, iceServers: [] }}); }}
    setRemoteDescription(told) {{ return super.setRemoteDescription({{ type: told.type, sdp: through(told.sdp) }}); }}
  }};
}})()"""


class Relay:
    """`loss` in parts of one, `delay` in seconds each way, `cut` lets nothing through."""

    def __init__(self) -> None:
        self.loss, self.delay, self.cut = 0.0, 0.0, False
        self.passed = self.lost = 0
        self._chance = random.Random(5)
        self.flows: dict[tuple[int, Address], asyncio.DatagramTransport] = {}

    def forward(self, send: Callable[[], None]) -> None:
        if self.cut or self._chance.random() < self.loss:
            self.lost += 1
            return
        self.passed += 1
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, send)
        else:
            send()


class _FromEngine(asyncio.DatagramProtocol):
    """What the engine answers to one browser's flow."""

    def __init__(self, relay: Relay, entry: asyncio.DatagramTransport, browser: Address) -> None:
        self.relay, self.entry, self.browser = relay, entry, browser

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.relay.forward(lambda: self.entry.sendto(data, self.browser))


class _FromBrowser(asyncio.DatagramProtocol):
    """The relay's side of one engine port: a socket towards the engine for every browser that comes."""

    def __init__(self, relay: Relay, port: int) -> None:
        self.relay, self.port = relay, port

    def connection_made(self, transport: Any) -> None:
        self.entry = transport

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.relay.forward(lambda: self._pass(data, address))

    def _pass(self, data: bytes, address: Address) -> None:
        if flow := self.relay.flows.get((self.port, address)):
            flow.sendto(data)
        else:
            asyncio.get_running_loop().create_task(self._open(data, address))

    async def _open(self, data: bytes, address: Address) -> None:
        flow, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _FromEngine(self.relay, self.entry, address), remote_addr=("127.0.0.1", self.port)
        )
        self.relay.flows[self.port, address] = flow
        flow.sendto(data)


@contextlib.contextmanager
def running_relay(first: int, last: int) -> Iterator[Relay]:
    """For the engine's ports from `first` to `last`, in a thread of its own."""
    relay, loop, ready = Relay(), asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        for port in range(first, last + 1):
            await loop.create_datagram_endpoint(
                lambda port=port: _FromBrowser(relay, port),  # type: ignore[misc]
                local_addr=("127.0.0.1", port + AWAY),
            )
        ready.set()

    def run() -> None:
        loop.create_task(listen())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not ready.wait(10):
        raise TimeoutError("the relay's ports could not be opened")
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
