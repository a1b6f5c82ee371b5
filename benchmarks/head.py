"""The head engine: time per frame, time to the first frame, and memory.

    python -m benchmarks.head [--avatar DIR] [--size 512] [--frames 300]

Draws an avatar as fast as it can, with a head that turns and a face that talks: the built-in avatar, or one made
from a drawing of the head model where there is none. `frame` is a whole `render`;
the deformation alone is timed again.

    frame           one `render`, including the pixels' read-back.
                    Good: p50 <= 12 ms, p99 <= 16 ms at 512 on two CPU cores (60 fps).
    deform          expression and gaze -> vertices, alone
    avatar loaded   `set_avatar`: files -> textures. Good: <= 1000 ms.
    first frame     from the start of a new process to its first frame. Good: <= 2500 ms.
    memory          resident memory of that process after 100 frames. Good: <= 400 MB.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks._timing import percentiles, timed_s
from face.avatar import load_avatar
from face.deform import FaceDeformer
from face.motion import Motion
from face.rig import load_rig
from protocol.blendshapes import INDEX
from runtime.avatars.shelf import Shelf
from runtime.engines.head import HeadEngine

WARM_UP: Final = 30
_FRESH = """
import time; began = time.perf_counter()
import sys, json; from pathlib import Path
import psutil
from face.avatar import load_avatar
from runtime.engines.head import HeadEngine
from face.motion import Motion
engine = HeadEngine(int(sys.argv[2]))
made = time.perf_counter()
engine.set_avatar(load_avatar(Path(sys.argv[1])))
loaded = time.perf_counter()
engine.render(Motion.neutral(), 0.0)
first = time.perf_counter()
for frame in range(100):
    engine.render(Motion.neutral(), frame / 60)
print(json.dumps({"loaded": (loaded - made) * 1e3, "first": (first - began) * 1e3,
                  "rss": psutil.Process().memory_info().rss / 1e6}))
"""


def talking(motion: Motion, frame: int) -> Motion:
    """Set a turning head with a moving mouth, brows, lids and eyes; returns the same Motion."""
    t = frame / 60
    motion.pose[:3] = 0.3 * np.sin(t * 2), 0.12 * np.sin(t * 3), 0.1 * np.sin(t * 1.3)
    motion.expression[INDEX["jawOpen"]] = 0.3 + 0.3 * np.sin(t * 9)
    motion.expression[INDEX["mouthSmileLeft"]] = motion.expression[INDEX["mouthSmileRight"]] = 0.4
    motion.expression[INDEX["browInnerUp"]] = 0.3 + 0.3 * np.sin(t * 4)
    blink = max(0.0, float(np.sin(t * 5)) * 4 - 3)
    motion.expression[INDEX["eyeBlinkLeft"]] = motion.expression[INDEX["eyeBlinkRight"]] = blink
    motion.gaze[:] = 0.2 * np.sin(t * 2.5), 0.1 * np.sin(t * 1.7)
    return motion


def timed(work: Callable[[int], object], frames: int) -> dict[str, float]:
    """Call `work` with frame numbers; p50, p95 and p99 in milliseconds, and calls per second."""
    for i in range(WARM_UP):
        work(i)
    times = timed_s(work, frames)
    return percentiles(times * 1e3) | {"a_second": round(frames / float(times.sum()), 1)}


def stages(folder: Path, size: int, frames: int) -> tuple[dict[str, dict[str, float]], str]:
    """Times of a whole frame and of the deformation, and the name of the OpenGL renderer."""
    motion = Motion.neutral()
    engine = HeadEngine(size)
    try:
        avatar = load_avatar(folder)
        engine.set_avatar(avatar)
        frame = timed(lambda i: engine.render(talking(motion, i), i / 60), frames)
        deformer = FaceDeformer(load_rig(avatar))

        def deform(i: int) -> object:
            talking(motion, i)
            return deformer.deform(motion.expression, motion.gaze)

        parts = {"frame": frame, "deform": timed(deform, frames)}
        return parts, engine.provider
    finally:
        engine.close()


def drawn_avatar(folder: Path, *, progress: Callable[[str], None] = lambda _: None) -> Path:
    """An avatar made from a drawing of the mean head."""
    from authoring.fit.face_in_canvas import FaceInCanvas
    from authoring.fit.head_fit import FOCAL
    from authoring.make import write_avatar
    from authoring.paint.drawing import draw_head, paint_features
    from authoring.paint.raster import Raster
    from authoring.portrait.canvas import EXTENDED_PX, Canvas
    from face.head_model import load_head_model
    from face.landmarks import load_landmarks

    model = load_head_model()
    turn, place = np.eye(3, dtype=np.float32), np.array([0, 1, -105], np.float32)
    with Raster() as raster:
        rgb = draw_head(
            raster,
            model,
            model.vertices,
            (turn, place, FOCAL / 1.25),
            EXTENDED_PX,
            paint=paint_features(model),
        )
    rest = load_landmarks().of(model.vertices) + place
    landmarks = np.stack([rest[:, 0], -rest[:, 1]], 1) * (FOCAL / -rest[:, 2:])
    write_avatar(
        Canvas(rgb, np.ones(rgb.shape[:2], np.float32), None),
        FaceInCanvas(landmarks.astype(np.float32), np.zeros(52, np.float32)),
        folder,
        name="drawn",
        background="keep",
        progress=progress,
    )
    return folder


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time the head engine.")
    parser.add_argument(
        "--avatar", default="", help="an avatar's folder, or a built-in one's name (default: the default one)"
    )
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--frames", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Shelf().resolve(arguments.avatar) or drawn_avatar(Path(temporary) / "drawn")
        parts, provider = stages(folder, arguments.size, arguments.frames)
        command = [sys.executable, "-c", _FRESH, str(folder), str(arguments.size)]
        runs = []
        for _ in range(3):
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            runs.append(json.loads(done.stdout))
        fresh = {key: round(float(np.median([run[key] for run in runs])), 1) for key in runs[0]}
        name = load_avatar(folder).name
    print(f"avatar {name}, {arguments.size}x{arguments.size}, {provider}")
    print(f"{'milliseconds':<16}{'p50':>9}{'p95':>9}{'p99':>9}{'a second':>11}")
    for part, times in parts.items():
        print(
            f"{part:<16}"
            + "".join(f"{times[q]:>9.2f}" for q in ("p50", "p95", "p99"))
            + f"{times['a_second']:>11}"
        )
    print(
        f"avatar loaded {fresh['loaded']:.0f} ms, first frame {fresh['first']:.0f} ms, memory {fresh['rss']:.0f} MB"
    )
    result = {"benchmark": "head", "unit": "ms", "size": arguments.size, "provider": provider, "avatar": name}
    print(json.dumps({**result, **parts, "fresh": fresh}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
