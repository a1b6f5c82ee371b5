"""EmotionComposite: gives an expression without emotion another emotion.

composite = AnalyticComposite()
composite(expression, intensities, tracked, dt_s)      # expression (52,) in place, intensities (8,)

The analytic one adds each emotion's shapes in the room that is left. While somebody speaks, the mouth belongs to speech.

Source: PortraitDirector (arXiv 2604.19129), composite layer; a rule takes the place of its attention here.
"""

from __future__ import annotations

from math import exp
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from face.easing import ease_in_out
from face.emotion_filter import ARTICULATION, MIXED
from face.emotion_shapes import wanted_expression
from protocol.blendshapes import BLENDSHAPES, INDEX

#: Time constant in seconds with which the speech share decays after the last mouth movement.
SPEECH_S: Final = 0.5
#: Time constant in seconds of the running mean that serves as the lips' rest position.
REST_S: Final = 1.0

_ARTICULATION: Final = np.array([INDEX[name] for name in ARTICULATION])
_OPEN: Final = np.array([INDEX["jawOpen"], INDEX["tongueOut"]])
#: Share of each shape that speech removes from the emotion: all of the articulation shapes, most of the mixed ones.
_SPEECH_TAKES: Final = np.array(
    [1.0 if name in ARTICULATION else 0.6 if name in MIXED else 0.0 for name in BLENDSHAPES], np.float32
)


class EmotionComposite(Protocol):
    """Adds emotions to an expression."""

    def __call__(
        self,
        expression: NDArray[np.float32],
        intensities: NDArray[np.float32],
        tracked: NDArray[np.float32],
        dt_s: float,
    ) -> None:
        """Add emotions in place; where all intensities are 0, no bit changes.

        Args:
            expression: (52,) float32, 0..1, without emotion, overwritten.
            intensities: (8,) float32, 0..1, of EMOTIONS.
            tracked: (52,) float32, 0..1, the expression with the tracked emotion.
            dt_s: seconds since the last call.
        """
        ...


class AnalyticComposite:
    """See `EmotionComposite`. Needs no network; during speech the mouth follows the tracker alone."""

    def __init__(self) -> None:
        self._shape = np.zeros(len(BLENDSHAPES), np.float32)
        self._rest = np.zeros(len(_ARTICULATION), np.float32)
        self._speech = 0.0

    def __call__(
        self,
        expression: NDArray[np.float32],
        intensities: NDArray[np.float32],
        tracked: NDArray[np.float32],
        dt_s: float,
    ) -> None:
        """See `EmotionComposite`."""
        self._update_speech(tracked, dt_s)
        if not intensities.any():
            return
        shape = self._shape
        wanted_expression(intensities, shape)
        shape *= 1.0 - np.float32(self._speech) * _SPEECH_TAKES
        # Combine without exceeding 1: 1 - (1 - a)(1 - b).
        shape *= 1.0 - expression
        expression += shape

    def _update_speech(self, expression: NDArray[np.float32], dt_s: float) -> None:
        """Update the speech share of the mouth, 0..1: it rises at once with a movement and decays after it."""
        lips = expression[_ARTICULATION]
        moved = float(np.abs(lips - self._rest).max())
        self._rest += (lips - self._rest) * np.float32(min(dt_s / REST_S, 1.0))
        active = max(float(expression[_OPEN].max()), moved)
        share = min(max((active - 0.04) / 0.11, 0.0), 1.0)
        self._speech = max(ease_in_out(share), self._speech * exp(-dt_s / SPEECH_S))
