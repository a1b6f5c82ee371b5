"""Combines the expression of speech with that of an emotion.

    drawn = combine_expression(articulation, emotional)      # (52,), (52,) -> (52,)

Coefficients a and b of one shape combine to 1 - (1 - a)(1 - b). Where the two factors need the same muscles:

- a smile pulls the mouth's corners back: it weakens the rounding of a vowel, and a rounded mouth weakens the smile;
- an open jaw weakens an emotion's shapes that keep the lips shut (pressed lips, raised chin);
- lips that meet, as in a [p], stay shut in every emotion: shapes that part them are weakened, and `mouthClose`
  compensates an emotion's open jaw;
- a blink shuts the lids although an emotion widens the eyes (in `face.deform.with_lids`).

Source: A. Tartter, "Happy talk", Perception & Psychophysics 27, 1980 (smiling shortens and spreads vowels); P. Ekman,
W. V. Friesen, "Facial Action Coding System", 2002 (antagonists: 12 against 18 and 22, 23/24 and 17 against 25 to 27).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from studio.arrays import Floats

#: Share of the rounding that a full smile removes, and share of the smile that a fully rounded mouth removes.
ROUNDING_LOST_TO_SMILE: Final = 0.45
SMILE_LOST_TO_ROUNDING: Final = 0.40
#: Value of `jawOpen` at which an emotion's lip-closing shapes are 0.
JAW_PARTS_LIPS: Final = 0.45


def _indices(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[name] for name in names])


_ROUND: Final = _indices("mouthPucker", "mouthFunnel")
_SMILE: Final = _indices("mouthSmileLeft", "mouthSmileRight")
_SHUTTING: Final = _indices(
    "mouthPressLeft", "mouthPressRight", "mouthShrugLower", "mouthRollLower", "mouthRollUpper"
)
_PARTING: Final = _indices(
    "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthFunnel"
)
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def combine_expression(articulation: Floats, emotional: Floats) -> Floats:
    """The expression of a face that speaks in an emotion.

    Without an emotion it equals `articulation`, and without articulation it equals `emotional`.

    Args:
        articulation, emotional: (52,) float32 ARKit coefficients, 0..1, of speech and of the emotion alone.

    Returns:
        (52,) float32, 0..1.
    """
    mood = emotional.copy()
    speech = articulation.copy()
    smile = float(mood[_SMILE].max())
    roundness = float(speech[_ROUND].max())
    speech[_ROUND] *= 1.0 - ROUNDING_LOST_TO_SMILE * smile
    mood[_SMILE] *= 1.0 - SMILE_LOST_TO_ROUNDING * roundness
    mood[_SHUTTING] *= 1.0 - min(float(speech[_JAW]) / JAW_PARTS_LIPS, 1.0)
    closure = lip_closure(speech)
    mood[_PARTING] *= 1.0 - closure
    drawn = 1.0 - (1.0 - speech) * (1.0 - mood)
    drawn[_CLOSE] = max(float(drawn[_CLOSE]), closure * float(drawn[_JAW]))
    return np.asarray(drawn, np.float32)


def lip_closure(expression: Floats) -> float:
    """How far the lips are shut although the jaw is open: `mouthClose` / `jawOpen`, 0..1, of (52,) coefficients."""
    jaw = float(expression[_JAW])
    return min(float(expression[_CLOSE]) / jaw, 1.0) if jaw > 0.02 else 0.0
