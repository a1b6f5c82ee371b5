"""Names that other programs send never reach a terminal raw: the commands and a real sender, each in its own process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.osc.write import osc_bundles, osc_message
from tests.bridge.hub_running import repeating
from tests.ports import free_ports, free_udp_port
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = "\x1b]0;owned\x07Anna\x1b[2J\x9b31m\u202e"


def raw(content: bytes) -> list[str]:
    """The characters in it that a terminal would obey."""
    obeyed = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E)} - {"\n"}
    return [letter for letter in content.decode() if letter in obeyed]


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """Request and OSC ports of a running `omote run`."""
    control, request, publish = free_ports(3)
    osc = free_udp_port()
    given = {"control": control, "request": request, "publish": publish, "osc": osc, "vmc": "none"}
    options = [text for name, port in given.items() for text in (f"--{name}-port", str(port))]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "omote",
            "run",
            *options,
            "--no-panel",
            "--publish",
            "zeromq",
            "--engine",
            "null",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        yield request, osc
    finally:
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[0]
        assert raw(said) == []


def status(request: int, *options: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "omote", "status", "--request-port", str(request), *options],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout + done.stderr


def test_a_drivers_name_is_shown_without_its_escape_sequences(ports: tuple[int, int]) -> None:
    request, osc = ports
    (bundle,) = osc_bundles(
        [
            osc_message("/omote/source", HOSTILE),
            osc_message("/omote/ttl", 10.0),
            osc_message("/omote/expression/jawOpen", 0.5),
        ]
    )
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        repeating(lambda: sender.sendto(bundle, ("127.0.0.1", osc)), hz=4.0),
    ):
        shown = until(lambda: said if b"Anna" in (said := status(request)) else b"")
        as_json = status(request, "--json")
    assert raw(shown) == []
    assert as_json.isascii()
    assert raw(as_json) == []
    assert "Anna" in str(json.loads(as_json))
