"""How long a frame of a THA4 character takes: the published networks in torch, the same as one graph, and in bands.

    python -m benchmarks.tha                         # 512 x 512, all cores up to four
    python -m benchmarks.tha --rounds 20 --threads 2

Every round runs each way once, so that what else the machine does slows all of them: look at the ratios. "cpu" is the
processor time of all threads. Weights are random, which takes as long. Good: a whole body at least 2.5 times as fast as
torch; the face alone, which is what most frames draw on a slow machine, in at most 200 ms of processor time: ten frames a
second on two idle cores.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.session import cpu_threads, open_session
from runtime.tha.graphs import whole_graph
from runtime.tha.parameters import PARAMETERS
from runtime.tha.pixels import PixelEncoder
from runtime.tha.student import AS_IT_IS, BANDS, BandedStudent
from runtime.tha.weights import PICTURE_PX, SHAPES

Draw = Callable[[NDArray[np.float32]], object]


def ways(threads: int) -> dict[str, Draw]:
    """Name -> function that draws a frame of a pose."""
    random = np.random.default_rng(0)
    weights = {name: random.uniform(-0.05, 0.05, shape).astype(np.float32) for name, shape in SHAPES.items()}
    drawing = random.uniform(-1, 1, (4, PICTURE_PX, PICTURE_PX)).astype(np.float32)
    matrix = np.array(AS_IT_IS, np.float32)
    found: dict[str, Draw] = {}
    if (eager := _eager(drawing, threads)) is not None:
        found["torch, as published"] = eager
    whole = open_session(whole_graph(weights, PICTURE_PX), "cpu", threads)
    whole.inputs["matrix"][0], whole.inputs["drawing"][0] = matrix, drawing

    def draw_whole(pose: NDArray[np.float32]) -> None:
        whole.inputs["pose"][0] = pose
        whole.run()

    found["one graph"] = draw_whole
    banded, live, still = (BandedStudent(weights, drawing, PICTURE_PX, threads=threads) for _ in range(3))
    encoder = PixelEncoder(PICTURE_PX)
    pixels = np.zeros((PICTURE_PX, PICTURE_PX, 4), np.uint8)
    found["bands, a whole body"] = lambda pose: banded.draw(pose, matrix, BANDS)
    found["bands, the face alone"] = lambda pose: encoder.encode(still.draw(pose, matrix, 0), out=pixels)
    found["bands, one a frame"] = lambda pose: encoder.encode(live.draw(pose, matrix, 1), out=pixels)
    return found


def _eager(drawing: NDArray[np.float32], threads: int) -> Draw | None:
    """The networks as torch modules, if there is a torch."""
    try:
        import torch
    except ImportError:
        return None
    from networks.tha4.body_morpher import BodyMorpher
    from networks.tha4.face_morpher import FaceMorpher

    torch.set_num_threads(threads)
    face, body = FaceMorpher(), BodyMorpher()
    picture = torch.from_numpy(drawing)[None].clone()

    def draw(pose: NDArray[np.float32]) -> None:
        with torch.no_grad():
            one = torch.from_numpy(pose)[None]
            picture[:, :, 80:208, 192:320] = face(one[:, :39])
            body(picture, one)

    return draw


def main(argv: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure frames of a THA4 character.")
    parser.add_argument("--rounds", type=int, default=10, help="frames of each way")
    parser.add_argument(
        "--threads", type=int, default=0, help="threads of each way; 0 = as many as the engine takes"
    )
    arguments = parser.parse_args(argv)
    threads = arguments.threads or cpu_threads()
    drawn = ways(threads)
    poses = np.random.default_rng(1).uniform(0, 1, (arguments.rounds + 1, PARAMETERS)).astype(np.float32)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in drawn}
    for number, pose in enumerate(poses):
        for name, draw in drawn.items():
            began = time.perf_counter(), time.process_time()
            draw(pose)
            if number:  # the first is for warming up
                times[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    rows: dict[str, Any] = {}
    print(
        f"{threads} threads, load {os.getloadavg()[0]:.1f}"
        if hasattr(os, "getloadavg")
        else f"{threads} threads"
    )
    print(f"{'ms':<22}{'p50':>8}{'least':>8}{'cpu p50':>9}{'of torch, p50':>15}{'cpu':>7}")
    for name, taken in times.items():
        wall, cpu = (1000.0 * np.array(column) for column in zip(*taken, strict=True))
        rows[name] = {"p50": float(np.median(wall)), "least": float(wall.min()), "cpu": float(np.median(cpu))}
        first = rows[next(iter(rows))]
        ratios = f"{first['p50'] / rows[name]['p50']:>14.1f}x{first['cpu'] / rows[name]['cpu']:>6.1f}x"
        print(
            f"{name:<22}{rows[name]['p50']:>8.0f}{rows[name]['least']:>8.0f}{rows[name]['cpu']:>9.0f}{ratios}"
        )
    print(json.dumps({"machine": platform.machine(), "threads": threads, "rows": rows}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
