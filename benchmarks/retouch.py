"""How long each part of a frame of the retouch engine takes.

    python -m benchmarks.retouch                     # 512 x 512, ONNX Runtime and OpenVINO on the CPU, 1 and 2 threads
    python -m benchmarks.retouch --size 256 --frames 200 --model runs/retouch/model

Good: on two idle cores at 512, draft 7 ms, conditions 6, network 12, composite 6, in all under 33 ms (30 frames a second).
Without a trained network a random one is exported, which takes as long; that needs the extras torch and export.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face.avatar import load_avatar
from face.motion import Motion
from inference.model_folder import is_model_folder
from inference.providers import why_not
from protocol.errors import OmoteError
from runtime.avatars.builtin import find_builtin
from runtime.engines.gl_wait import find_finish
from runtime.engines.retouch import RetouchEngine
from runtime.inference.retouch_model import installed_model, load_retouch_model
from runtime.inference.retouch_network import RetouchNetwork
from runtime.inference.settings import NeuralSettings

WARM_UP = 10
PARTS = ("draft", "conditions", "network", "upload", "composite", "read back", "frame")
PROVIDERS = (("cpu", 1), ("cpu", 2), ("openvino", 1), ("openvino", 2))


def measure(model: Path, provider: str, threads: int, size: int, frames: int) -> dict[str, Any]:
    """Percentiles in milliseconds of every part."""
    engine = RetouchEngine(size, NeuralSettings((provider,), str(model)))
    try:
        avatar = find_builtin("")
        assert avatar is not None
        engine._use(RetouchNetwork(load_retouch_model(model), provider, threads))
        engine.set_avatar(load_avatar(avatar))
        pixels, finish = np.zeros((size, size, 4), np.uint8), find_finish()
        times: dict[str, list[float]] = {part: [] for part in PARTS}
        motion = Motion.neutral()
        for number in range(WARM_UP + frames):
            motion.pose[0] = 0.4 * np.sin(number / 9)
            motion.expression[17] = 0.5 + 0.5 * np.sin(number / 5)
            for part, took in _frame(engine, motion, pixels, finish).items():
                if number >= WARM_UP:
                    times[part].append(took)
    finally:
        engine.close()
    return {
        part: [round(float(v), 2) for v in np.percentile(taken, (50, 95, 99))]
        for part, taken in times.items()
    }


def _frame(
    engine: RetouchEngine, motion: Motion, pixels: NDArray[np.uint8], finish: Callable[[], object]
) -> dict[str, float]:
    """One frame into `pixels`, part by part, as `RetouchEngine.render` makes it; `finish` waits for the driver."""
    took: dict[str, float] = {}

    def timed(part: str, call: Callable[[], Any]) -> Any:
        began_s = time.perf_counter()
        made = call()
        took[part] = 1000.0 * (time.perf_counter() - began_s)
        return made

    network = engine.network
    assert network is not None

    def draft() -> Any:
        made = engine.draw(motion)
        finish()
        return made

    def composite() -> None:
        engine._composite.draw(engine.drawn, engine.plates.at(0.0), 1.0, matrices=engine._matrices)
        finish()

    head = timed("draft", draft)
    timed("conditions", lambda: engine.see(head, motion))
    timed("network", network.run)
    timed("upload", engine.write_fields)
    timed("composite", composite)
    timed("read back", lambda: engine._composite.target.read_into(pixels, components=4))
    return took | {"frame": sum(took.values())}


def _model(named: str, place: Path) -> Path:
    if named:
        return Path(named)
    if is_model_folder(installed_model("retouch")):
        return installed_model("retouch")
    from networks.retouch import FormNet
    from training.retouch.export import export_retouch

    export_retouch(FormNet(), place, trained_on="nothing: random weights", hours=0.0)
    return place


def main(argv: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure the retouch engine, part by part.")
    parser.add_argument("--size", type=int, default=512, help="side of the picture")
    parser.add_argument("--frames", type=int, default=300, help="frames that are measured")
    parser.add_argument("--model", default="", metavar="FOLDER", help="the folder of a network")
    arguments = parser.parse_args(argv)
    rows: dict[str, Any] = {}
    try:
        with tempfile.TemporaryDirectory() as place:
            model = _model(arguments.model, Path(place))
            for provider, threads in PROVIDERS:
                reason = why_not(provider)
                name = f"{provider}, {threads} thread{'s' * (threads > 1)}"
                if reason:
                    print(f"{name}: {reason}")
                    continue
                rows[name] = measure(model, provider, threads, arguments.size, arguments.frames)
                print(f"{name:<20} {'p50':>8} {'p95':>8} {'p99':>8}  ms")
                for part, (p50, p95, p99) in rows[name].items():
                    print(f"  {part:<18} {p50:8.2f} {p95:8.2f} {p99:8.2f}")
    except OmoteError as error:
        print(f"benchmarks.retouch: {error}", file=sys.stderr)
        return 1
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(
        json.dumps(
            {"benchmark": "retouch", "unit": "ms", "size": arguments.size, "machine": machine, "rows": rows}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
