"""How old a picture is when another program has it: the examples in C, Node and Rust, and the Python client.

The runtime is `omote run` with the null engine at 512x512 and 60 fps. Milliseconds from the end of drawing to the pixels
being in the program's own memory, as each program says itself:

    c, node, client zeromq    the whole frame over TCP on this machine
    rust, client shm          shared memory: rust polls every millisecond, the client waits for the doorbell

Good: the p50 of every one at most 3.

    python -m benchmarks.hosts [--frames 300]

A program that cannot be built or run here is left out, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.latency import null_runtime
from protocol.frames.ring_files import ring_folder

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
MODULES = ROOT / ".venv/senders/node_modules"
FPS = 60
SIZE = 512
WARM_UP = 30  # frames
AGE = re.compile(r"([\d.]+) ms old")
CLIENT = """
import sys
from omote.client import Omote, RuntimeAddress
transport, stream, publish, count = sys.argv[1:]
face = Omote(address=RuntimeAddress(publish_port=int(publish)), must_run=False)
for _, frame in zip(range(int(count)), face.frames(transport=transport, stream=stream)):
    print(f"frame {frame.frame_id}, {(frame.arrived_time_ns - frame.render_time_ns) / 1e6:.3f} ms old", flush=True)
face.close()
"""


def commands(folder: Path, stream: str, publish: int, frames: int) -> dict[str, list[list[str]]]:
    """For every program, the lines that build and run it."""
    c, rust = str(folder / "c"), str(folder / "rust")
    client = [sys.executable, "-c", CLIENT]
    end = [stream, str(publish), str(frames)]
    return {
        "c": [
            ["cc", "-O2", str(EXAMPLES / "c/drive_and_read.c"), "-lzmq", "-lm", "-o", c],
            [c, "9", str(publish), str(frames)],
        ],
        "node": [["node", str(EXAMPLES / "node/drive_and_read.js"), "9", str(publish), str(frames)]],
        "rust": [
            ["rustc", "-O", str(EXAMPLES / "rust/drive_and_read.rs"), "-o", rust],
            [rust, "9", str(ring_folder()), stream, str(frames)],
        ],
        "client zeromq": [[*client, "zeromq", *end]],
        "client shm": [[*client, "shm", *end]],
    }


def ages_ms(lines: list[list[str]]) -> list[float]:
    """What a program printed, without its warm-up.

    Raises:
        RuntimeError: it cannot be built or run.
    """
    done = None
    for line in lines:
        try:
            done = subprocess.run(
                line,
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
                env=os.environ | {"NODE_PATH": str(MODULES), "PYTHONPATH": str(ROOT)},
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise RuntimeError(str(error).splitlines()[0][:100]) from error
    assert done is not None
    return [float(age) for age in AGE.findall(done.stdout)][WARM_UP:]


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--frames", type=int, default=300, help="of each program")
    args = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    print(f"{SIZE} x {SIZE} at {FPS} fps, end of drawing -> pixels in the program's memory")
    print(f"{'ms':<16}{'p50':>8}{'p95':>8}{'p99':>8}")
    with tempfile.TemporaryDirectory() as folder, null_runtime(SIZE, FPS) as (stream, publish):
        for name, lines in commands(Path(folder), stream, publish, args.frames + WARM_UP).items():
            try:
                p50, p95, p99 = np.percentile(ages_ms(lines), (50, 95, 99)).round(3).tolist()
            except RuntimeError as error:
                print(f"{name:<16}  not here: {error}")
                continue
            print(f"{name:<16}{p50:8.3f}{p95:8.3f}{p99:8.3f}", flush=True)
            results[name] = {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99}
    print(json.dumps({"benchmark": "hosts", "size": SIZE, "unit": "ms", "results": results}))


if __name__ == "__main__":
    main()
