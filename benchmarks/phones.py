"""Phones: one datagram of each phone's tracker -> an observation, in microseconds.

    python -m benchmarks.phones

Good: at most 250; at 60 fps that is 1.5 % of a core. Face Cap sends one frame as a bundle of 56 messages.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import struct

from benchmarks._timing import percentiles, print_costs, timed_s
from bridge.trackers.facecap import FaceCapTracker
from bridge.trackers.ifacialmocap import IFacialMocapTracker
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.meowface import MeowFaceTracker
from bridge.trackers.network_tracker import DatagramTracker
from bridge.trackers.vts_phone import VtsPhoneTracker
from protocol.blendshapes import BLENDSHAPES

ROUNDS, WARM_UP = 2200, 200


def text_frame() -> bytes:
    """iFacialMocap's text, version 2."""
    shapes = "|".join(f"{name.replace('Left', '_L').replace('Right', '_R')}&30" for name in BLENDSHAPES)
    bones = "=head#-21.488958,-6.038993,-6.6019735,-0.030653415,-0.10287084,-0.6584072"
    return f"{shapes}|{bones}|rightEye#6.03,2.44,0.256|leftEye#6.03,-1.67,-0.175|".encode()


def json_frame(*, is_capital: bool) -> bytes:
    """VTube Studio's JSON, or MeowFace's."""
    vector = {"x": -21.488958, "y": -6.038993, "z": -6.6019735}
    names = [name[0].upper() + name[1:] if is_capital else name for name in BLENDSHAPES]
    frame = {"Timestamp": 1_700_000_000_000, "Hotkey": -1, "FaceFound": True}
    vectors = dict.fromkeys(("Rotation", "Position", "EyeLeft", "EyeRight"), vector)
    shapes = [{"k": name, "v": 0.3141592} for name in names]
    return json.dumps({**frame, **vectors, "BlendShapes": shapes}).encode()


def binary_frame() -> bytes:
    """Live Link Face's binary."""
    names = struct.pack(">i", 36) + b"8" * 36 + struct.pack(">i", 6) + b"iPhone"
    return b"\x06" + names + struct.pack(">ifiiB61f", 1000, 0.25, 60, 1, 61, *[0.3] * 61)


def osc_frame() -> bytes:
    """Face Cap's messages as one bundle."""
    messages = [b"/HT\0,fff\0\0\0\0" + struct.pack(">3f", 0.1, 0.1, -0.6)]
    messages += [b"/HR\0,fff\0\0\0\0" + struct.pack(">3f", 10.0, 20.0, 30.0)]
    messages += [eye + b"\0\0\0\0,ff\0" + struct.pack(">2f", 1.0, 2.0) for eye in (b"/ELR", b"/ERR")]
    messages += [b"/W\0\0,if\0" + struct.pack(">if", index, 0.3) for index in range(52)]
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(m)) + m for m in messages)


def cost_us(tracker: DatagramTracker, datagram: bytes) -> dict[str, float]:
    """p50, p95 and p99 of feeding a datagram, microseconds."""
    taken = 0

    def feed(i: int) -> None:
        nonlocal taken
        taken += len(tracker.feed(datagram, "192.168.1.5:50000", i).observations)

    times = timed_s(feed, ROUNDS)
    assert taken >= ROUNDS - 2, f"{tracker.name} took {taken} of {ROUNDS} datagrams"
    return percentiles(times[WARM_UP:] * 1e6, digits=1)


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    cases: list[tuple[DatagramTracker, bytes]] = [
        (IFacialMocapTracker(), text_frame()),
        (VtsPhoneTracker(), json_frame(is_capital=True)),
        (MeowFaceTracker(), json_frame(is_capital=False)),
        (LiveLinkTracker(), binary_frame()),
        (FaceCapTracker(), osc_frame()),
    ]
    results = {tracker.name: cost_us(tracker, datagram) for tracker, datagram in cases}
    print("one datagram to an observation, microseconds")
    print_costs(results)
    print(json.dumps({"benchmark": "phones", "unit": "us", **results}))


if __name__ == "__main__":
    main()
