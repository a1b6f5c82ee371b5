"""Memory of the runtime while it draws: each engine, each provider of the retouch network, two sizes.

    python -m benchmarks.memory
    python -m benchmarks.memory --rows head,retouch-cpu --sizes 512 --seconds 20

`omote run` in its own process, a driver at 60 Hz and a reader of its frames, as in `benchmarks.latency`. Resident memory,
which counts shared libraries and the graphics driver's part whole:

    runtime     of the runtime's process, median of the samples while it draws.
    most        of the same process since it began, loading included (Linux: VmHWM; elsewhere the largest sample).
    helpers     of the processes that it started, at the end: they load avatars.

Good: 600 MB or less for a runtime with the retouch network at 512, loading included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from multiprocessing import Event, Process
from pathlib import Path
from typing import Final

import psutil

from benchmarks.latency import ask_status, drive, free_ports, read_for
from inference.providers import why_not
from runtime.avatars.builtin import find_builtin

#: Row -> options of `omote run`.
ROWS: Final = {
    "null": ["--engine", "null"],
    "head": ["--engine", "head"],
    "retouch-cpu": ["--engine", "retouch", "--providers", "cpu"],
    "retouch-openvino": ["--engine", "retouch", "--providers", "openvino"],
    "retouch-auto": ["--engine", "retouch"],  # loads both, to find the faster
}
WARM_UP_S: Final = 3.0
_SAMPLE_S: Final = 0.5


def measure(options: list[str], size: int, seconds: float) -> dict[str, float | str]:
    """Run one runtime, one driver and one reader; megabytes (2**20 bytes)."""
    control, request, publish = free_ports(3)
    command = [sys.executable, "-m", "omote", "run", "--performance", "none", "--no-panel", *options]
    command += [
        "--size",
        str(size),
        "--fps",
        "60",
        "--control-port",
        str(control),
        "--request-port",
        str(request),
    ]
    command += ["--publish-port", str(publish), "--osc-port", "none", "--vmc-port", "none"]
    stop = Event()
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as runtime:
        assert runtime.stdout is not None
        while "Ctrl-C" not in (line := runtime.stdout.readline()):
            if not line:
                raise SystemExit(f"omote run ended before it drew: {' '.join(options)}")
        driver = Process(target=drive, args=(control, stop), daemon=True)
        driver.start()
        try:
            read_for(publish, WARM_UP_S)
            process = psutil.Process(runtime.pid)
            samples = []
            ends_s = time.perf_counter() + seconds
            while time.perf_counter() < ends_s:
                read_for(publish, _SAMPLE_S)
                samples.append(process.memory_info().rss / 2**20)
            most = max(_peak_mb(runtime.pid), *samples)
            helpers = sum(one.memory_info().rss for one in process.children(recursive=True)) / 2**20
            status = ask_status(request)
        finally:
            stop.set()
            driver.join()
            runtime.terminate()
    return {
        "engine": status.engine,
        "fps": round(status.fps, 1),
        "runtime_mb": round(statistics.median(samples), 1),
        "most_mb": round(most, 1),
        "helpers_mb": round(helpers, 1),
    }


def _peak_mb(pid: int) -> float:
    """The largest resident memory that a process has had; 0 where the system does not say."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    [kilobytes] = [line.split()[1] for line in text.splitlines() if line.startswith("VmHWM")] or ["0"]
    return int(kilobytes) / 2**10


def main(argv: list[str] | None = None) -> int:
    """Measure and print a table and one JSON line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument("--rows", default=",".join(ROWS), help="some of " + ", ".join(ROWS))
    parser.add_argument("--sizes", default="512,1024", help="sides of the picture, pixels")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each row")
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.rows.split(",")) - set(ROWS))
    if unknown:
        parser.error(f"--rows {', '.join(unknown)}, expected some of {', '.join(ROWS)}")
    avatar = find_builtin("")
    assert avatar is not None
    results: dict[str, dict[str, float | str]] = {}
    print(f"{'':24} {'engine':>8} {'fps':>6} {'runtime':>8} {'most':>8} {'helpers':>8}  MB")
    for size in map(int, arguments.sizes.split(",")):
        for row in arguments.rows.split(","):
            options = ROWS[row]
            reason = why_not(options[-1]) if "--providers" in options else None
            if reason:
                print(f"{row}: {reason}")
                continue
            worn = [] if row == "null" else ["--avatar", str(avatar)]
            name = f"{row}, {size}x{size}"
            found = results[name] = measure([*options, *worn], size, arguments.seconds)
            print(
                f"{name:24} {found['engine']:>8} {found['fps']:6} {found['runtime_mb']:8} {found['most_mb']:8} "
                f"{found['helpers_mb']:8}",
                flush=True,
            )
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(json.dumps({"benchmark": "memory", "unit": "MB", "machine": machine, "results": results}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
