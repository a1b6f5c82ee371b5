"""Habits: shapes that people move together, as real faces do and shapes drawn by chance do not.

    add_habit(articulation, random)

A puffed cheek comes with lips pushed forward, raised brows rise along their whole length, a mouth drawn aside takes the
jaw with it. A tracker that has seen such shapes only by themselves does not know them on real faces.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX, mirrored

_Habit = dict[str, tuple[float, float]]

#: Habits of both sides: each shape with its least and its largest share of the habit's strength.
_BOTH: Final[tuple[_Habit, ...]] = (
    # cheeks puffed behind shut lips, and with lips pushed forward
    {"cheekPuff": (0.6, 1.0), "mouthPucker": (0.0, 1.0), "mouthPressLeft": (0.0, 0.4)},
    {"cheekPuff": (0.4, 1.0), "mouthPucker": (0.4, 1.0)},
    # a kiss, an o
    {"mouthPucker": (0.7, 1.0), "mouthShrugLower": (0.0, 0.4), "browInnerUp": (0.0, 0.3)},
    {"mouthFunnel": (0.6, 1.0), "jawOpen": (0.1, 0.6)},
    # raised brows, surprise, anger
    {"browInnerUp": (0.6, 1.0), "browOuterUpLeft": (0.5, 1.0), "eyeWideLeft": (0.0, 0.8)},
    {"browInnerUp": (0.6, 1.0), "browOuterUpLeft": (0.3, 1.0), "jawOpen": (0.0, 1.0), "eyeWideLeft": (0.2, 1.0)},
    {"browDownLeft": (0.6, 1.0), "eyeSquintLeft": (0.0, 0.7), "noseSneerLeft": (0.0, 0.5), "mouthPressLeft": (0.0, 0.6)},
    # lips between the teeth, disgust, two smiles, doubt
    {"mouthRollLower": (0.3, 1.0), "mouthRollUpper": (0.3, 1.0), "mouthPressLeft": (0.2, 1.0)},
    {"noseSneerLeft": (0.6, 1.0), "mouthUpperUpLeft": (0.3, 0.9), "cheekSquintLeft": (0.0, 0.6)},
    {"mouthSmileLeft": (0.6, 1.0), "cheekSquintLeft": (0.3, 1.0), "eyeSquintLeft": (0.0, 0.7)},
    {"mouthSmileLeft": (0.5, 1.0), "mouthUpperUpLeft": (0.2, 0.8), "mouthLowerDownLeft": (0.0, 0.6), "jawOpen": (0.0, 0.6)},
    {"mouthFrownLeft": (0.5, 1.0), "mouthShrugLower": (0.2, 1.0), "browInnerUp": (0.0, 0.5)},
    # lower teeth shown, the tongue, an underbite
    {"mouthLowerDownLeft": (0.7, 1.0), "mouthStretchLeft": (0.2, 1.0), "jawOpen": (0.0, 0.3)},
    {"tongueOut": (0.6, 1.0), "jawOpen": (0.1, 0.8), "eyeSquintLeft": (0.0, 0.5)},
    {"jawForward": (0.7, 1.0), "mouthShrugLower": (0.0, 0.5)},
)  # fmt: skip
#: Habits of one side, here the left one.
_ASIDE: Final[tuple[_Habit, ...]] = (
    # lips aside, the jaw aside
    {"mouthLeft": (0.6, 1.0), "jawLeft": (0.0, 0.7), "mouthPucker": (0.0, 0.7), "mouthSmileLeft": (0.0, 0.4)},
    {"jawLeft": (0.6, 1.0), "jawOpen": (0.0, 0.5), "mouthLeft": (0.0, 0.5)},
    # a wink, a smirk, one brow, half a sneer
    {"eyeBlinkLeft": (0.7, 1.0), "cheekSquintLeft": (0.2, 0.8), "mouthSmileLeft": (0.0, 0.7)},
    {"mouthSmileLeft": (0.5, 1.0), "mouthDimpleLeft": (0.2, 0.8)},
    {"browOuterUpLeft": (0.6, 1.0), "browInnerUp": (0.0, 0.5), "browDownRight": (0.0, 0.7)},
    {"noseSneerLeft": (0.5, 1.0), "mouthUpperUpLeft": (0.3, 1.0)},
)  # fmt: skip


def add_habit(articulation: NDArray[np.float32], random: np.random.Generator) -> None:
    """Set the shapes of one habit, each at random within its share; the two sides are hardly ever quite alike.

    Args:
        articulation: the 52 coefficients (52,) float32, 0 to 1, changed in place
        random: where the habit, its side and its strength are drawn
    """
    is_aside = random.random() < len(_ASIDE) / (len(_ASIDE) + len(_BOTH))
    habits = _ASIDE if is_aside else _BOTH
    habit = habits[int(random.integers(len(habits)))]
    is_mirrored = bool(random.random() < 0.5)
    strength = 1.0 if random.random() < 0.2 else float(random.beta(2.0, 1.0))
    for name, (least, largest) in habit.items():
        level = strength * float(random.uniform(least, largest))
        sides = {mirrored(name) if is_mirrored else name} if is_aside else {name, mirrored(name)}
        for side in sides:
            articulation[INDEX[side]] = level
        weaker = name if random.random() < 0.5 else mirrored(name)
        articulation[INDEX[weaker]] *= float(random.uniform(0.8, 1.0))
