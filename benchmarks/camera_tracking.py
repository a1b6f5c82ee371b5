"""From a camera's picture to the messages of its face, beside a runtime that draws: milliseconds, and shares of a core.

A clip's pictures come as a camera's would, 60 a second; whoever is late misses pictures. The tracker reads the newest one,
and its messages go to the runtime over ZeroMQ. Both run on the same cores.

    picture -> sent   from the moment at which the camera has the picture. Good: p95 <= 12 ms on two cores.
    of a core         of the tracker's process. Good: at most 1.

    python -m benchmarks.camera_tracking [clip.mp4] [--tracker omote,mediapipe] [--avatar AVATAR] [--seconds 10]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
import zmq
from numpy.typing import NDArray

from benchmarks._timing import percentiles
from benchmarks.latency import ask_status, free_ports
from bridge.calibration.profile import load_profile
from bridge.commands.options import TRACKERS
from bridge.expressions.face_correction import FaceCorrection
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.tracker_network import installed_tracker, load_tracker_model, open_tracker_network
from measure.tracker.clip_runs import open_observer
from protocol.codec import encode
from vision.errors import VideoError
from vision.native_logs import quiet_native_libraries
from vision.video_file import VideoFile

SHARED = Path(__file__).resolve().parents[2] / "shared"
CAMERA_FPS = 60
WARM_UP_S = 2.0
#: Pictures that are held in memory, and shown forwards and backwards.
PICTURES = 240


def pictures_of(clip: Path) -> list[NDArray[np.uint8]]:
    """The first pictures of a clip, decoded."""
    with VideoFile(clip) as video:
        found: list[NDArray[np.uint8]] = []
        while len(found) < PICTURES and (picture := video.read()) is not None:
            found.append(picture)
    return [*found, *found[-2:0:-1]]


def observer_of(tracker: str, options: argparse.Namespace) -> Any:
    """What measures a picture."""
    if tracker == "mediapipe":
        return FaceObserver(
            load_landmarker(options.face_landmarker), source="camera", correction=FaceCorrection()
        )
    model = load_tracker_model(options.model or installed_tracker())
    network = open_tracker_network(model, looks_twice=options.look_twice)
    return open_observer(network)


def track(
    tracker: str, pictures: list[NDArray[np.uint8]], port: int, options: argparse.Namespace
) -> dict[str, float]:
    """Track for a while; latencies, shares of a core, and how many pictures were missed."""
    observer = observer_of(tracker, options)
    face = SourceMessages(load_profile(tracker=tracker), source="camera")
    out: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PUSH)
    out.connect(f"tcp://127.0.0.1:{port}")
    process = psutil.Process()
    whole_s = WARM_UP_S + options.seconds
    sent_ms: list[float] = []
    faces = missed = number = 0
    busy_s = began_busy_s = 0.0
    began_s = time.perf_counter()
    try:
        while number < whole_s * CAMERA_FPS:
            now_s = time.perf_counter() - began_s
            newest = max(int(now_s * CAMERA_FPS), number)
            is_warm = newest >= WARM_UP_S * CAMERA_FPS
            if is_warm and not began_busy_s:
                began_busy_s = sum(process.cpu_times()[:2])
            missed += (newest - number) * is_warm
            time.sleep(max(newest / CAMERA_FPS - now_s, 0.0))
            tracked = observer.measure(
                pictures[newest % len(pictures)], time_s=newest / CAMERA_FPS, capture_time_ns=time.time_ns()
            )
            for message in face(
                tracked.observation, time_s=newest / CAMERA_FPS, capture_time_ns=time.time_ns()
            ):
                out.send(encode(message))
            if is_warm:
                sent_ms.append((time.perf_counter() - began_s - newest / CAMERA_FPS) * 1e3)
                faces += tracked.is_face
            number = newest + 1
        busy_s = sum(process.cpu_times()[:2]) - began_busy_s
    finally:
        observer.close()
        out.close(linger=0)
    return {
        **{f"sent_{name}_ms": value for name, value in percentiles(sent_ms).items()},
        "faces": faces / max(len(sent_ms), 1),
        "missed": missed / (options.seconds * CAMERA_FPS),
        "cores": round(busy_s / options.seconds, 3),
    }


def beside_runtime(
    tracker: str, pictures: list[NDArray[np.uint8]], options: argparse.Namespace
) -> dict[str, float]:
    """Track beside a runtime at 60 frames a second."""
    control, request, publish = free_ports(3)
    engine = ["--avatar", options.avatar, "--engine", "head"] if options.avatar else ["--engine", "null"]
    command = [sys.executable, "-m", "omote", "run", "--performance", "none", "--no-panel", *engine]
    command += ["--fps", "60", "--size", str(options.size), "--control-port", str(control)]
    command += ["--request-port", str(request), "--publish-port", str(publish)]
    command += ["--osc-port", "none", "--vmc-port", "none"]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as runtime:
        assert runtime.stdout is not None
        try:
            while "Ctrl-C" not in runtime.stdout.readline():
                assert runtime.poll() is None
            drawing = psutil.Process(runtime.pid)
            busy_s = sum(drawing.cpu_times()[:2])
            began_s = time.perf_counter()
            found = track(tracker, pictures, control, options)
            cores = (sum(drawing.cpu_times()[:2]) - busy_s) / (time.perf_counter() - began_s)
            status = ask_status(request)
        finally:
            runtime.terminate()
    return {**found, "runtime_fps": status.fps, "runtime_cores": round(cores, 3)}


def main() -> None:
    """Measure each tracker, print a table and one JSON line."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="example: python -m benchmarks.camera_tracking clip.mp4 --avatar omote --cpus 2",
    )
    parser.add_argument("clip", type=Path, nargs="?", default=SHARED / "media" / "driving" / "d0.mp4")
    parser.add_argument("--tracker", default="omote,mediapipe", help="omote, mediapipe, or both (default)")
    parser.add_argument(
        "--avatar", help="what the runtime draws, by the head engine (default: its null engine)"
    )
    parser.add_argument("--size", type=int, default=256, help="side of the runtime's frames (default 256)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement (default 10)")
    parser.add_argument("--cpus", type=int, default=2, help="cores for both together (default 2)")
    parser.add_argument(
        "--model", type=Path, help="the network's folder (default: the one that comes with it)"
    )
    parser.add_argument(
        "--look-twice", action="store_true", help="the network reads each picture in a mirror too"
    )
    parser.add_argument("--face-landmarker", type=Path, help="MediaPipe's face_landmarker.task")
    options = parser.parse_args()
    trackers = options.tracker.split(",")
    if not set(trackers) <= set(TRACKERS):
        parser.error(f"--tracker {options.tracker}, expected {', '.join(TRACKERS)}, or both")
    if not 1.0 <= options.seconds <= 600.0:
        parser.error(f"--seconds {options.seconds:g}, expected 1 to 600")
    quiet_native_libraries()
    if hasattr(os, "sched_setaffinity"):  # child processes inherit it
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cpus])
    try:
        pictures = pictures_of(options.clip)
    except VideoError as error:
        parser.error(str(error))
    height, width = pictures[0].shape[:2]
    results = {name: beside_runtime(name, pictures, options) for name in trackers}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{options.clip.name}, {width}x{height}, a camera of {CAMERA_FPS} fps, {options.cpus} cores, beside "
        f"{options.avatar or 'the null engine'} at {options.size}x{options.size}; load {load:.1f}"
    )
    print(f"{'':20}" + "".join(f"{name:>12}" for name in results))
    for figure in next(iter(results.values())):
        print(f"{figure:20}" + "".join(f"{values[figure]:12.3f}" for values in results.values()))
    print(msgspec.json.encode({"benchmark": "camera_tracking", "load": load, "results": results}).decode())


if __name__ == "__main__":
    main()
