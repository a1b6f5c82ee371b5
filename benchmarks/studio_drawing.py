"""Labelled studio pictures per second, drawn by one and by two processes.

    python -m benchmarks.studio_drawing [--ict ict_facekit.npz] [--frames 80] [--style real]

Every picture has another identity, pose, expression and camera; each look is used for eight pictures, as in
data sets. Each process draws with one thread, so that two share two cores.

    a second        pictures with all labels, all processes together.
                    Good: >= 40 at 256 and >= 20 at 512, with two processes on two CPU cores and Mesa's driver.
    look            milliseconds to make a look: hair, clothes, skin
    start           seconds to the first picture of a process

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from studio.errors import StudioError
from studio.head.source_path import find_face_source

LOOK_LASTS: Final = 8
_ONE_THREAD: Final = {"LP_NUM_THREADS": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def draw(path: Path, size: int, frames: int, style: str, first: int) -> dict[str, float]:
    """Draw `frames` pictures in this process; returns its times in seconds."""
    from studio.factors import CameraView, Factors, Pose
    from studio.head.identity import identity_weights
    from studio.head.source import read_face_source
    from studio.renderer import Studio

    began = time.perf_counter()
    with Studio(read_face_source(path)) as studio:

        def picture(number: int) -> None:
            random = np.random.default_rng(number)
            look = number // LOOK_LASTS
            yaw, pitch, azimuth = random.normal(0, (0.3, 0.15, 0.4))
            studio.render(
                Factors(
                    identity=identity_weights(number),
                    look=look,
                    background=look,
                    style=style,
                    pose=Pose(yaw=yaw, pitch=pitch),
                    articulation=np.asarray(np.clip(random.normal(-0.2, 0.4, 52), 0, 1), np.float32),
                    gaze=(0.2 * yaw, 0.1),
                    view=CameraView(azimuth=azimuth),
                ),
                size,
            )

        picture(first)
        started = time.perf_counter() - began
        # compile every program first
        for number in range(first + LOOK_LASTS, first + 4 * LOOK_LASTS, LOOK_LASTS):
            picture(number)
        times = np.zeros(frames)
        for i in range(frames):
            start = time.perf_counter()
            picture(first + 1000 * LOOK_LASTS + i)
            times[i] = time.perf_counter() - start
    fresh = np.arange(frames) % LOOK_LASTS == 0
    look = float(np.median(times[fresh]) - np.median(times[~fresh]))
    return {
        "seconds": float(times.sum()),
        "picture": float(np.median(times[~fresh])),
        "look": look,
        "start": started,
    }


def measured(options: argparse.Namespace, size: int, processes: int) -> dict[str, Any]:
    """Run `draw` in several processes at the same time; returns a row of the table."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.studio_drawing",
        "--ict",
        str(options.ict),
        "--style",
        options.style,
    ]
    command += ["--frames", str(options.frames), "--size", str(size)]
    running = [
        subprocess.Popen(
            [*command, "--first", str(100_000 * k)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **_ONE_THREAD},
        )
        for k in range(processes)
    ]
    outputs = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("a process failed; its message is above")
    found = [json.loads(output.splitlines()[-1]) for output in outputs]
    return {
        "size": size,
        "processes": processes,
        "a_second": round(sum(options.frames / one["seconds"] for one in found), 1),
        "picture_ms": round(1e3 * float(np.mean([one["picture"] for one in found])), 1),
        "look_ms": round(1e3 * float(np.mean([one["look"] for one in found])), 1),
        "start_s": round(float(np.mean([one["start"] for one in found])), 2),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time the studio.")
    parser.add_argument(
        "--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays (default: the usual places)"
    )
    parser.add_argument("--frames", type=int, default=80)
    parser.add_argument("--style", default="real", choices=("real", "anime", "clay"))
    parser.add_argument(
        "--size", type=int, help="draw here only, in this process, and print one line of JSON"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    options = parser.parse_args()
    try:
        options.ict = find_face_source(options.ict)
    except StudioError as error:
        print(error)
        print(json.dumps({"benchmark": "studio_drawing", "results": None}))
        return 0
    if options.size:
        print(json.dumps(draw(options.ict, options.size, options.frames, options.style, options.first)))
        return 0
    rows = []
    print(f"{'size':>6}{'processes':>11}{'a second':>11}{'picture ms':>12}{'look ms':>10}{'start s':>9}")
    for size in (256, 512):
        for processes in (1, 2):
            row = measured(options, size, processes)
            rows.append(row)
            print(
                "{size:>6}{processes:>11}{a_second:>11}{picture_ms:>12}{look_ms:>10}{start_s:>9}".format(
                    **row
                )
            )
    print(json.dumps({"benchmark": "studio", "style": options.style, "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
