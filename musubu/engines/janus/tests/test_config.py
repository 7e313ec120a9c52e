"""A private Janus starts from the configuration that we write, answers to its secrets alone, and is reached by us only."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import unix_connect
from websockets.asyncio.server import serve

from musubu.engines.janus import config
from tests.engines import running_janus


def an_instance(folder: Path, **more: Any) -> config.Instance:
    return config.Instance(folder, "a", "b", "c", **{"address": "127.0.0.1", "ports": (20000, 29999)} | more)


async def _ask(socket: Path, protocol: str, **message: Any) -> dict[str, Any]:
    async with unix_connect(str(socket), "ws://janus/", subprotocols=[protocol], compression=None) as web:  # type: ignore[list-item]
        await web.send(json.dumps({"transaction": "1", **message}))
        answer: dict[str, Any] = json.loads(await web.recv())
        return answer


def ask(socket: Path, protocol: str, **message: Any) -> dict[str, Any]:
    return asyncio.run(_ask(socket, protocol, **message))


def test_it_starts_and_answers_to_its_secrets_alone() -> None:
    with running_janus() as running:
        made = ask(running.socket, "janus-protocol", janus="create", apisecret=running.instance.api)
        assert made["janus"] == "success"
        refused = ask(running.socket, "janus-protocol", janus="create", apisecret="guess")
        assert refused["error"]["code"] == 403
        refused = ask(running.admin_socket, "janus-admin-protocol", janus="list_sessions", admin_secret="guess")
        assert refused["error"]["code"] == 403
        info = ask(running.admin_socket, "janus-admin-protocol", janus="info", admin_secret=running.instance.admin)
        assert sorted(info["plugins"]) == ["janus.plugin.audiobridge", "janus.plugin.videoroom"]
        assert list(info["transports"]) == ["janus.transport.websockets"]
        assert info["ice-lite"] and info["ice-tcp"] and info["static-event-loops"] == 2


def test_it_listens_on_no_port_of_its_own() -> None:
    """Control is by the two sockets only; media ports open when somebody joins."""
    with running_janus() as running:
        sockets = {
            link.readlink().name for link in Path(f"/proc/{running.process.pid}/fd").iterdir() if _is_socket(link)
        }
        inodes = {name.removeprefix("socket:[").removesuffix("]") for name in sockets}
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        assert not [line for line in lines if line[9] in inodes and line[3] == "0A"]


def _is_socket(link: Path) -> bool:
    try:
        return link.readlink().name.startswith("socket:")
    except OSError:
        return False


def test_it_is_back_within_half_a_second_over_stale_sockets() -> None:
    with running_janus() as running:
        running.kill()
        assert running.socket.exists()
        began = time.monotonic()
        running.start()
        assert time.monotonic() - began < 0.5
        assert (
            ask(running.socket, "janus-protocol", janus="create", apisecret=running.instance.api)["janus"] == "success"
        )


def test_it_reports_events_and_comes_back_to_a_listener_that_was_away() -> None:
    async def scene() -> None:
        heard: asyncio.Queue[Any] = asyncio.Queue()

        async def listen(web: Any) -> None:
            async for text in web:
                await heard.put(json.loads(text))

        async with serve(listen, "127.0.0.1", 0, subprotocols=["janus-event-handlers"]) as server:  # type: ignore[list-item]
            port = server.sockets[0].getsockname()[1]
            with running_janus(events_port=port) as running:
                await _ask(running.socket, "janus-protocol", janus="create", apisecret=running.instance.api)
                while not any(one["type"] == 1 for one in await asyncio.wait_for(heard.get(), 5)):
                    pass
                server.close()
                await server.wait_closed()
                async with serve(listen, "127.0.0.1", port, subprotocols=["janus-event-handlers"]):  # type: ignore[list-item]
                    await asyncio.sleep(2)
                    await _ask(running.socket, "janus-protocol", janus="create", apisecret=running.instance.api)
                    await asyncio.wait_for(heard.get(), 10)

    asyncio.run(scene())


def test_files_and_folder_are_the_owner_s_alone(tmp_path: Path) -> None:
    folder = config.write(an_instance(tmp_path / "run"))
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_value_cannot_break_out_of_its_quotes(tmp_path: Path) -> None:
    folder = config.write(config.Instance(tmp_path, 'a"b\\', "b", "c", "127.0.0.1", (1, 2)))
    assert 'api_secret = "a\\"b\\\\"' in (folder / "janus.jcfg").read_text()


def test_an_address_of_another_machine_means_a_router_before_us(tmp_path: Path) -> None:
    folder = config.write(an_instance(tmp_path, address="203.0.113.5"))
    core = (folder / "janus.jcfg").read_text()
    assert 'nat_1_1_mapping = "203.0.113.5"' in core and "ice_lite" not in core
    assert config.environment(an_instance(tmp_path, address="203.0.113.5"), Path("shim")) == {}
    assert config.environment(an_instance(tmp_path), Path("shim")) == {"LD_PRELOAD": "shim"}


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(config.NotInstalled, match="janus is not installed"):
        config.executable()
    monkeypatch.setattr(config, "INSTALLED", ("/nowhere",))
    with pytest.raises(config.NotInstalled, match="plugins"):
        config.modules()
