"""How fast the diffusion engine draws: pictures of its network, frames under it, and how old what they show is.

    python -m benchmarks.diffusion                                     # 1, 2 and 4 steps, on the CPU
    python -m benchmarks.diffusion --model models/diffusion --seconds 20 --size 256

Good: on two idle cores at 512, 12 pictures a second at two steps, and 40 frames a second meanwhile. CPU milliseconds of a
picture say the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from face.avatar import load_avatar
from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from face.motion import Motion
from inference.providers import why_not
from protocol.errors import OmoteError
from runtime.avatars.builtin import find_builtin
from runtime.engines.diffusion import DiffusionEngine
from runtime.inference.diffusion_model import find_diffusion_model, load_diffusion_model
from runtime.inference.diffusion_network import DiffusionNetwork
from runtime.inference.settings import NeuralSettings

STEPS = (1, 2, 4)
PROVIDERS = ("cpu", "openvino")
PICTURES = 12


def network_times(model: Path, provider: str, steps: int) -> dict[str, Any]:
    """Of one picture with one thread: milliseconds on the wall and of the CPU, medians."""
    network = DiffusionNetwork(load_diffusion_model(model), provider, 1, steps=steps)
    planes = np.random.default_rng(0).random((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32)
    code = np.zeros(CODE, np.float32)
    network.wear(planes, code)
    wall, cpu = [], []
    for _ in range(PICTURES):
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        network.draw(planes, code)
        wall.append(time.perf_counter() - began_s)
        cpu.append(time.process_time() - began_cpu_s)
    return {
        "wall_ms": round(1000 * float(np.median(wall)), 1),
        "cpu_ms": round(1000 * float(np.median(cpu)), 1),
    }


def live(model: Path, provider: str, steps: int, size: int, seconds: float) -> dict[str, Any]:
    """Frames as fast as they come, with a network beside them."""
    engine = DiffusionEngine(size, NeuralSettings((provider,), str(model), steps=steps), start="wait")
    try:
        avatar = find_builtin("")
        assert avatar is not None
        engine.set_avatar(load_avatar(avatar))
        motion, began_s = Motion.neutral(), time.perf_counter()
        while engine.name == "head" and time.perf_counter() - began_s < 60.0:
            engine.render(motion, time.perf_counter())
        frames, pictures = 0, engine.pictures
        began_s = time.perf_counter()
        while (now_s := time.perf_counter()) - began_s < seconds:
            motion.pose[0] = 0.4 * np.sin(3.0 * (now_s - began_s))
            motion.expression[17] = 0.5 + 0.5 * np.sin(5.0 * (now_s - began_s))
            engine.render(motion, now_s)
            frames += 1
        took_s = time.perf_counter() - began_s
        made = engine.pictures - pictures
        timings = {one.name: one.p50_ms for one in engine.timings()}
    finally:
        engine.close()
    return {
        "frames_per_s": round(frames / took_s, 1),
        "pictures_per_s": round(made / took_s, 1),
        "network_ms": round(timings["network"], 1),
        "picture_age_ms": round(timings["picture"], 1),
    }


def main(argv: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(
        description="Measure the diffusion engine.",
        epilog="example: python -m benchmarks.diffusion --model models/diffusion --seconds 10",
    )
    parser.add_argument("--size", type=int, default=512, help="side of the picture")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long frames are drawn")
    parser.add_argument(
        "--model", default="", metavar="FOLDER", help="another network than the one that comes with Omote"
    )
    arguments = parser.parse_args(argv)
    rows: dict[str, Any] = {}
    try:
        model = find_diffusion_model(arguments.model)
        for provider in PROVIDERS:
            if reason := why_not(provider):
                print(f"{provider}: {reason}")
                continue
            for steps in STEPS:
                row = network_times(model, provider, steps)
                row |= live(model, provider, steps, arguments.size, arguments.seconds)
                rows[f"{provider}, {steps} steps"] = row
                print(
                    f"{provider}, {steps} steps: " + ", ".join(f"{key} {value}" for key, value in row.items())
                )
    except OmoteError as error:
        print(f"benchmarks.diffusion: {error}", file=sys.stderr)
        return 1
    memory_mb = psutil.Process().memory_info().rss // 2**20
    print(f"memory: {memory_mb} MB; load {psutil.getloadavg()[0]:.1f}")
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(
        json.dumps(
            {
                "benchmark": "diffusion",
                "size": arguments.size,
                "machine": machine,
                "memory_mb": memory_mb,
                "rows": rows,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
