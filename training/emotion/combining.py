"""combine_expressions: `studio.motion.interaction.combine_expression` for whole takes at once.

combine_expressions(articulation, emotional)      # (..., 52), (..., 52) -> (..., 52)

The studio's function is the slow reference; both must give the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from studio.motion.interaction import (
    JAW_PARTS_LIPS,
    ROUNDING_LOST_TO_SMILE,
    SMILE_LOST_TO_ROUNDING,
)

Floats = NDArray[np.float32]


def _indices(*names: str) -> list[int]:
    return [INDEX[name] for name in names]


_ROUND: Final = _indices("mouthPucker", "mouthFunnel")
_SMILE: Final = _indices("mouthSmileLeft", "mouthSmileRight")
_SHUTTING: Final = _indices(
    "mouthPressLeft", "mouthPressRight", "mouthShrugLower", "mouthRollLower", "mouthRollUpper"
)
_PARTING: Final = _indices(
    "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthFunnel"
)
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def combine_expressions(articulation: Floats, emotional: Floats) -> Floats:
    """The expressions of faces that speak in an emotion.

    Args:
        articulation, emotional: (..., 52) float32, 0..1, of speech and of the emotion alone.

    Returns:
        (..., 52) float32, 0..1.
    """
    mood, speech = emotional.copy(), articulation.copy()
    smile = mood[..., _SMILE].max(-1, keepdims=True)
    roundness = speech[..., _ROUND].max(-1, keepdims=True)
    speech[..., _ROUND] *= 1.0 - np.float32(ROUNDING_LOST_TO_SMILE) * smile
    mood[..., _SMILE] *= 1.0 - np.float32(SMILE_LOST_TO_ROUNDING) * roundness
    jaw = speech[..., _JAW]
    mood[..., _SHUTTING] *= 1.0 - np.minimum(jaw / np.float32(JAW_PARTS_LIPS), 1.0)[..., None]
    closure = closures(speech)
    mood[..., _PARTING] *= 1.0 - closure[..., None]
    drawn = 1.0 - (1.0 - speech) * (1.0 - mood)
    drawn[..., _CLOSE] = np.maximum(drawn[..., _CLOSE], closure * drawn[..., _JAW])
    return np.asarray(drawn, np.float32)


def closures(expressions: Floats) -> Floats:
    """How far the lips are shut although the jaw is open, (...) float32 0..1, of (..., 52) coefficients."""
    jaw = expressions[..., _JAW]
    shut = np.minimum(expressions[..., _CLOSE] / np.maximum(jaw, np.float32(0.02)), 1.0)
    return np.where(jaw > 0.02, shut, np.float32(0.0))
