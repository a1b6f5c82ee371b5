"""VTube Studio emulation: latency from a plugin's injection to the runtime's socket, in milliseconds.

python -m benchmarks.vts [--seconds 8]

A plugin injects 30 parameters 60 times a second over a WebSocket; a ZeroMQ PULL socket stands in for the
runtime. Measured: from before the plugin's send to the decoded ControlMessage, the time until the plugin has
its reply, and the server's share of a core.

Good: message p99 under 2 ms, under 15 % of a core.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import zmq
from websockets.sync.client import ClientConnection, connect

from bridge.vts.inputs import VTS_INPUTS
from protocol.codec import decode_control

ROOT = Path(__file__).resolve().parents[1]
FPS = 60
WARM_UP = 60


def ask(plugin: ClientConnection, kind: str, data: object) -> dict[str, Any]:
    """One request and its reply's data."""
    envelope = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "requestID": "1", "data": data}
    plugin.send(json.dumps(envelope | {"messageType": kind + "Request"}))
    reply: dict[str, Any] = json.loads(plugin.recv())
    return reply["data"]


def injections(
    plugin: ClientConnection, pull: zmq.Socket[bytes], count: int
) -> tuple[list[float], list[float]]:
    """Send injections at FPS.

    Returns:
        Milliseconds to the pose message of each injection, and to its reply, after the warm-up.
    """
    message_ms, reply_ms = [], []
    due_s = time.perf_counter()
    for number in range(count):
        yaw = 10.0 + number % 100 / 10.0
        values = [{"id": known.name, "value": known.default} for known in VTS_INPUTS[:29]]
        values = [value for value in values if value["id"] != "FaceAngleX"] + [
            {"id": "FaceAngleX", "value": yaw}
        ]
        begin = time.perf_counter()
        ask(plugin, "InjectParameterData", {"faceFound": True, "parameterValues": values})
        reply_ms.append((time.perf_counter() - begin) * 1e3)
        while True:
            message = decode_control(pull.recv())
            if message.layer == "pose" and abs(np.degrees(message.values["yaw"]) - yaw) < 1e-6:
                break
        message_ms.append((time.perf_counter() - begin) * 1e3)
        due_s += 1.0 / FPS
        time.sleep(max(due_s - time.perf_counter(), 0.0))
        while pull.poll(0):  # the other messages of this injection
            pull.recv()
    return message_ms[WARM_UP:], reply_ms[WARM_UP:]


def main() -> None:
    """Measure and print: a table for people, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, zmq.Context() as context, context.socket(zmq.PULL) as pull:
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        arguments = ["--port", "0", "--to", to, "--approve", "auto", "--beacon-port", "none"]
        server = subprocess.Popen(
            [sys.executable, "-m", "bridge", "vts-server", *arguments, "--tokens", f"{folder}/tokens.json"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        address = server.stderr.readline().partition("connect to ")[2].partition(";")[0]
        with connect(address) as plugin:
            who = {"pluginName": "Benchmark", "pluginDeveloper": "Benchmark"}
            ask(plugin, "Authentication", who | ask(plugin, "AuthenticationToken", who))
            times = psutil.Process(server.pid).cpu_times()
            begin_s = time.perf_counter()
            message_ms, reply_ms = injections(plugin, pull, round(options.seconds * FPS))
            after = psutil.Process(server.pid).cpu_times()
            used_s = after.user + after.system - times.user - times.system
            core_share = used_s / (time.perf_counter() - begin_s)
        server.terminate()
        server.communicate(timeout=20)

    result: dict[str, object] = {"injections": len(message_ms), "core_share": round(core_share, 3)}
    print(f"{len(message_ms)} injections of 29 parameters, {FPS} a second")
    print(f"{'':10}{'p50':>8}{'p95':>8}{'p99':>8}  ms")
    for name, row in (("message", message_ms), ("reply", reply_ms)):
        p50, p95, p99 = (float(value) for value in np.percentile(row, [50, 95, 99]))
        print(f"{name:10}{p50:8.2f}{p95:8.2f}{p99:8.2f}")
        result |= {f"{name}_p50_ms": round(p50, 3), f"{name}_p99_ms": round(p99, 3)}
    print(f"{core_share * 100:.0f} % of a core")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
