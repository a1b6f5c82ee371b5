"""Takes and forwarding: the cost of recording, writing, reading and forwarding a message, in microseconds.

    python -m benchmarks.takes

Good: handing a message to a recording at most 20 at p99 (it never waits for the disk); writing and reading at most
50 a message, so that an hour of a face at 60 fps is read in seconds; one frame as VMC at most 300, 2 % of
a core at 60 fps. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks._timing import percentiles, timed_s
from bridge.forwarders.forwarder import Forwarder
from bridge.forwarders.livelink import LiveLinkForwarder
from bridge.forwarders.osc import OscForwarder
from bridge.forwarders.vmc import VmcForwarder
from bridge.takes.recording import Recording
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage, MotionMessage
from protocol.take import TakeReader, TakeWriter

#: A minute of expressions at 60 fps.
COUNT = 3600
STEP_NS = 16_666_667
BEGIN_NS = 1_700_000_000_000_000_000


def faces() -> list[ControlMessage]:
    """Full expressions that differ in every number, as in a camera's output."""
    values = np.random.default_rng(1).random((COUNT, len(BLENDSHAPES)))
    return [
        ControlMessage(
            layer="expression",
            source="webcam",
            values=dict(zip(BLENDSHAPES, row.tolist(), strict=True)),
            sequence=i + 1,
            capture_time_ns=BEGIN_NS + i * STEP_NS,
        )
        for i, row in enumerate(values)
    ]


def percentiles_us(times_s: np.ndarray) -> dict[str, float]:
    """p50, p95 and p99 in microseconds."""
    return percentiles(times_s * 1e6, digits=1)


def forwarding(forwarder: Forwarder) -> dict[str, float]:
    """One frame of motion to datagrams."""
    motion = MotionMessage(
        frame_id=1, capture_time_ns=0, receive_time_ns=0, values=[channel.neutral for channel in CHANNELS]
    )
    return percentiles_us(timed_s(lambda i: forwarder.datagrams(motion, time_s=1e9 + i / 60), 2200)[200:])


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    messages = faces()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mcap"

        def hand_over(i: int) -> None:
            recording.add(messages[i], BEGIN_NS + i * STEP_NS)

        with Recording(Path(folder) / "b.mcap", recorded_by="benchmark") as recording:
            added = timed_s(hand_over, COUNT)
        with TakeWriter(path) as writer:
            written = timed_s(lambda i: writer.write(messages[i], BEGIN_NS + i * STEP_NS), COUNT)
        bytes_each = path.stat().st_size / COUNT
        start = time.perf_counter()
        with TakeReader(path) as reader:
            count = sum(1 for _ in reader)
        read_us = (time.perf_counter() - start) / count * 1e6
    results = {
        "hand to a recording": percentiles_us(added),
        "write to a take": percentiles_us(written),
        "forward as vmc": forwarding(VmcForwarder()),
        "forward as livelink": forwarding(LiveLinkForwarder()),
        "forward as osc": forwarding(OscForwarder()),
    }
    print("one message of 52 coefficients, or one frame of motion; microseconds")
    print(f"{'':<24}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, result in results.items():
        print(f"{name:<24}{result['p50']:>8}{result['p95']:>8}{result['p99']:>8}")
    print(f"{'read from a take, mean':<24}{read_us:>8.1f}")
    print(f"{'bytes a message':<24}{bytes_each:>8.0f}")
    print(
        json.dumps(
            {
                "benchmark": "takes",
                "unit": "us",
                **results,
                "read from a take, mean": round(read_us, 1),
                "bytes a message": round(bytes_each),
            }
        )
    )


if __name__ == "__main__":
    main()
