"""`omote run` in a process of its own, driven by plain msgpack messages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import msgpack
import numpy as np
import pytest
import zmq

from bridge.ports.own_addresses import own_addresses
from omote.__main__ import main
from protocol.channels import CHANNEL_INDEX
from protocol.frames.frame_header import FRAME_TOPIC, HEADER_BYTES, unpack_header
from runtime.engines.null import read_bars
from tests.ipv6 import needs_ipv6
from tests.ports import free_ports
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]


def start(*arguments: str) -> subprocess.Popen[str]:
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    return subprocess.Popen(
        [sys.executable, "-m", "omote", "run", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        creationflags=flags,
    )


def interrupt(process: subprocess.Popen[str]) -> None:
    """Send what Ctrl-C sends."""
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)


@pytest.fixture
def ports() -> list[int]:
    return free_ports(3)


def arguments_for(ports: list[int]) -> list[str]:
    named = zip(("control", "request", "publish"), ports, strict=True)
    given = [text for name, port in named for text in (f"--{name}-port", str(port))]
    return [
        *given,
        "--osc-port",
        "none",
        "--vmc-port",
        "none",
        "--no-panel",
        "--publish",
        "zeromq",
        "--engine",
        "null",
        "--size",
        "128",
    ]


def test_a_script_drives_it_frames_come_out_and_ctrl_c_ends_it_cleanly(ports: list[int]) -> None:
    process = start(*arguments_for(ports), "--performance", "none")
    context = zmq.Context()
    sender, reader, asking = context.socket(zmq.PUSH), context.socket(zmq.SUB), context.socket(zmq.REQ)
    try:
        for opened in (sender, reader, asking):
            opened.setsockopt(zmq.LINGER, 0)
            opened.setsockopt(zmq.RCVTIMEO, int(PATIENCE_S * 1000))
        sender.connect(f"tcp://127.0.0.1:{ports[0]}")
        asking.connect(f"tcp://127.0.0.1:{ports[1]}")
        reader.setsockopt(zmq.CONFLATE, 1)
        reader.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
        reader.connect(f"tcp://127.0.0.1:{ports[2]}")
        jaw, ends_s, last_id = 0.0, time.monotonic() + PATIENCE_S, 0
        while abs(jaw - 0.7) > 0.01:
            assert time.monotonic() < ends_s, f"the jaw is at {jaw}"
            said = {"type": "control", "layer": "expression", "source": "script", "values": {"jawOpen": 0.7}}
            sender.send(msgpack.packb(said | {"ttl_s": 60.0}))
            sender.send(b"\xff\x00 nonsense")
            message = reader.recv()
            header = unpack_header(message)
            assert header.frame_id > last_id
            last_id = header.frame_id
            pixels = np.frombuffer(message, np.uint8, offset=HEADER_BYTES).reshape(128, 128, 4)
            jaw = float(read_bars(pixels)[JAW])
        asking.send(msgpack.packb({"type": "command", "name": "status", "request_id": "a"}))
        reply = msgpack.unpackb(asking.recv())
        assert reply["ok"]
        assert reply["status"]["drivers"][0]["owned"] == ["jawOpen"]
        assert sum(reply["status"]["dropped"].values()) >= 1
        interrupt(process)
        said, complaints = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert complaints == ""
        assert f"control {ports[0]}" in said
    finally:
        process.kill()
        process.communicate()
        for opened in (sender, reader, asking):
            opened.close()
        context.term()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process at SIGTERM at once")
def test_sigterm_ends_it_cleanly(ports: list[int]) -> None:
    process = start(*arguments_for(ports))
    try:
        assert process.stdout is not None
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        process.terminate()
        _, complaints = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, complaints) == (0, "")
    finally:
        process.kill()
        process.communicate()


def test_a_port_in_use_is_named(ports: list[int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[0]))
        other.listen()
        process = start(*arguments_for(ports))
        _, complaints = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert str(ports[0]) in complaints
    assert "--control-port" in complaints
    assert "Traceback" not in complaints


@pytest.mark.skipif(not own_addresses(), reason="this machine is in no network")
@pytest.mark.parametrize("bind", ["0.0.0.0", pytest.param("::", marks=needs_ipv6)])
def test_bound_to_every_address_it_prints_those_that_other_machines_use(bind: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    for words in (["add", "laptop", "-o", str(tmp_path / "laptop.omote-key")], ["token"]):
        assert main(["keys", "--keys", str(folder), *words]) == 0
    ports = [word for name in ("control", "request", "panel") for word in (f"--{name}-port", "0")]
    closed = ["--osc-port", "none", "--vmc-port", "none", "--publish", "browser"]
    options = ["--engine", "null", "--bind", bind, "--keys", str(folder), *ports, *closed]
    process = subprocess.Popen(
        [sys.executable, "-m", "omote", "run", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = list(iter(process.stdout.readline, "Ctrl-C stops.\n"))
        addresses = own_addresses() + (own_addresses(ipv6=True) if bind == "::" else [])
        panels = [line.split()[1].rstrip(",") for line in lines if line.startswith("panel ")]
        assert [urlsplit(panel).hostname for panel in panels] == [*addresses, "127.0.0.1"]
        for panel in panels:
            with urllib.request.urlopen(panel, timeout=60) as answer:
                assert answer.status == 200
        [others] = [line.split() for line in lines if line.startswith("others ")]
        assert others[3] == "--to"
        assert others[4].startswith(f"tcp://{addresses[0]}:")
        assert f"every address of this machine: {', '.join(addresses)}" in "".join(lines)
        assert not [line for line in lines if "0.0.0.0" in line or " ::" in line]
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
