"""The cost of taking an emotion away and adding another: the emotion layer's frame, analytic, half and fully learned.

    python -m benchmarks.emotion

A studio person who speaks under an emotion, another every five seconds, passes through the four layers by turns, frame
after frame, so that what else the machine does disturbs all alike. Wall-clock time and the thread's own processor time are
told apart. The last column is what a way adds to the first.

Good: at most 0.3 ms a frame for the learned filter and the learned composite together.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Final

import numpy as np

from benchmarks._timing import percentiles
from face.motion import Motion
from protocol.channels import EMOTIONS
from runtime.control.control import Control
from runtime.layers.emotion import EmotionLayer
from runtime.layers.emotion_composites import make_emotion_composite
from runtime.layers.emotion_filters import make_emotion_filter
from studio.motion.acted import ActedMotion

FRAMES: Final = 6000
WARM_UP: Final = 300
DT_S: Final = 1.0 / 60.0
EMOTION_S: Final = 5.0
#: Filter and composite.
WAYS: Final = (
    ("analytic", "analytic"),
    ("analytic", "learned"),
    ("learned", "analytic"),
    ("learned", "learned"),
)


def main() -> None:
    """Print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames of each way (default %(default)s)")
    options = parser.parse_args()
    acted = ActedMotion(3)
    faces = np.array([acted.at(number * DT_S).articulation for number in range(600)], np.float32)
    layers = [EmotionLayer(make_emotion_filter(one), make_emotion_composite(other)) for one, other in WAYS]
    motion, control = Motion.neutral(), Control()
    control.claim = 1.0
    count = options.frames + WARM_UP
    wall, own = np.empty((2, len(WAYS), count))
    for number in range(count):
        for way, layer in enumerate(layers):
            motion.expression[:] = faces[number % len(faces)]
            motion.emotion[:] = 0.0
            motion.emotion[int(number * DT_S / EMOTION_S) % len(EMOTIONS)] = 0.8
            begin, begin_own = time.perf_counter_ns(), time.thread_time_ns()
            layer(motion, control, DT_S)
            own[way, number] = (time.thread_time_ns() - begin_own) / 1e6
            wall[way, number] = (time.perf_counter_ns() - begin) / 1e6
    results = {}
    print(f"{'filter, composite':<22}{'p50':>8}{'p95':>8}{'p99':>8}   processor time: p50, p99, added (ms)")
    base = np.median(own[0, WARM_UP:])
    for (one, other), waited, used in zip(WAYS, wall, own, strict=True):
        shown, cost = percentiles(waited[WARM_UP:]), percentiles(used[WARM_UP:])
        name = f"{one}, {other}"
        print(
            f"{name:<22}{shown['p50']:>8}{shown['p95']:>8}{shown['p99']:>8}{cost['p50']:>18}{cost['p99']:>8}"
            f"{np.median(used[WARM_UP:]) - base:>8.3f}"
        )
        results[name] = {"wall_ms": shown, "processor_ms": cost}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
