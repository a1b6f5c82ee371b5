"""The cost of tracking a face: milliseconds per frame, and the share of a core at 30 frames per second.

python -m benchmarks.tracking [clip.mp4] [--face-landmarker FILE]

Measures, on every frame of a clip already decoded: the landmarker, the correction of its result, and the rest (pose,
neutral, calibration, messages, encoding). Good: on two cores the landmarker under 15 ms at p99, the correction under
0.2 ms at p50 (it takes longer while it learns the neutral), the rest under 0.5 ms.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from bridge.calibration.profile import load_profile
from bridge.expressions.face_correction import FaceCorrection
from bridge.trackers.face import FaceMessages, load_landmarker
from protocol.codec import encode
from vision.native_logs import quiet_native_libraries
from vision.video_file import VideoFile

SHARED = Path(__file__).resolve().parents[2] / "shared"
WARM_UP = 10
FPS = 30


def main() -> None:
    """Measure and print: a table for people, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?", default=SHARED / "media" / "driving" / "d0.mp4")
    parser.add_argument("--face-landmarker", type=Path, default=SHARED / "models" / "face_landmarker.task")
    options = parser.parse_args()
    quiet_native_libraries()

    with VideoFile(options.clip) as video:
        size = video.size
        pictures = []
        while len(pictures) < 400 and (picture := video.read()) is not None:
            pictures.append(picture)
    landmarker = load_landmarker(options.face_landmarker)
    correct = FaceCorrection()
    face = FaceMessages(load_profile(), source="benchmark")

    detect_ms, correct_ms, after_ms, faces = [], [], [], 0
    cpu_begin_s = 0.0
    for number, picture in enumerate(pictures):
        if number == WARM_UP:
            cpu_begin_s = time.process_time()
        begin = time.perf_counter()
        found = landmarker.detect(picture, number * 1000 // FPS)
        detected = time.perf_counter()
        better = correct(found[0], number / FPS) if found else None
        corrected = time.perf_counter()
        for message in face(better, time_s=number / FPS) if better is not None else ():
            encode(message)
        done = time.perf_counter()
        faces += bool(found)
        if number >= WARM_UP:
            detect_ms.append((detected - begin) * 1e3)
            correct_ms.append((corrected - detected) * 1e3)
            after_ms.append((done - corrected) * 1e3)
    core_share = (time.process_time() - cpu_begin_s) / len(detect_ms) * FPS
    landmarker.close()

    result: dict[str, object] = {"clip": options.clip.name, "width": size[0], "height": size[1]}
    result |= {"frames": len(pictures), "faces": faces, "core_share_at_30_fps": round(core_share, 3)}
    print(f"{options.clip.name}, {size[0]}x{size[1]}: {faces} faces in {len(pictures)} frames")
    print(f"{'':12}{'p50':>8}{'p95':>8}{'p99':>8}  ms a frame")
    for name, times_ms in (("landmarker", detect_ms), ("correction", correct_ms), ("messages", after_ms)):
        p50, p95, p99 = (float(value) for value in np.percentile(times_ms, [50, 95, 99]))
        print(f"{name:12}{p50:8.2f}{p95:8.2f}{p99:8.2f}")
        result |= {f"{name}_p50_ms": round(p50, 3), f"{name}_p99_ms": round(p99, 3)}
    print(f"{core_share * 100:.0f} % of a core at {FPS} fps")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
