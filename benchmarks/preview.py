"""The cost of the tracking preview: pictures tracked per second without it, with it, and with a viewer.

python -m benchmarks.preview [clip.mp4] [--face-landmarker FILE]

A clip of 30 pictures a second plays through `omote-bridge video`'s own tracker; the viewer reads the page as a
browser does.

Good: on two cores 30 pictures a second tracked in all three, with at most a few skipped.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np

from bridge.calibration.profile import load_profile
from bridge.expressions.emotion_estimate import EmotionEstimator
from bridge.preview.page import PreviewPage
from bridge.preview.preview import Preview
from bridge.sending.source_messages import DRIVEN_LAYERS, SourceMessages
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.video import VideoTracker
from vision.native_logs import quiet_native_libraries
from vision.video_file import VideoFile

SHARED = Path(__file__).resolve().parents[2] / "shared"
SECONDS = 10.0
WARM_UP_S = 1.0


def look(page: PreviewPage, stop: threading.Event, pictures: list[int]) -> None:
    """Read the page's picture stream until `stop` is set."""
    with urllib.request.urlopen(page.address + "stream", timeout=10) as stream:
        while not stop.is_set():
            if b"--omote" in stream.read(16_384):
                pictures.append(1)


def run(options: argparse.Namespace, *, is_previewed: bool, is_watched: bool) -> dict[str, float]:
    """Track for SECONDS; returns rates and percentiles."""
    stop, pictures = threading.Event(), list[int]()
    messages = SourceMessages(
        load_profile(), source="benchmark", layers=DRIVEN_LAYERS, estimator=EmotionEstimator()
    )
    observer = FaceObserver(load_landmarker(options.face_landmarker), source="benchmark")
    tracker = VideoTracker(VideoFile(options.clip), observer, loop=True, stop=stop)
    page = PreviewPage()
    preview = Preview(page) if is_previewed else None
    viewer = threading.Thread(target=look, args=(page, stop, pictures), daemon=True)
    if is_watched:
        viewer.start()
    track_ms: list[float] = []
    dropped = 0
    begin_s, cpu_s = time.monotonic(), 0.0
    for tracked in tracker:
        made = messages(tracked.observation, time_s=tracked.time_s) if tracked.is_face else ()
        if preview is not None:
            preview.offer(tracked, made)
        elapsed_s = time.monotonic() - begin_s
        if elapsed_s < WARM_UP_S:
            cpu_s = time.process_time()
            continue
        track_ms.append(tracked.track_ms)
        dropped += tracked.dropped
        if elapsed_s > WARM_UP_S + SECONDS:
            stop.set()
    seconds = time.monotonic() - begin_s - WARM_UP_S
    cpu_s = time.process_time() - cpu_s
    tracker.close()
    (preview or page).close()
    return {
        "fps": round(len(track_ms) / seconds, 1),
        "passed_over": dropped,
        "track_p50_ms": round(float(np.percentile(track_ms, 50)), 1),
        "track_p99_ms": round(float(np.percentile(track_ms, 99)), 1),
        "core_share": round(cpu_s / seconds, 2),
    }


def main() -> None:
    """Measure and print: a table for people, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?", default=SHARED / "media" / "driving" / "d13.mp4")
    parser.add_argument("--face-landmarker", type=Path, default=SHARED / "models" / "face_landmarker.task")
    options = parser.parse_args()
    quiet_native_libraries()
    results = {
        "no preview": run(options, is_previewed=False, is_watched=False),
        "preview": run(options, is_previewed=True, is_watched=False),
        "looked at": run(options, is_previewed=True, is_watched=True),
    }
    print(f"{options.clip.name}{'':12}{'fps':>8}{'passed over':>13}{'p50 ms':>8}{'p99 ms':>8}{'cores':>8}")
    for name, found in results.items():
        row = "".join(
            f"{value:>{width}}" for value, width in zip(found.values(), (8, 13, 8, 8, 8), strict=True)
        )
        print(f"{name:{len(options.clip.name) + 12}}{row}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
