"""Mouth controls: what speech moves, as 11 independent numbers, and the ARKit coefficients of their values.

    shapes_of(controls, 1.0)[INDEX["jawOpen"]]

Lips, jaw and tongue of a sound are easier to state, to blend and to learn in these than in coefficients: `closure` means
shut lips at every opening of the jaw, whereas `mouthClose` has to equal `jawOpen` for that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX

#: Controls of the mouth. `closure` is how far the lips are shut, independent of the jaw.
CONTROLS: Final = (
    "jaw", "closure", "pucker", "funnel", "stretch", "lower", "upper", "roll_lower", "roll_upper", "press", "tongue",
)  # fmt: skip

#: Control -> ARKit shapes that have its value; two shapes are left and right.
_FOLLOWING: Final = (
    ("pucker", ("mouthPucker",)),
    ("funnel", ("mouthFunnel",)),
    ("stretch", ("mouthStretchLeft", "mouthStretchRight")),
    ("lower", ("mouthLowerDownLeft", "mouthLowerDownRight")),
    ("upper", ("mouthUpperUpLeft", "mouthUpperUpRight")),
    ("roll_lower", ("mouthRollLower",)),
    ("roll_upper", ("mouthRollUpper",)),
    ("press", ("mouthPressLeft", "mouthPressRight")),
    ("tongue", ("tongueOut",)),
)


def shapes_of(controls: NDArray[np.float64], left_share: float) -> NDArray[np.float32]:
    """ARKit coefficients of the mouth's controls.

    Args:
        controls: (CONTROLS,) float64, clipped to 0..1.
        left_share: asymmetry of the mouth, about 1: factor of the left shapes; the right ones have 2 - left_share.

    Returns:
        (52,) float32, 0..1.
    """
    value = dict(zip(CONTROLS, np.clip(controls, 0.0, 1.0).tolist(), strict=True))
    out = np.zeros(len(INDEX), np.float32)
    out[INDEX["jawOpen"]] = value["jaw"]
    out[INDEX["mouthClose"]] = value["closure"] * value["jaw"]
    for control, names in _FOLLOWING:
        for name in names:
            share = left_share if name.endswith("Left") else 2.0 - left_share if len(names) == 2 else 1.0
            out[INDEX[name]] = min(value[control] * share, 1.0)
    # the tongue is visible only in an open mouth
    out[INDEX["tongueOut"]] *= min(value["jaw"] / 0.12, 1.0) * (1.0 - value["closure"])
    return out
