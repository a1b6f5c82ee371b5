"""Latency from publishing a frame to its pixels in a C++ program's memory: Unreal's client, compiled by g++.

The runtime is `omote run` with the null engine at 512x512 and 60 fps; the reader is the program that the tests use
(tests/unreal/driver.cpp). Milliseconds from publishing to the pixels copied:

    shm       shared memory, polled every 0.2 ms; a game engine polls once per rendered frame instead
    zeromq    the whole frame over TCP, from the end of drawing; needs libzmq's header

Good: shared memory p50 at most 0.15, p99 at most 2.5.

    python -m benchmarks.cpp [--seconds 10] [--size 512]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.latency import null_runtime
from protocol.frames.ring_files import ring_folder

ROOT = Path(__file__).resolve().parents[1]
HEADERS = ROOT / "unreal_sample/Omote/Source/Omote/Public"
DRIVER = ROOT / "tests/unreal/driver.cpp"
FPS = 60
WARM_UP = 30  # frames


def build(folder: Path) -> tuple[Path, bool]:
    """Compile the program; returns its path, and whether it can read ZeroMQ."""
    program = folder / "driver"
    command = ["g++", "-std=c++17", "-O2", "-I", str(HEADERS), str(DRIVER), "-o", str(program)]
    has_zmq = subprocess.run([*command, "-DWITH_ZMQ", "-lzmq"], capture_output=True).returncode == 0
    if not has_zmq:
        subprocess.run(command, check=True)
    return program, has_zmq


def measure(program: Path, has_zmq: bool, size: int, seconds: float) -> dict[str, dict[str, float]]:
    """Percentiles of each transport, from one runtime and one reader after the other."""
    results: dict[str, dict[str, float]] = {}
    with null_runtime(size, FPS) as (stream, publish):
        transports = {"shm": ["ring", stream, str(ring_folder())]}
        if has_zmq:
            transports["zeromq"] = ["zmq", f"tcp://127.0.0.1:{publish}", "-"]
        for name, words in transports.items():
            line = [str(program), "read", *words, "1000000", str(seconds)]
            output = subprocess.run(line, capture_output=True, text=True).stdout
            taken = [row.split() for row in output.splitlines() if row.startswith("frame")][WARM_UP:]
            times_ms = np.array([float(row[-1]) for row in taken]) / 1e6
            ids = np.array([int(row[1]) for row in taken])
            p50, p95, p99 = np.percentile(times_ms, (50, 95, 99)).round(3).tolist()
            lost = int(ids[-1] - ids[0] + 1 - len(ids))
            results[name] = {
                "p50_ms": p50,
                "p95_ms": p95,
                "p99_ms": p99,
                "frames": len(ids),
                "lost": lost,
            }
    return results


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each transport")
    parser.add_argument("--size", type=int, default=512)
    args = parser.parse_args()
    if shutil.which("g++") is None:
        print("g++ is missing; install it with: apt-get install g++")
        print(json.dumps({"benchmark": "cpp", "results": None}))
        return
    with tempfile.TemporaryDirectory() as folder:
        results = measure(*build(Path(folder)), args.size, args.seconds)
    print(f"C++, {args.size} x {args.size} at {FPS} fps, publish -> pixels in the reader's buffer")
    print(f"{'ms':<10}{'p50':>8}{'p95':>8}{'p99':>8}{'frames':>8}{'lost':>6}")
    for name, one in results.items():
        times = "".join(f"{one[key]:8.3f}" for key in ("p50_ms", "p95_ms", "p99_ms"))
        print(f"{name:<10}{times}{one['frames']:8}{one['lost']:6}")
    print(json.dumps({"benchmark": "cpp", "size": args.size, "unit": "ms", "results": results}))


if __name__ == "__main__":
    main()
