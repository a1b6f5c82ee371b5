"""EmotionFilter: takes what is emotional out of a tracked expression and leaves how it speaks and blinks.

An expression is three kinds of shapes:

- articulation (jaw, closing, rounding, rolling and pressing lips, tongue) and lids: never touched;
- expressive (brows, wide and narrowed eyes, cheeks, nose, corners of the mouth): emotional altogether;
- mixed (stretched, raised and lowered lips, chin): used for both. Emotional is what the emotions that the
  expressive shapes tell of would do there, and what stays there all the time; speech comes and goes on top.

Emotion is slow, articulation is fast: the idea of PortraitDirector's emotion filtering module (2604.19129),
done here with the emotions' own shapes instead of a network.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from face.emotion_shapes import WEIGHT
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import EMOTIONS

#: Shapes of speech that no emotion may change; lids and eyeLook are left alone as well.
ARTICULATION: Final = (
    "jawOpen", "jawForward", "jawLeft", "jawRight", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthPressLeft", "mouthPressRight", "mouthShrugUpper",
    "cheekPuff", "tongueOut",
)  # fmt: skip
MIXED: Final = (
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "mouthLowerDownLeft", "mouthLowerDownRight", "mouthShrugLower",
)  # fmt: skip
EXPRESSIVE: Final = tuple(
    name
    for name in BLENDSHAPES
    if name not in ARTICULATION and name not in MIXED and not name.startswith(("eyeBlink", "eyeLook"))
)
#: How fast what stays counts as posture: the seconds in which it rises to 63 % of a level that is held.
POSTURE_S: Final = 1.2
#: Ridge: how much evidence an emotion needs; 0.25 believes a prototype at full strength to about 80 %.
RIDGE: Final = 0.25

_MIXED: Final = np.array([INDEX[name] for name in MIXED])
_EXPRESSIVE: Final = np.array([INDEX[name] for name in EXPRESSIVE])
_MIRROR: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])


class EmotionFilter(Protocol):
    """Takes the emotional part out of an expression, as far as `weight` says."""

    def __call__(self, expression: NDArray[np.float32], weight: float, dt_s: float) -> None:
        """Filter (52,) in place; weight 0 leaves it exactly as it is, 1 leaves articulation and lids."""
        ...


class AnalyticEmotionFilter:
    """The filter without a network: 9 prototypes (contempt on either side), a ridge fit and a posture."""

    def __init__(self) -> None:
        contempt = WEIGHT[EMOTIONS.index("contemptuous")]
        prototypes = np.vstack([WEIGHT, contempt[_MIRROR]]).astype(np.float64)  # (9, 52)
        seen = prototypes[:, _EXPRESSIVE]
        gram = seen @ seen.T + RIDGE * np.eye(len(prototypes))
        self._fit = np.linalg.solve(gram, seen).astype(np.float32)  # (9, expressive)
        self._told = prototypes[:, _MIXED].astype(np.float32)  # (9, mixed)
        self._posture = np.zeros(len(_MIXED), np.float32)

    def __call__(self, expression: NDArray[np.float32], weight: float, dt_s: float) -> None:
        """See `EmotionFilter`."""
        mixed = expression[_MIXED]
        # The posture is a floor: it rises slowly and never stands above what is there.
        posture = self._posture
        posture += (mixed - posture) * min(dt_s / POSTURE_S, 1.0)
        np.minimum(posture, mixed, out=posture)
        if weight <= 0.0:
            return
        expressive = expression[_EXPRESSIVE]
        evidence = np.clip(self._fit @ expressive, 0.0, 1.0)  # (9,)
        emotional = np.minimum(np.maximum(evidence @ self._told, posture), mixed)
        expression[_MIXED] = mixed - np.float32(weight) * emotional
        expression[_EXPRESSIVE] = expressive * np.float32(1.0 - weight)
