"""Latency of a control message through the runtime, with the null engine or an avatar.

A driver in its own process sends at 60 Hz over ZeroMQ, as a tracker does: pose, expression (52 values) and
gaze. The runtime is `omote run` with the null engine at 512x512; a reader in this process takes its frames.

    received -> published   by the runtime's own clock, from the arrival of the oldest message of a frame to
                            the end of its publishing. Good: p99 <= 1 ms where frames begin with the message
                            (240 fps: the rate never holds one back), and much the same at 60 fps, where the
                            runtime estimates the driver's send times.
    sent -> read            from the driver's `send` to the pixels in the reader's memory, over two sockets.
    cpu                     the runtime's share of one core.

    python -m benchmarks.latency [--seconds 10]
"""

from __future__ import annotations

import argparse
import math
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Event, Process
from multiprocessing.synchronize import Event as EventType
from pathlib import Path

import msgspec
import numpy as np
import psutil
import zmq

from protocol.blendshapes import BLENDSHAPES
from protocol.codec import decode_message, encode
from protocol.frames.frame_header import FRAME_TOPIC, unpack_header
from protocol.messages import Command, ControlMessage, Reply, Status

SEND_HZ = 60.0
WARM_UP_S = 2.0


def free_ports(count: int) -> list[int]:
    """TCP ports on 127.0.0.1 that are free at the moment."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def null_runtime(size: int, fps: int) -> Iterator[tuple[str, int]]:
    """Run `omote run` with the null engine in its own process.

    Yields:
        The name of its stream in shared memory, and its ZeroMQ port.
    """
    control, request, publish = free_ports(3)
    stream = f"benchmark-{publish}"
    command = [
        sys.executable,
        "-m",
        "omote",
        "run",
        "--engine",
        "null",
        "--performance",
        "none",
        "--no-panel",
    ]
    command += ["--publish", "shm,zeromq", "--stream", stream, "--size", str(size), "--fps", str(fps)]
    command += ["--control-port", str(control), "--request-port", str(request)]
    command += ["--publish-port", str(publish), "--osc-port", "none", "--vmc-port", "none"]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as runtime:
        assert runtime.stdout is not None
        try:
            while "Ctrl-C" not in runtime.stdout.readline():
                assert runtime.poll() is None
            yield stream, publish
        finally:
            runtime.terminate()


def drive(port: int, stop: EventType) -> None:
    """The driver's process: sends three layers at 60 Hz, at fixed times."""
    socket_out = zmq.Context.instance().socket(zmq.PUSH)
    socket_out.connect(f"tcp://127.0.0.1:{port}")
    began_s = time.perf_counter()
    number = 0
    while not stop.is_set():
        number += 1
        time.sleep(max(began_s + number / SEND_HZ - time.perf_counter(), 0.0))
        wave = 0.5 + 0.5 * math.sin(number * 0.1)
        for layer, values in (
            ("pose", {"yaw": 0.3 * wave, "pitch": 0.1 * wave, "roll": 0.0, "x": 0.0, "y": 0.0, "z": 0.0}),
            ("expression", dict.fromkeys(BLENDSHAPES, wave)),
            ("gaze", {"yaw": 0.1 * wave, "pitch": 0.0}),
        ):
            message = ControlMessage(
                layer=layer, source="webcam", values=values, sequence=number, capture_time_ns=time.time_ns()
            )
            socket_out.send(encode(message))
    socket_out.close(linger=0)


def ask_status(port: int) -> Status:
    """Request the runtime's status."""
    with zmq.Context.instance().socket(zmq.REQ) as asking:
        asking.setsockopt(zmq.RCVTIMEO, 5000)
        asking.setsockopt(zmq.LINGER, 0)
        asking.connect(f"tcp://127.0.0.1:{port}")
        asking.send(encode(Command(name="status")))
        reply = decode_message(asking.recv())
        assert isinstance(reply, Reply)
        assert reply.status is not None
        return reply.status


def read_for(port: int, seconds: float) -> list[float]:
    """Read frames for a while; milliseconds from the driver's capture time to the pixels, of frames that have one."""
    with zmq.Context.instance().socket(zmq.SUB) as reader:
        reader.setsockopt(zmq.CONFLATE, 1)
        reader.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
        reader.setsockopt(zmq.RCVTIMEO, 5000)
        reader.connect(f"tcp://127.0.0.1:{port}")
        ends_s = time.perf_counter() + seconds
        ages = []
        while time.perf_counter() < ends_s:
            header = unpack_header(reader.recv())
            if header.capture_time_ns:
                ages.append((time.time_ns() - header.capture_time_ns) * 1e-6)
        return ages


def measure(fps: float, seconds: float, engine: list[str]) -> dict[str, float]:
    """Run one runtime, one driver and one reader; returns latencies, CPU and memory."""
    control, request, publish = free_ports(3)
    command = [sys.executable, "-m", "omote", "run", "--performance", "none", "--no-panel", *engine]
    command += ["--fps", str(fps), "--control-port", str(control), "--request-port", str(request)]
    command += ["--publish-port", str(publish), "--osc-port", "none", "--vmc-port", "none"]
    stop = Event()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as runtime:
        driver = Process(target=drive, args=(control, stop), daemon=True)
        driver.start()
        try:
            read_for(publish, WARM_UP_S)
            process = psutil.Process(runtime.pid)
            busy_s = sum(process.cpu_times()[:2])
            ages = read_for(publish, seconds)
            busy_s = sum(process.cpu_times()[:2]) - busy_s
            memory_mb = process.memory_info().rss / 2**20
            status = ask_status(request)
        finally:
            stop.set()
            driver.join()
            runtime.terminate()
    timing = {stage.name: stage for stage in status.stages}
    sent = np.percentile(ages, (50, 99))
    return {
        "fps": status.fps,
        "compose_p50_ms": timing["compose"].p50_ms,
        "frame_p50_ms": timing["frame"].p50_ms,
        "frame_p99_ms": timing["frame"].p99_ms,
        "received_to_published_p50_ms": timing["latency"].p50_ms,
        "received_to_published_p95_ms": timing["latency"].p95_ms,
        "received_to_published_p99_ms": timing["latency"].p99_ms,
        "sent_to_read_p50_ms": round(float(sent[0]), 3),
        "sent_to_read_p99_ms": round(float(sent[1]), 3),
        "cpu_percent": round(100.0 * busy_s / seconds, 1),
        "memory_mb": round(memory_mb, 1),
    }


def main() -> None:
    """Measure at 240 and 60 fps, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--avatar", help="with its engine instead of the null engine, at 60 fps only")
    args = parser.parse_args()
    engine = ["--avatar", args.avatar] if args.avatar else ["--engine", "null"]
    rates = (60.0,) if args.avatar else (240.0, 60.0, 0.0)
    results = {f"{fps:g}": measure(fps, args.seconds, engine) for fps in rates}
    print(
        f"latency, {args.avatar or 'null engine'}, 512x512, driver at {SEND_HZ:g} Hz, {platform.processor()}"
    )
    print(f"{'':34}" + "".join(f"{fps + ' fps':>12}" for fps in results))
    for name in next(iter(results.values())):
        print(f"{name:34}" + "".join(f"{values[name]:12.3f}" for values in results.values()))
    print(msgspec.json.encode({"benchmark": "latency", "results": results}).decode())


if __name__ == "__main__":
    main()
