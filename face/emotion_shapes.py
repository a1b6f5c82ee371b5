"""The eight emotions as ARKit blendshapes, and their angles on the circle of valence and arousal.

Each emotion is its set of FACS action units, with the blendshapes that show them. A shape's weight is its full weight
times the intensity to the power of its curve: below 1 the shape rises early (the brows of anger), above 1 late (the
cheeks of a Duchenne smile).

Sources: P. Ekman, W. V. Friesen, J. C. Hager, "Facial Action Coding System", 2002 (Investigator's Guide,
emotion predictions); J. A. Russell, "A circumplex model of affect", J. Personality and Social Psychology 39,
1980.
"""

from __future__ import annotations

from itertools import pairwise
from math import atan2, degrees, hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS

#: emotion -> shape (both sides where the name has no side) -> (weight at full intensity, curve).
SHAPES: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "happy": {  # 6 + 12 (+ 25)
        "mouthSmile": (0.85, 0.8), "cheekSquint": (0.65, 1.4), "eyeSquint": (0.32, 1.3),
        "mouthDimple": (0.12, 1.0), "mouthUpperUp": (0.14, 1.6), "mouthStretch": (0.08, 1.2),
        "browOuterUp": (0.08, 1.0), "jawOpen": (0.05, 2.0),
    },
    "sad": {  # 1 + 4 + 15 + 17, heavy lids
        "browInnerUp": (0.85, 0.8), "browDown": (0.22, 1.0), "mouthFrown": (0.70, 0.9),
        "mouthShrugLower": (0.42, 1.2), "eyeSquint": (0.16, 1.0), "eyeBlink": (0.16, 1.0),
        "cheekSquint": (0.12, 1.3), "mouthStretch": (0.08, 1.0),
    },
    "angry": {  # 4 + 5 + 7 + 23/24, some 9; the chin keeps the lips shut
        "browDown": (1.00, 0.8), "eyeSquint": (0.50, 1.0), "eyeWide": (0.12, 1.2), "noseSneer": (0.30, 1.3),
        "mouthFrown": (0.36, 1.0), "mouthPress": (0.45, 1.0), "mouthShrugLower": (0.26, 1.2),
        "jawForward": (0.12, 1.2), "cheekSquint": (0.10, 1.3),
    },
    "surprised": {  # 1 + 2 + 5 + 26
        "browInnerUp": (0.85, 0.8), "browOuterUp": (0.85, 0.8), "eyeWide": (0.78, 1.0),
        "jawOpen": (0.36, 1.4), "mouthFunnel": (0.12, 1.4),
    },
    "afraid": {  # 1 + 2 + 4 + 5 + 20 (+ 25)
        "browInnerUp": (0.90, 0.8), "browOuterUp": (0.32, 1.0), "browDown": (0.32, 1.0),
        "eyeWide": (0.85, 0.9), "mouthStretch": (0.62, 1.0), "mouthLowerDown": (0.22, 1.3),
        "mouthFrown": (0.18, 1.0), "jawOpen": (0.14, 1.4),
    },
    "disgusted": {  # 9 + 10 + 15 + 17, some 4, 6 and 7
        "noseSneer": (0.90, 0.8), "mouthUpperUp": (0.22, 1.1), "browDown": (0.55, 1.0),
        "cheekSquint": (0.42, 1.1), "eyeSquint": (0.42, 1.0), "mouthFrown": (0.40, 1.0),
        "mouthShrugLower": (0.45, 1.0), "mouthStretch": (0.10, 1.2),
    },
    "contemptuous": {  # 12 + 14 on one side, the other brow up, lids half down
        "mouthSmileRight": (0.46, 1.0), "mouthDimpleRight": (0.85, 0.9), "mouthPressRight": (0.30, 1.0),
        "mouthUpperUpRight": (0.10, 1.3), "cheekSquintRight": (0.24, 1.2), "browOuterUpLeft": (0.55, 1.0),
        "browDownRight": (0.30, 1.0), "eyeSquint": (0.18, 1.0), "eyeBlink": (0.12, 1.0),
    },
    "relaxed": {  # a weak 12, brows and lids relaxed
        "mouthSmile": (0.30, 1.0), "cheekSquint": (0.10, 1.2), "eyeBlink": (0.20, 1.0),
        "eyeSquint": (0.06, 1.0), "browInnerUp": (0.08, 1.0),
    },
}  # fmt: skip

#: A wanted emotion is shown so much stronger than people mostly feel it: of pictures of a smile at full intensity, outside
#: judges of emotions name two thirds happy, and nearly all at this strength.
STRENGTH: Final = 1.3
#: Angle of each emotion on the circle of valence (0 degrees) and arousal (90); contempt has none.
CIRCLE_DEG: Final = (
    ("happy", 25.0), ("surprised", 76.0), ("afraid", 115.0), ("angry", 138.0), ("disgusted", 160.0),
    ("sad", 210.0), ("relaxed", 320.0), ("happy", 385.0),
)  # fmt: skip


def _matrices() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """SHAPES as arrays: WEIGHT and CURVE."""
    weight = np.zeros((len(EMOTIONS), len(INDEX)), np.float32)
    curve = np.ones_like(weight)
    for row, emotion in enumerate(EMOTIONS):
        for name, (full, power) in SHAPES[emotion].items():
            for shape in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
                weight[row, INDEX[shape]] = full
                curve[row, INDEX[shape]] = power
    return weight, curve


#: (8, 52) weight at full intensity, and (8, 52) power of the intensity.
WEIGHT, CURVE = _matrices()
_ROWS: Final = tuple(zip(WEIGHT, CURVE, strict=True))


def expression_of(intensities: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Write the expression of some emotions to `out`.

    Args:
        intensities: (8,) float32, 0..1, in the order of EMOTIONS.
        out: (52,) float32, overwritten with the sum over the emotions, which may exceed 1.
    """
    out[:] = 0.0
    for intensity, (weight, curve) in zip(intensities, _ROWS, strict=True):
        if intensity:
            out += weight * intensity**curve


def wanted_expression(intensities: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Write the expression that is added for emotions that a driver wants to `out`: STRENGTH times as strong as felt ones.

    Args:
        intensities: (8,) float32, 0..1, in the order of EMOTIONS. out: (52,) float32, overwritten, 0..1.
    """
    expression_of(intensities, out)
    np.multiply(out, STRENGTH, out=out)
    np.minimum(out, 1.0, out=out)


def add_valence_arousal(valence: float, arousal: float, intensities: NDArray[np.float32]) -> None:
    """Raise the intensities of the two emotions beside a point of the circle to at least its share.

    Args:
        valence: -1..1, + is pleasant.
        arousal: -1..1, + is excited. The distance from (0, 0) is the intensity.
        intensities: (8,) float32, changed in place.
    """
    radius = min(hypot(valence, arousal), 1.0)
    if radius == 0.0:
        return
    angle = degrees(atan2(arousal, valence)) % 360.0
    if angle < CIRCLE_DEG[0][1]:
        angle += 360.0
    for (before, low), (after, high) in pairwise(CIRCLE_DEG):
        if low <= angle <= high:
            share = (angle - low) / (high - low)
            for name, part in ((before, 1.0 - share), (after, share)):
                place = EMOTIONS.index(name)
                intensities[place] = max(float(intensities[place]), radius * part)
            return
