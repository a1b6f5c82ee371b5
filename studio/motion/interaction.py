"""What speech and emotion make of each other on one face: they add, but not blindly.

    drawn = combine_expression(articulation, emotional)      # (52,), (52,) -> (52,)

Where nothing meets, both are there: 1 - (1 - a)(1 - b). Where they want the same muscles otherwise:

- a smile draws the corners back, so a rounded vowel is less round, and a round mouth smiles less;
- an open jaw undoes what keeps the lips shut: pressed lips and a raised chin give way to speech;
- lips that meet in a [p] meet whatever the mood: what parts them is held back, and an emotion's open jaw is closed over;
- a lid that shuts in a blink is shut: what widens it fades (the renderer's own rule, in `settled`).

Source: A. Tartter, "Happy talk", Perception & Psychophysics 27, 1980 (smiling shortens and spreads vowels); P. Ekman,
W. V. Friesen, "Facial Action Coding System", 2002 (antagonists: 12 against 18 and 22, 23/24 and 17 against 25 to 27).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from studio.arrays import Floats

#: How much of a round mouth a full smile takes, and of a smile a fully round mouth.
SPREAD_BY_SMILE: Final = 0.45
UNSMILED_BY_ROUND: Final = 0.40
#: The jaw's opening at which nothing of what keeps lips shut is left.
PARTED_AT: Final = 0.45


def _places(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[name] for name in names])


_ROUND: Final = _places("mouthPucker", "mouthFunnel")
_SMILE: Final = _places("mouthSmileLeft", "mouthSmileRight")
_SHUTTING: Final = _places(
    "mouthPressLeft", "mouthPressRight", "mouthShrugLower", "mouthRollLower", "mouthRollUpper"
)
_PARTING: Final = _places(
    "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthFunnel"
)
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def combine_expression(articulation: Floats, emotional: Floats) -> Floats:
    """The expression (52,) that is seen of speech (52,) and of an emotion (52,), all 0..1.

    With no emotion it is the articulation, and with no articulation the emotion, exactly.
    """
    mood = emotional.copy()
    speech = articulation.copy()
    smile = float(mood[_SMILE].max())
    roundness = float(speech[_ROUND].max())
    speech[_ROUND] *= 1.0 - SPREAD_BY_SMILE * smile
    mood[_SMILE] *= 1.0 - UNSMILED_BY_ROUND * roundness
    mood[_SHUTTING] *= 1.0 - min(float(speech[_JAW]) / PARTED_AT, 1.0)
    closure = lip_closure(speech)
    mood[_PARTING] *= 1.0 - closure
    drawn = 1.0 - (1.0 - speech) * (1.0 - mood)
    drawn[_CLOSE] = max(float(drawn[_CLOSE]), closure * float(drawn[_JAW]))
    return np.asarray(drawn, np.float32)


def lip_closure(expression: Floats) -> float:
    """How far the lips are together although the jaw is open, 0..1: `mouthClose` counts up to `jawOpen`."""
    jaw = float(expression[_JAW])
    return min(float(expression[_CLOSE]) / jaw, 1.0) if jaw > 0.02 else 0.0
