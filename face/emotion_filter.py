"""EmotionFilter: removes the emotion from a tracked expression and keeps speech and blinks.

Blendshapes are of three kinds:

- articulation (jaw, closing, rounding, rolling and pressing lips, tongue) and lids: not changed;
- expressive (brows, wide and narrowed eyes, cheeks, nose, corners of the mouth): emotion only;
- mixed (stretched, raised and lowered lips, chin): used by both. Their emotional part is the larger of two
  estimates: the mixed shapes of the emotions recognised in the expressive shapes, and the slow part of the signal.

Source: PortraitDirector (arXiv 2604.19129), emotion filtering module: emotion is slow, articulation is fast. Here
the emotions' prototypes take the place of its network.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from face.emotion_shapes import WEIGHT
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import EMOTIONS

#: Shapes of speech, which the filter does not change; neither does it change lids and eyeLook.
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
#: Time constant of the slow part (posture), seconds: the time to reach 63 % of a constant level.
POSTURE_S: Final = 1.2
#: Regularisation of the ridge regression: at 0.25 a prototype at full strength is recognised with about 80 %.
RIDGE: Final = 0.25

_MIXED: Final = np.array([INDEX[name] for name in MIXED])
_EXPRESSIVE: Final = np.array([INDEX[name] for name in EXPRESSIVE])
_MIRROR: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])


class EmotionFilter(Protocol):
    """Removes the emotional part of an expression, by a weight."""

    def __call__(self, expression: NDArray[np.float32], weight: float, dt_s: float) -> None:
        """Filter an expression in place.

        Args:
            expression: (52,) float32, 0..1, overwritten.
            weight: 0 changes nothing, 1 leaves only articulation and lids.
            dt_s: seconds since the last call.
        """
        ...


class AnalyticEmotionFilter:
    """Filter without a network: ridge regression on 9 prototypes (contempt on either side) and a slow posture."""

    def __init__(self) -> None:
        contempt = WEIGHT[EMOTIONS.index("contemptuous")]
        prototypes = np.vstack([WEIGHT, contempt[_MIRROR]]).astype(np.float64)  # (9, 52)
        seen = prototypes[:, _EXPRESSIVE]
        gram = seen @ seen.T + RIDGE * np.eye(len(prototypes))
        self._fit = np.linalg.solve(gram, seen).astype(np.float32)  # (9, expressive)
        self._mixed_prototypes = prototypes[:, _MIXED].astype(np.float32)  # (9, mixed)
        self._posture = np.zeros(len(_MIXED), np.float32)

    def __call__(self, expression: NDArray[np.float32], weight: float, dt_s: float) -> None:
        """See `EmotionFilter`."""
        mixed = expression[_MIXED]
        # The posture rises slowly and is never larger than the signal.
        posture = self._posture
        posture += (mixed - posture) * min(dt_s / POSTURE_S, 1.0)
        np.minimum(posture, mixed, out=posture)
        if weight <= 0.0:
            return
        expressive = expression[_EXPRESSIVE]
        evidence = np.clip(self._fit @ expressive, 0.0, 1.0)  # (9,)
        emotional = np.minimum(np.maximum(evidence @ self._mixed_prototypes, posture), mixed)
        expression[_MIXED] = mixed - np.float32(weight) * emotional
        expression[_EXPRESSIVE] = expressive * np.float32(1.0 - weight)
