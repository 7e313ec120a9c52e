"""What `musubu serve` would start, and what `musubu check` says about the engines."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musubu import config
from musubu.cli import check, engine, front, serve
from musubu.config import SETTINGS


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSUBU_VAR", str(tmp_path))


def test_engines_are_children_and_hear_of_their_ports() -> None:
    commands, environment = serve._children(config.run(), 8000)
    assert {"front", "web", "live", "janus", "turn", "worker", "films"} <= set(commands)
    assert environment["MUSUBU_ENGINE_EVENTS"].isdigit()
    assert environment["MUSUBU_TURN"] == f"turn:127.0.0.1:{environment['MUSUBU_TURN_PORT']}"
    assert commands["live"].endswith(f"musubu live --socket {config.run()}/live.sock")


def test_a_taken_port_of_the_relay_is_left_alone_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        monkeypatch.setenv("MUSUBU_TURN_PORT", taken)
        assert serve._children(config.run(), 8000)[1]["MUSUBU_TURN_PORT"] != taken
        monkeypatch.setenv("MUSUBU_MEDIA_ADDRESS", "203.0.113.5")  # firewalls know that one
        assert serve._children(config.run(), 8000)[1]["MUSUBU_TURN_PORT"] == taken


@pytest.mark.parametrize("given", ["none", "turn:relay.example:3478"])
def test_another_relay_or_none(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("MUSUBU_TURN", given)
    commands, environment = serve._children(config.run(), 8000)
    assert "turn" not in commands and "MUSUBU_TURN" not in environment
    assert check.problems() == []


def test_without_engines_the_rest_runs_and_check_says_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(front, "executable", lambda: None)
    commands, _ = serve._children(config.run(), 8000)
    assert set(commands) == {"web", "worker", "worker-2"}
    assert check.run([]) == 0
    said = capsys.readouterr().err
    for name in ("janus", "turnserver", "ffmpeg", "soffice", "pdftoppm", "nginx", "bubblewrap"):
        assert name in said
    assert engine.run(["janus"]) == 1
    assert "script/setup" in capsys.readouterr().err


def test_check_says_what_to_do_where_the_fence_cannot_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    monkeypatch.setattr(check.fence, "available", lambda: False)
    (line,) = [one for one in check.missing() if "bubblewrap" in one]
    assert "user namespaces" in line and "sysctl" in line
    monkeypatch.setattr(check.fence, "available", lambda: True)
    assert not [one for one in check.missing() if "bubblewrap" in one]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("MUSUBU_MEDIA_ADDRESS", "meet.example"),
        ("MUSUBU_MEDIA_PORTS", "20000"),
        ("MUSUBU_MEDIA_PORTS", "30000-20000"),
        ("MUSUBU_BRIDGE_PORTS", "30000-70000"),
        ("MUSUBU_TURN", "relay.example"),
        ("MUSUBU_TURN_PORT", "tls"),
        ("MUSUBU_TURN_CERTIFICATE", "/nowhere.pem"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, given: str) -> None:
    monkeypatch.setenv(name, given)
    (line,) = check.problems()
    assert line.startswith(f"{name}={given!r}: ")


def test_every_setting_is_described() -> None:
    text = (config.ROOT / "docs/operations.md").read_text()
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []


def test_the_front_server_carries_live_connections_and_guards_files(tmp_path: Path) -> None:
    text = front.write(tmp_path, 8000).read_text()
    live = text[text.index("location /live/") :].split("}")[0]
    assert "Upgrade $http_upgrade" in live and "proxy_buffering off" in live and "1h" in live
    protected = text[text.index("location /protected/") :].split("}")[0]
    assert "internal;" in protected and f"alias {tmp_path}/files/" in protected


def test_a_killed_child_is_back_at_once(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = f"sh -c 'echo $$ >> {pids}; exec sleep 60'"
    path = tmp_path / "supervisord.conf"
    user = "user=root\n" if os.getuid() == 0 else ""
    program = serve.PROGRAM.format(name="child", command=command, root=tmp_path, environment="")
    path.write_text(serve.SUPERVISOR.format(run=tmp_path, user=user) + program)
    code = f"from pathlib import Path; from musubu.cli import supervise; supervise.run(Path({str(path)!r}))"
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _started(pids, 1, 10)
        time.sleep(1.2)  # one that dies younger than a second is given more and more time
        os.kill(int(pids.read_text()), signal.SIGKILL)
        _started(pids, 2, 0.5)
    finally:
        supervisor.terminate()
        supervisor.wait(10)


def _started(pids: Path, times: int, patience: float) -> None:
    end = time.monotonic() + patience
    while not pids.exists() or len(pids.read_text().splitlines()) < times:
        assert time.monotonic() < end, "it was not started in time"
        time.sleep(0.01)
