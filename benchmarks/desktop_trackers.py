"""Desktop trackers: one datagram of each -> an observation, in microseconds.

    python -m benchmarks.desktop_trackers

Good: at most 300 each; five senders of 60 datagrams a second are then 9 % of a core. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import struct
import time
from collections.abc import Callable

import numpy as np

from benchmarks._timing import measured_us
from benchmarks.osc import text, vmc_bundle
from bridge.expressions.unified_expressions import UNIFIED_NAMES
from bridge.trackers.audio2face import Audio2FaceTracker
from bridge.trackers.openseeface import RECORD, OpenSeeFaceTracker
from bridge.trackers.vmc import VmcTracker
from bridge.trackers.vrcft import VrcftTracker
from protocol.blendshapes import BLENDSHAPES

SENDER = "127.0.0.1:50000"


def openseeface_record() -> bytes:
    """An OpenSeeFace record with random points; parsing it costs the same as a real face."""
    random = np.random.default_rng(1)
    numbers = random.uniform(0.1, 0.9, 446).tolist()
    numbers[:8] = [1.7e9, 0, 640.0, 480.0, 1.0, 1.0, 1, 5.0]
    numbers[12:18] = [-178.0, 2.0, 91.0, 0.0, 0.0, -2.8]
    points = random.normal(size=(70, 3)) * 0.05
    points[36, 0], points[45, 0] = 0.3, -0.3  # outer corners of the eyes,
    points[39, 0], points[42, 0] = 0.12, -0.12  # inner ones,
    points[33, 1] = 0.4  # and the nose below them
    numbers[222:432] = points.ravel().tolist()
    numbers[1] = int(numbers[1])
    return RECORD.pack(*numbers)


def vrcft_bundle(count: int) -> bytes:
    """A VRCFaceTracking bundle of `count` changed parameters."""
    messages = [
        text(f"/avatar/parameters/v2/{name}") + text(",f") + struct.pack(">f", 0.5)
        for name in sorted(UNIFIED_NAMES)[:count]
    ]
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(m)) + m for m in messages)


def audio2face_block() -> bytes:
    """An Audio2Face frame of 52 weights."""
    facial = {"Names": list(BLENDSHAPES), "Weights": [0.5] * len(BLENDSHAPES)}
    payload = json.dumps({"Audio2Face": {"Facial": facial, "Body": {}}}).encode()
    return len(payload).to_bytes(8, "big") + payload


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    feed = Audio2FaceTracker().connect(SENDER)
    record, bundle, block = openseeface_record(), vmc_bundle(), audio2face_block()
    changes, everything = vrcft_bundle(30), vrcft_bundle(len(UNIFIED_NAMES))
    openseeface, vmc, vrcft = OpenSeeFaceTracker(), VmcTracker(), VrcftTracker()
    work: dict[str, Callable[[], object]] = {
        "openseeface, one face": lambda: openseeface.feed(record, SENDER, time.time_ns()),
        "vmc, 60 messages": lambda: vmc.feed(bundle, SENDER, time.time_ns()),
        "vrcft, 30 changes": lambda: vrcft.feed(changes, SENDER, time.time_ns()),
        f"vrcft, {len(UNIFIED_NAMES)} changes": lambda: vrcft.feed(everything, SENDER, time.time_ns()),
        "audio2face, 52 weights": lambda: feed.feed(block, time.time_ns()),
    }
    results = {name: measured_us(once) for name, once in work.items()}
    print("one datagram to one observation, microseconds")
    print(f"{'':<24}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, result in results.items():
        print(f"{name:<24}{result['p50']:>8}{result['p95']:>8}{result['p99']:>8}")
    print(json.dumps({"benchmark": "desktop_trackers", "unit": "us", **results}))


if __name__ == "__main__":
    main()
