"""EmotionLayer: removes the tracked emotion from the expression as far as the emotion layer claims the face, and adds
the wanted emotion.
"""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np

from face.emotion_composite import AnalyticComposite, EmotionComposite
from face.emotion_filter import AnalyticEmotionFilter, EmotionFilter
from face.emotion_shapes import add_valence_arousal
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS
from runtime.control.control import Control

#: Time constant in seconds of each of two low-pass filters in series: an emotion that a hotkey switches on starts
#: smoothly and is almost complete after 0.3 s.
RISE_S: Final = 0.07

_COUNT: Final = len(EMOTIONS)
_VALENCE, _AROUSAL = _COUNT, _COUNT + 1


class EmotionLayer:
    """Filters the tracked emotion, then composes what is left with the wanted one.

    Args:
        emotion_filter: None = AnalyticEmotionFilter.
        composite: None = AnalyticComposite.

    Attributes:
        tracked, filtered: (52,) float32, the last expression before and after the filter; overwritten by the next call.
    """

    def __init__(
        self, emotion_filter: EmotionFilter | None = None, composite: EmotionComposite | None = None
    ) -> None:
        self._filter = emotion_filter or AnalyticEmotionFilter()
        self._composite = composite or AnalyticComposite()
        self.tracked = np.zeros(len(BLENDSHAPES), np.float32)
        self.filtered = np.zeros(len(BLENDSHAPES), np.float32)
        self._wanted = np.zeros(_COUNT, np.float32)
        self._rising = np.zeros(_COUNT, np.float32)
        self._shown = np.zeros(_COUNT, np.float32)

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Overwrite `motion.expression` with the final coefficients, and the eight emotions with the eased ones."""
        expression, emotion = motion.expression, motion.emotion
        self.tracked[:] = expression
        self._filter(expression, control.claim, dt_s)
        self.filtered[:] = expression
        wanted, shown = self._wanted, self._shown
        wanted[:] = emotion[:_COUNT]
        add_valence_arousal(float(emotion[_VALENCE]), float(emotion[_AROUSAL]), wanted)
        step = np.float32(1.0 - exp(-dt_s / RISE_S))
        self._rising += (wanted - self._rising) * step
        shown += (self._rising - shown) * step
        shown[shown < 1e-4] = 0.0
        emotion[:_COUNT] = shown
        self._composite(expression, shown, self.tracked, dt_s)
        return motion
