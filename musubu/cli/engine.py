"""`musubu engine janus | turn | cards`: write an engine's configuration and become it, in the foreground."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from musubu import config
from musubu.engines.janus.config import NotInstalled


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu engine")
    parser.add_argument("which", choices=["janus", "turn", "cards"])
    options = parser.parse_args(args)
    try:
        return {"janus": _janus, "turn": _turn, "cards": _cards}[options.which]()
    except NotInstalled as error:
        print(error, file=sys.stderr)
        return 1


def _cards() -> int:
    """The stand-in for Stripe at the port that MUSUBU_CARD_STANDIN names."""
    from musubu.engines.payments.standin import StandIn

    ours, address = config.value("MUSUBU_ADDRESS"), config.value("MUSUBU_CARD_STANDIN")
    port = urlsplit(address).port
    if not port:
        print(
            "MUSUBU_CARD_STANDIN: give the address where it shall answer, such as http://127.0.0.1:4000",
            file=sys.stderr,
        )
        return 2
    StandIn(
        config.card_standin(),
        secret=config.secret("card-standin"),
        port=port,
        hook=f"{ours}/webhooks/stripe/",
        pages=f"{ours}/card-stand-in" if config.value("MUSUBU_FRONT") == "1" else address,
    ).serve()
    return 0


def _janus() -> int:
    from musubu.engines.janus import config as janus

    instance = janus.Instance(
        folder=config.run(),
        api=config.secret("janus-api"),
        admin=config.secret("janus-admin"),
        room=config.secret("janus-room"),
        address=config.value("MUSUBU_MEDIA_ADDRESS"),
        ports=config.ports("MUSUBU_MEDIA_PORTS"),
        bridge_ports=config.ports("MUSUBU_BRIDGE_PORTS"),
        events_port=int(config.value("MUSUBU_ENGINE_EVENTS") or 0),
    )
    return _become(janus.command(janus.write(instance)), janus.environment(instance, config.LOOPBACK))


def _turn() -> int:
    from musubu.engines.turn import config as turn

    certificate = config.value("MUSUBU_TURN_CERTIFICATE")
    instance = turn.Instance(
        folder=config.run(),
        secret=config.secret("turn"),
        address=config.value("MUSUBU_MEDIA_ADDRESS"),
        port=int(config.value("MUSUBU_TURN_PORT")),
        certificate=Path(certificate) if certificate else None,
    )
    return _become(turn.command(turn.write(instance)), {})


def _become(command: list[str], more: dict[str, str]) -> int:
    os.execve(command[0], command, os.environ | more)
    return 1
