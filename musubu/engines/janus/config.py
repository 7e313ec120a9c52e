"""A private Janus: its configuration, written anew for every start, and the command that runs it in the foreground.

Control is by two unix sockets in a folder of the owner alone, each guarded by a secret; browsers never reach it.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

SHARED = ("videoroom", "audiobridge")  # the plugins that meetings use; what else the package brings stays off
INSTALLED = ("/usr/lib/*/janus", "/usr/lib/janus", "/usr/local/lib/janus", "/opt/janus/lib/janus")
STATISTICS = 2  # seconds between the engine's reports about each stream


@dataclass(frozen=True)
class Instance:
    """What one Janus is told. `api` and `admin` guard its sockets, `room` guards making and forwarding rooms."""

    folder: Path  # holds janus.sock and admin.sock
    api: str
    admin: str
    room: str
    address: str  # at which browsers reach media
    ports: tuple[int, int]
    bridge_ports: tuple[int, int] = (30000, 30999)  # plain RTP of the audio bridge, on this machine only
    events_port: int = 0  # where the live process hears the engine's events; 0: nobody does
    loops: int = 0  # threads that carry media; 0: as many as there are cores


class NotInstalled(Exception):
    """The engine or a part of it is missing on this machine."""


def executable() -> str:
    found = shutil.which("janus")
    if not found:
        raise NotInstalled("janus is not installed: run script/setup, or apt-get install janus")
    return found


def modules() -> Path:
    """The folder with the engine's plugins, transports and event handlers, wherever its package puts them."""
    for pattern in INSTALLED:
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            if (folder / "plugins/libjanus_videoroom.so").exists():
                return folder
    raise NotInstalled("the plugins of janus are nowhere under /usr/lib: run script/setup, or apt-get install janus")


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def is_own(address: str) -> bool:
    """Whether an interface of this machine has the address; if not, a router before it does (1:1 NAT)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def write(instance: Instance) -> Path:
    """Write all files, clear sockets that a killed engine left, and say where the configuration lies."""
    folder = instance.folder / "janus"
    for own in (instance.folder, folder):
        own.mkdir(mode=0o700, exist_ok=True)
    for name in ("janus.sock", "admin.sock"):
        (instance.folder / name).unlink(missing_ok=True)
    for name, sections in _files(instance, modules()).items():
        path = folder / f"janus.{name}.jcfg" if name else folder / "janus.jcfg"
        path.touch(mode=0o600)
        path.write_text("".join(_section(*section) for section in sections.items()), encoding="utf-8")
    return folder


def command(folder: Path) -> list[str]:
    return [executable(), "-F", str(folder)]


def environment(instance: Instance, shim: Path) -> dict[str, str]:
    """What the engine needs beyond our own environment: sight of the loopback interface, where media goes over it."""
    return {"LD_PRELOAD": str(shim)} if is_loopback(instance.address) else {}


Values = dict[str, str | int | bool]


def _files(instance: Instance, installed: Path) -> dict[str, dict[str, Values]]:
    key: Values = {"admin_key": instance.room, "lock_rtp_forward": True, "string_ids": True}
    bridge: Values = {"rtp_port_range": _range(instance.bridge_ports), "local_ip": "127.0.0.1"}
    events: Values = {"enabled": False}
    if instance.events_port:
        events = {
            "enabled": True,
            "events": "sessions,media",
            "grouping": True,
            "json": "compact",
            "backend": f"ws://127.0.0.1:{instance.events_port}/",
        }
    return {
        "": _core(instance, installed),
        "transport.websockets": _sockets(instance.folder),
        "plugin.videoroom": {"general": key},
        "plugin.audiobridge": {"general": key | bridge},
        "eventhandler.wsevh": {"general": events},
    }


def _core(instance: Instance, installed: Path) -> dict[str, Values]:
    general: Values = {
        "configs_folder": str(instance.folder / "janus"),
        **{f"{kind}_folder": str(installed / kind) for kind in ("plugins", "transports", "events", "loggers")},
        "debug_level": 2,
        "debug_timestamps": True,
        "debug_colors": False,
        "api_secret": instance.api,
        "admin_secret": instance.admin,
        "session_timeout": 60,
        "reclaim_session_timeout": 30,  # a live process that was restarted takes its session up again within this
        "recordings_tmp_ext": "tmp",
        "event_loops": instance.loops or os.cpu_count() or 1,  # a third of the cost of a thread for each connection
        "allow_loop_indication": True,  # the live process knows which connections belong together
    }
    media: Values = {"rtp_port_range": _range(instance.ports), "no_media_timer": 2, "slowlink_threshold": 4}
    return {
        "general": general,
        "media": media,
        "nat": _nat(instance.address),
        "plugins": _without(installed / "plugins", [f"libjanus_{name}.so" for name in SHARED]),
        "transports": _without(installed / "transports", ["libjanus_websockets.so"]),
        "loggers": _without(installed / "loggers", []),
        "events": {
            "broadcast": bool(instance.events_port),
            "stats_period": STATISTICS,
            **_without(installed / "events", ["libjanus_wsevh.so"]),
        },
    }


def _nat(address: str) -> Values:
    """Behind a router that translates, the engine must check connections itself, so it is no lite agent there."""
    if is_own(address):
        return {"ice_lite": True, "ice_tcp": True, "ice_enforce_list": address, "ignore_mdns": True}
    return {"nat_1_1_mapping": address, "ignore_mdns": True}


def _sockets(folder: Path) -> dict[str, Values]:
    return {
        "general": {
            "json": "compact",
            "ws": True,
            "ws_unix": str(folder / "janus.sock"),
            "wss": False,
            "pingpong_trigger": 10,
            "pingpong_timeout": 5,
        },
        "admin": {"admin_ws": True, "admin_ws_unix": str(folder / "admin.sock"), "admin_wss": False},
    }


def _without(folder: Path, wanted: list[str]) -> Values:
    """Every module that is installed but not wanted, by name, so that a newer package brings nothing in unasked."""
    others = sorted(path.name for path in folder.glob("*.so") if path.name not in wanted)
    return {"disable": ",".join(others)} if others else {}


def _range(ports: tuple[int, int]) -> str:
    return f"{ports[0]}-{ports[1]}"


def _section(name: str, values: Values) -> str:
    return name + ": {\n" + "".join(f"\t{key} = {_text(value)}\n" for key, value in values.items()) + "}\n"


def _text(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
