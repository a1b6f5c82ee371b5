"""Several faces in one process: frame rate, latency and memory with 1, 2, 4 and 8 of them.

    python -m benchmarks.serve [--faces 1,2,4,8] [--size 256] [--fps 30] [--seconds 20]

Starts `omote serve` with the avatars that come with Omote, in shared memory and over ZeroMQ, and drives each face with
its own `omote.client`, thirty messages a second. Everything is asked of the runtime's own status over its ports.

    fps         frames a second of the slowest and of the fastest face. Good: all the wanted rate up to 8 faces, and where
                it is missed, the two within 2 %.
    latency     from a message's arrival to its published frame, p50 and p99 of the worst face, ms. Good: p50 below a frame.
    cpu         processor time of the process for one frame of one face, ms. Good: with 8 faces no more than with one; it is
                comparable on a busy machine too.
    memory      resident memory of the process. Good: at most 40 MB for each further face.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from typing import Final

import psutil

from omote.client import Omote, RuntimeAddress
from protocol.messages import Status
from runtime.avatars.builtin import builtin_avatars

WARM_UP_S: Final = 4.0
RATE: Final = 30.0
_PORTS: Final = re.compile(r"^(\S+) +control (\d+), request (\d+)", re.MULTILINE)
_CLOSED: Final = ("--osc-port", "none", "--vmc-port", "none", "--no-panel")
_FREE: Final = ("--control-port", "0", "--request-port", "0", "--publish-port", "0")


def measured(count: int, *, size: int, fps: float, seconds: float) -> dict[str, float]:
    """Run so many faces for some seconds."""
    avatars = sorted(builtin_avatars())
    faces = ",".join(f"bench-{number}={avatars[number % len(avatars)]}" for number in range(count))
    options = (
        "--size",
        str(size),
        "--fps",
        f"{fps:g}",
        "--publish",
        "shm,zeromq",
        "--engine",
        "head",
        *_FREE,
        *_CLOSED,
    )
    line = [sys.executable, "-m", "omote", "serve", "--avatars", faces, *options]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            clients = [
                Omote(source="benchmark", address=address, timeout_s=30.0)
                for address in _addresses(process, count)
            ]
            _drive(clients, WARM_UP_S)
            watched = psutil.Process(process.pid)
            before, cpu_s = [client.status() for client in clients], _cpu_s(watched)
            _drive(clients, seconds)
            cpu_s = _cpu_s(watched) - cpu_s
            after = [client.status() for client in clients]
            memory_mb = watched.memory_info().rss / 1e6
            for client in clients:
                client.close()
        finally:
            process.terminate()
    rates = [(b.frames - a.frames) / (b.uptime_s - a.uptime_s) for a, b in zip(before, after, strict=True)]
    frames = sum(b.frames - a.frames for a, b in zip(before, after, strict=True))
    p50_ms, p99_ms = (max(_latency(status)[place] for status in after) for place in (0, 1))
    return {
        "fps_min": min(rates), "fps_max": max(rates), "latency_p50_ms": p50_ms, "latency_p99_ms": p99_ms,
        "cpu_ms": 1000.0 * cpu_s / frames, "memory_mb": memory_mb,
    }  # fmt: skip


def _addresses(process: subprocess.Popen[str], count: int) -> list[RuntimeAddress]:
    """Those of the faces, as the runtime prints them."""
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        said_now = process.stdout.readline()
        if not said_now:
            raise SystemExit(f"omote serve has ended:\n{said}")
        said += said_now
    found = _PORTS.findall(said)
    assert len(found) == count, said
    return [
        RuntimeAddress(control_port=int(control), request_port=int(request)) for _, control, request in found
    ]


def _drive(clients: list[Omote], seconds: float) -> None:
    """Move every face, each a little later than the one before, as drivers of their own would."""
    began_s, step = time.perf_counter(), 0
    while (now_s := time.perf_counter() - began_s) < seconds:
        client = clients[step % len(clients)]
        client.pose(yaw=0.3 if now_s % 2 < 1 else -0.3)
        step += 1
        time.sleep(max(0.0, began_s + step / (RATE * len(clients)) - time.perf_counter()))


def _cpu_s(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def _latency(status: Status) -> tuple[float, float]:
    return next((stage.p50_ms, stage.p99_ms) for stage in status.stages if stage.name == "latency")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--faces", default="1,2,4,8")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    results = {}
    print(f"{args.size} x {args.size}, {args.fps:g} fps wanted, {args.seconds:g} s each")
    print(
        f"{'faces':>5} {'fps':>13} {'latency p50':>12} {'p99 ms':>7} {'cpu ms a frame':>15} {'memory MB':>10}"
    )
    for count in map(int, args.faces.split(",")):
        got = measured(count, size=args.size, fps=args.fps, seconds=args.seconds)
        rates = f"{got['fps_min']:.1f}-{got['fps_max']:.1f}"
        latency = f"{got['latency_p50_ms']:>12.1f} {got['latency_p99_ms']:>7.1f}"
        print(
            f"{count:>5} {rates:>13} {latency} {got['cpu_ms']:>15.2f} {got['memory_mb']:>10.0f}", flush=True
        )
        results[str(count)] = {name: round(value, 3) for name, value in got.items()}
    print(json.dumps({"benchmark": "serve", "size": args.size, "fps": args.fps, "results": results}))


if __name__ == "__main__":
    main()
