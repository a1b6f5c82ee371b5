"""postures: movements that a speaker holds for a moment, and that are no emotion.

    held = postures(random, spoken)         # (M, T, 52): what they add to speech

Recorded people pull the mouth or the jaw aside, press, shrug, roll and purse their lips, puff a cheek, show the tongue,
look out of half-shut lids and raise a brow while they think, for a quarter of a second or for several. Emotions do not do
the first ones at all, and none without the rest of the face: a filter that sees them in calm people learns the difference.
Lids follow a gaze that goes down, as trackers report it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from training.emotion.movers import RATE_HZ

Floats = NDArray[np.float32]

#: The shapes of each posture, with their amplitude in one of strength 1, and how often it is chosen.
_POSTURES: Final = (
    ({"mouthLeft": 1.0, "jawLeft": 0.3, "mouthSmileLeft": 0.1, "mouthDimpleLeft": 0.2}, 1.0),
    ({"mouthRight": 1.0, "jawRight": 0.3, "mouthSmileRight": 0.1, "mouthDimpleRight": 0.2}, 1.0),
    ({"jawLeft": 0.8, "mouthLeft": 0.3}, 0.6),
    ({"jawRight": 0.8, "mouthRight": 0.3}, 0.6),
    ({"mouthPressLeft": 0.8, "mouthPressRight": 0.8, "mouthRollLower": 0.2, "mouthRollUpper": 0.2}, 1.2),
    ({"mouthShrugLower": 0.8, "mouthShrugUpper": 0.6, "mouthPressLeft": 0.2, "mouthPressRight": 0.2}, 1.2),
    ({"mouthShrugUpper": 0.8, "mouthFunnel": 0.2}, 0.6),
    ({"mouthRollLower": 0.9, "mouthRollUpper": 0.8, "mouthClose": 0.1}, 0.8),
    ({"mouthPucker": 0.9, "mouthFunnel": 0.3, "mouthShrugUpper": 0.2}, 0.8),
    ({"cheekPuff": 1.0, "mouthPucker": 0.3, "mouthPressLeft": 0.2, "mouthPressRight": 0.2}, 0.7),
    ({"tongueOut": 1.0, "jawOpen": 0.3}, 0.4),
    ({"jawForward": 0.9, "mouthShrugLower": 0.2}, 0.5),
    ({"jawOpen": 0.8, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2}, 0.7),
    ({"mouthStretchLeft": 0.6, "mouthStretchRight": 0.6}, 0.3),
    ({"mouthUpperUpLeft": 0.5, "mouthUpperUpRight": 0.5}, 0.3),
    ({"mouthLowerDownLeft": 0.7, "mouthLowerDownRight": 0.7}, 0.4),
    ({"eyeBlinkLeft": 0.6, "eyeBlinkRight": 0.6}, 1.2),
    ({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "eyeSquintLeft": 0.2, "eyeSquintRight": 0.2}, 0.8),
    ({"eyeBlinkLeft": 1.0, "eyeSquintLeft": 0.4, "cheekSquintLeft": 0.3}, 0.2),
    ({"eyeBlinkRight": 1.0, "eyeSquintRight": 0.4, "cheekSquintRight": 0.3}, 0.2),
    ({"browInnerUp": 0.25, "browOuterUpLeft": 0.2, "browOuterUpRight": 0.2}, 0.5),
)  # fmt: skip
#: Share of the movers who hold postures; how many kinds each has, and how many a minute.
_SHARE: Final = 0.85
_KINDS: Final = (2, 9)
_A_MINUTE: Final = (3.0, 24.0)
#: Shortest and longest time at the full strength, seconds, and of the way there and back.
_HELD_S: Final = (0.05, 4.0)
_WAY_S: Final = (0.08, 0.6)
#: Largest share of a gaze downwards by which the lids follow.
_LIDS_FOLLOW: Final = 0.6


def postures(random: np.random.Generator, spoken: Floats) -> Floats:
    """What held postures add to speech (M, T, 52): (M, T, 52), 0..1."""
    made = np.zeros_like(spoken)
    chances = np.array([chance for _, chance in _POSTURES])
    for take, speech in zip(made, spoken, strict=True):
        follow = np.float32(max(random.uniform(-0.3, _LIDS_FOLLOW), 0.0))
        for side in ("Left", "Right"):
            take[:, INDEX[f"eyeBlink{side}"]] = follow * speech[:, INDEX[f"eyeLookDown{side}"]]
        if random.random() > _SHARE:
            continue
        count = min(int(random.integers(*_KINDS)), len(_POSTURES))
        kinds = random.choice(len(_POSTURES), count, replace=False, p=chances / chances.sum())
        minutes = len(take) / RATE_HZ / 60.0
        for _ in range(int(random.poisson(random.uniform(*_A_MINUTE) * minutes))):
            _hold(random, take, _POSTURES[int(random.choice(kinds))][0])
    return made


def _hold(random: np.random.Generator, take: Floats, shapes: dict[str, float]) -> None:
    """Add one posture to a take (T, 52) at a random time."""
    strength = random.uniform(0.15, 1.0)
    held_s = float(np.exp(random.uniform(*np.log(_HELD_S))))
    rise_s, fall_s = (float(np.exp(random.uniform(*np.log(_WAY_S)))) for _ in range(2))
    begin_s = random.uniform(-1.0, len(take) / RATE_HZ)
    since_s = np.arange(len(take)) / RATE_HZ - begin_s
    level = np.minimum(since_s / rise_s, (rise_s + held_s + fall_s - since_s) / fall_s).clip(0.0, 1.0)
    level = (level * level * (3.0 - 2.0 * level) * strength).astype(np.float32)
    for name, amplitude in shapes.items():
        place = INDEX[name]
        mine = level * np.float32(amplitude * random.uniform(0.6, 1.0))
        take[:, place] = np.maximum(take[:, place], mine)
