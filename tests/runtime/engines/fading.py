"""A retouch engine whose parts are left out one after the other."""

from __future__ import annotations

from runtime.engines.eased_share import EasedShare
from runtime.engines.frame_ladder import FrameLadder
from runtime.engines.retouch import RUNGS, RetouchEngine
from tests.runtime.engines.retouch_reference import MOTIONS, Picture


def fading(engine: RetouchEngine, part: str) -> dict[int, list[Picture]]:
    """Its frames at 30 a second: 2, the network with a further part; 1, without it, from then on; 0, the head engine's."""
    engine._shares = {name: EasedShare() for name in RUNGS}
    ladder = engine._ladder = FrameLadder(40.0, [RUNGS["form"], RUNGS[part]])
    pictures: dict[int, list[Picture]] = {}
    now_s = 0.0
    try:
        for level, frames in ((2, 1), (1, 18), (0, 18)):  # the first level is there at once
            ladder.level = level
            pictures[level] = []
            for _ in range(frames):
                pictures[level].append(engine.render(MOTIONS[1], now_s).copy())
                now_s += 1 / 30
    finally:
        engine._ladder = None
    return pictures
