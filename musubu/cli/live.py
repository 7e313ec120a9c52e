"""`musubu live --socket PATH`: the process of running rooms. Rooms live in its memory, so there is one.

Everything is loaded once by a parent that serves nothing; it forks the process that serves, and forks again at once
when that one dies. So people in a meeting wait for their sockets, not for imports.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import signal
import time
from importlib import import_module
from types import FrameType

ASGI = "musubu.site.asgi"
YOUNG = 1.0  # seconds; one that dies younger than this is given a moment
PARENT_DIED = 1  # PR_SET_PDEATHSIG


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu live")
    parser.add_argument("--socket", required=True, help="unix socket on which the front server reaches it")
    options = parser.parse_args(args)
    import_module(ASGI)  # loaded before the fork
    gc.collect()
    gc.freeze()  # what is loaded stays shared between parent and child
    return _Keeper(options.socket).run()


class _Keeper:
    def __init__(self, socket: str) -> None:
        self.socket, self.child, self.stopping = socket, 0, False

    def run(self) -> int:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while not self.stopping:
            began = time.monotonic()
            self.child = os.fork()
            if self.child == 0:
                _serve(self.socket)
            os.waitpid(self.child, 0)
            if not self.stopping and time.monotonic() - began < YOUNG:
                time.sleep(YOUNG)
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self.child:
            os.kill(self.child, signal.SIGTERM)


def _serve(socket: str) -> None:
    """The child: serves until it is told to stop, and does not outlive its parent."""
    import uvicorn

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGKILL)
    uvicorn.run(
        f"{ASGI}:application",
        uds=socket,
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        proxy_headers=True,
        forwarded_allow_ips="*",  # nobody but the front server reaches the socket
        timeout_graceful_shutdown=3,
    )
    os._exit(0)
