"""The sub-commands as their user starts them: a process, datagrams to it, messages from it."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.__main__ import COMMANDS, build_parser
from bridge.commands.network_trackers import TRACKERS
from tests.bridge.hub_running import Wire, open_wire, repeating
from tests.bridge.phone_encoders import Face, livelink
from tests.ports import free_udp_port
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
TALKING = livelink(Face(yaw=0.5, coefficients={"jawOpen": 0.5}))


@pytest.fixture
def wire() -> Iterator[Wire]:
    with open_wire() as wire:
        yield wire


@contextmanager
def bridge(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    killer = threading.Timer(5 * PATIENCE_S, process.kill)  # only so that a failure cannot hang the suite
    killer.start()
    try:
        yield process
    finally:
        killer.cancel()
        process.kill()
        process.communicate()


def lines_until(process: subprocess.Popen[str], part: str) -> list[str]:
    """Standard error up to the line that holds this."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line.rstrip())
        if part in line:
            return lines
    raise AssertionError(f"{part!r} was not said: {lines}")


@contextmanager
def sending(host: str, port: int, datagram: bytes = TALKING) -> Iterator[None]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        repeating(lambda: sender.sendto(datagram, (host, port))),
    ):
        yield


def stopped(process: subprocess.Popen[str]) -> str:
    """What it says after being asked to stop."""
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return err


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_tracker_drives_from_start_to_stop(wire: Wire) -> None:
    port = free_udp_port()
    with bridge("livelink", "--port", str(port), "--to", wire.address, "--source", "me", "--json") as process:
        said = lines_until(process, "phones do with --bind")
        assert said[0] == f"listening: livelink {port}; Ctrl-C stops"
        with sending("127.0.0.1", port):
            message = wire.until(lambda m: m.layer == "pose" and m.source == "me:iPhone")
            assert message.values["yaw"] == pytest.approx(0.5)
            assert process.stdout is not None
            state = next(state for line in process.stdout if (state := json.loads(line))["sources"])
        (source,) = state["sources"]
        assert source["source"] == "me:iPhone"
        assert source["tracker"] == "livelink"
        assert state["ports"] == {"livelink": [port]}
        assert "faces received" in stopped(process).splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="needs another loopback address than 127.0.0.1")
def test_auto_listens_on_every_port_and_accepts_any_format_on_each(wire: Wire) -> None:
    host = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.{random.randrange(2, 255)}"
    with bridge("auto", "--bind", host, "--to", wire.address) as process:
        first = lines_until(process, "listening")[-1]
        for command in TRACKERS:
            assert command.name in first
        with sending(host, 39540):
            wire.until(lambda m: m.layer == "expression" and m.source == "livelink:iPhone")
            lines_until(process, "livelink:iPhone: connected, drives expression, gaze, pose")
        stopped(process)


def test_a_phone_that_cannot_reach_the_bound_address_is_an_error_in_one_line() -> None:
    with bridge("ifacialmocap", "--phone", "192.0.2.20") as process:
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert err.startswith("omote-bridge: 192.0.2.20 cannot answer to 127.0.0.1")
    assert "--bind 0.0.0.0" in err
    assert len(err.splitlines()) == 1


def test_an_unknown_host_is_an_error_in_one_line() -> None:
    with bridge("vmc", "--allow", "no-such-host.invalid") as process:
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert err.startswith("omote-bridge: --allow no-such-host.invalid")


def test_bad_profile_is_an_error_in_one_line(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("[source.livelink.pose]\nyou = 1\n")
    with bridge("livelink", "--profile", str(profile)) as process:
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "pose.you" in err


@pytest.mark.parametrize("command", ["auto", *(command.name for command in TRACKERS)])
def test_help_holds_an_example_that_parses(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser(command).parse_args([command, "--help"])
    text = capsys.readouterr().out
    example = text.partition("example: omote-bridge ")[2].split()
    assert example[0] == command
    assert build_parser(command).parse_args(example).command == command


@pytest.mark.parametrize("command", TRACKERS, ids=lambda command: command.name)
def test_every_command_makes_a_tracker_of_its_name(command: object) -> None:
    from bridge.commands.network_trackers import TrackerCommand

    assert isinstance(command, TrackerCommand)
    assert COMMANDS[command.name] == "bridge.commands.network_trackers"
    tracker = command.make(phone="192.0.2.20", port=12345)
    assert tracker.name == command.name
    if "port" in command.arguments:
        assert getattr(tracker, "udp_ports", ()) == (12345,)
    if command.tcp_class_path:
        assert command.make(tcp=True).name == command.name


def test_a_phone_that_sends_only_when_asked_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser("vts-phone").parse_args(["vts-phone"])
    assert "--phone" in capsys.readouterr().err
