"""A runtime in a process of its own, as attackers and honest drivers on this machine meet it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
import zmq

from protocol.channels import CHANNEL_INDEX
from tests.ports import free_ports
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]


@dataclass
class RunningRuntime:
    """The process, its ports, and an honest client."""

    process: subprocess.Popen[str]
    control: int
    request: int
    publish: int
    osc: int
    panel: int
    context: zmq.Context[zmq.Socket[bytes]] = field(default_factory=zmq.Context)

    def ask(self, name: str, argument: str = "") -> dict[str, Any]:
        """One command's reply."""
        with self.context.socket(zmq.REQ) as asking:
            asking.setsockopt(zmq.RCVTIMEO, 60_000)
            asking.setsockopt(zmq.LINGER, 0)
            asking.connect(f"tcp://127.0.0.1:{self.request}")
            asking.send(msgpack.packb({"type": "command", "name": name, "argument": argument}))
            reply: dict[str, Any] = msgpack.unpackb(asking.recv())
            return reply

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.ask("status")["status"]
        return status

    def drive(self, value: float, source: str = "honest") -> None:
        """Open the jaw as a tracker would, until the runtime shows it."""
        with self.context.socket(zmq.PUSH) as driver:
            driver.setsockopt(zmq.LINGER, 0)
            driver.connect(f"tcp://127.0.0.1:{self.control}")

            def is_shown() -> bool:
                values = {"jawOpen": value}
                message = {"type": "control", "layer": "expression", "source": source, "values": values}
                driver.send(msgpack.packb(message | {"ttl_s": 2.0}))
                return abs(self.status()["values"][JAW] - value) < 0.05

            until(is_shown)

    @property
    def memory_mb(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 2**20


@pytest.fixture
def omote() -> Iterator[RunningRuntime]:
    """`omote run` with the null engine, on free ports."""
    control, request, publish, panel = free_ports(4)
    (osc,) = free_ports(1, socket.SOCK_DGRAM)
    line = [
        sys.executable,
        "-m",
        "omote",
        "run",
        "--engine",
        "null",
        "--performance",
        "none",
        "--size",
        "128",
    ]
    line += ["--control-port", str(control), "--request-port", str(request), "--publish-port", str(publish)]
    line += ["--osc-port", str(osc), "--vmc-port", "none", "--panel-port", str(panel)]
    line += ["--publish", "zeromq,browser"]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        until(lambda: "Ctrl-C" in process.stdout.readline() or process.poll() is not None)
        running = RunningRuntime(process, control, request, publish, osc, panel)
        try:
            yield running
        finally:
            running.context.destroy(linger=0)
            process.terminate()
            assert process.wait(60) == 0
