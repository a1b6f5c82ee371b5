"""How old a picture is when another program has it: the examples in C, Node, Rust and Godot, and the Python client.

The runtime is `omote run` with the null engine at 512x512 and 60 fps. Milliseconds from the end of drawing to the pixels
being in the program's own memory, as each program says itself:

    c, node, client zeromq    the whole frame over TCP on this machine
    rust, client shm          shared memory: rust polls every millisecond, the client waits for the doorbell
    godot 3, godot 4          shared memory, looked at once a frame of the game, 60 a second; 3 tells whole milliseconds

and each program's CPU time and largest memory, its start included. OBS is measured by benchmarks.obs.

Good: the p50 of every one at most 3, of a game at most one of its frames, and a tenth of a core.

    python -m benchmarks.hosts [--frames 300]

A program that cannot be built or run here is left out, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.latency import null_runtime
from protocol.frames.ring_files import ring_folder

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
MODULES = ROOT / ".venv/senders/node_modules"
#: Of the path, or what scripts/godot4.py unpacks.
GODOT_4 = shutil.which("godot4") or str(ROOT / "build/godot4/godot4")
FPS = 60
SIZE = 512
WARM_UP = 30  # frames
PATIENCE_S = 40.0  # of one build or one run
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
    given = ["--osc=9", f"--folder={ring_folder()}", f"--stream={stream}", f"--frames={frames}"]
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
        "godot 3": [
            ["godot3-server", "--frame-delay", "16", "-s", str(EXAMPLES / "godot/drive_and_read.gd"), *given]
        ],
        "godot 4": [
            [
                GODOT_4,
                "--headless",
                "--max-fps",
                "60",
                "-s",
                str(EXAMPLES / "godot4/drive_and_read.gd"),
                "--",
                *given,
            ]
        ],
        "client zeromq": [[*client, "zeromq", *end]],
        "client shm": [[*client, "shm", *end]],
    }


@dataclass(frozen=True)
class Run:
    """What a program printed without its warm-up, the cores that it used, and its largest memory."""

    ages_ms: list[float]
    cores: float
    megabytes: float


def measured(lines: list[list[str]], folder: Path) -> Run:
    """Build a program, run it, and measure that.

    Args:
        folder: where it runs; Godot 3 leaves a log there.

    Raises:
        RuntimeError: it cannot be built or run.
    """
    variables = os.environ | {"NODE_PATH": str(MODULES), "PYTHONPATH": str(ROOT)}
    *builds, line = lines
    try:
        for build in builds:
            subprocess.run(build, capture_output=True, timeout=PATIENCE_S, check=True)
        begin_s = time.perf_counter()
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=variables, cwd=folder
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(str(error).splitlines()[0][:100]) from error
    ends = threading.Timer(PATIENCE_S, process.kill)
    ends.start()
    assert process.stdout is not None
    printed: list[str] = []
    most_bytes = 0
    with process.stdout as output:
        for text in output:  # a line a frame
            printed.append(text)
            with suppress(psutil.NoSuchProcess):  # its last lines are read when it has ended
                most_bytes = max(most_bytes, psutil.Process(process.pid).memory_info().rss)
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - begin_s
    ends.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"it ended with {process.returncode}; run it yourself: {' '.join(line)[:100]}")
    ages = [float(age) for age in AGE.findall("".join(printed))][WARM_UP:]
    return Run(ages, (usage.ru_utime + usage.ru_stime) / took_s, most_bytes / 1e6)


def main() -> None:
    """Measure, print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--frames", type=int, default=300, help="of each program")
    args = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    print(f"{SIZE} x {SIZE} at {FPS} fps, end of drawing -> pixels in the program's memory")
    print(f"{'ms':<16}{'p50':>8}{'p95':>8}{'p99':>8}{'of a core':>12}{'MB':>8}")
    with tempfile.TemporaryDirectory() as made, null_runtime(SIZE, FPS) as (stream, publish):
        folder = Path(made)
        for name, lines in commands(folder, stream, publish, args.frames + WARM_UP).items():
            try:
                run = measured(lines, folder)
            except RuntimeError as error:
                print(f"{name:<16}  not here: {error}")
                continue
            p50, p95, p99 = np.percentile(run.ages_ms, (50, 95, 99)).round(3).tolist()
            cores, megabytes = round(run.cores, 3), round(run.megabytes)
            print(f"{name:<16}{p50:8.3f}{p95:8.3f}{p99:8.3f}{cores:12.1%}{megabytes:8}", flush=True)
            results[name] = {
                "p50_ms": p50,
                "p95_ms": p95,
                "p99_ms": p99,
                "cores": cores,
                "memory_mb": megabytes,
            }
    print(json.dumps({"benchmark": "hosts", "size": SIZE, "unit": "ms", "results": results}))


if __name__ == "__main__":
    main()
