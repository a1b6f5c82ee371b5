"""Latency from publishing a frame to its pixels in a C# program's memory: Unity's client, under Mono.

The runtime is `omote run` with the null engine at 512x512 and 60 fps; the reader is the console program that the
tests use (tests/unity/driver), compiled by mcs. Milliseconds from publishing to the pixels copied:

    shm, 1 ms poll    shared memory, polled every millisecond; a game engine polls once per rendered frame instead
    shm, doorbell     shared memory, woken by the doorbell message over ZeroMQ
    zeromq            the whole frame over TCP, from the end of drawing, as its header has no later time

Good: shared memory p50 at most 0.6, p99 at most 3, at a 1 ms poll. Copying alone takes about 0.1; the rest of
the p50 is half a poll.

    python -m benchmarks.csharp [--seconds 10] [--size 512]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.latency import null_runtime
from protocol.frames.ring_files import ring_folder

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "unity_sample/Packages/dev.omote.face/Runtime/Core"
DRIVER = ROOT / "tests/unity/driver"
FPS = 60


def build(folder: Path) -> Path:
    """Compile the client and the program around it."""
    core, program = folder / "Omote.Core.dll", folder / "driver.exe"
    mcs = ["mcs", "-langversion:7.2", "-unsafe", "-optimize", "-r:System.Core"]
    subprocess.run([*mcs, "-target:library", f"-out:{core}", *map(str, CORE.glob("*.cs"))], check=True)
    subprocess.run([*mcs, f"-r:{core}", f"-out:{program}", *map(str, DRIVER.glob("*.cs"))], check=True)
    return program


def measure(program: Path, size: int, seconds: float) -> dict[str, dict[str, float]]:
    """Percentiles of each transport, from one runtime and one reader after the other."""
    results: dict[str, dict[str, float]] = {}
    with null_runtime(size, FPS) as (stream, publish):
        address = f"tcp://127.0.0.1:{publish}"
        transports = {
            "shm, 1 ms poll": ["ring", str(ring_folder()), stream, "1", str(seconds)],
            "shm, doorbell": ["ring", str(ring_folder()), stream, "0", str(seconds), address],
            "zeromq": ["zmq", address, "-", "0", str(seconds)],
        }
        for name, words in transports.items():
            line = ["mono", str(program), "latency", *words]
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            results[name] = json.loads(done.stdout.splitlines()[-1])
    return results


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="of each transport, the first second for warming up"
    )
    parser.add_argument("--size", type=int, default=512)
    args = parser.parse_args()
    if shutil.which("mcs") is None or shutil.which("mono") is None:
        print("mcs or mono is missing; install them with: apt-get install mono-mcs mono-runtime")
        print(json.dumps({"benchmark": "csharp", "results": None}))
        return
    with tempfile.TemporaryDirectory() as folder:
        results = measure(build(Path(folder)), args.size, args.seconds)
    print(f"C# under Mono, {args.size} x {args.size} at {FPS} fps, publish -> pixels in the reader's buffer")
    print(f"{'ms':<18}{'p50':>8}{'p95':>8}{'p99':>8}{'copy':>8}{'frames':>8}{'lost':>6}{'cpu %':>8}")
    for name, one in results.items():
        times = "".join(f"{one[key]:8.3f}" for key in ("p50_ms", "p95_ms", "p99_ms", "copy_p50_ms"))
        print(f"{name:<18}{times}{one['frames']:8}{one['lost']:6}{one['cpu_percent']:8.1f}")
    print(json.dumps({"benchmark": "csharp", "size": args.size, "unit": "ms", "results": results}))


if __name__ == "__main__":
    main()
