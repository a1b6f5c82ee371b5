"""EmotionLayer: removes the tracked emotion from the expression as far as the emotion layer claims the face, and adds
the wanted emotion.
"""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.easing import ease_in_out
from face.emotion_filter import ARTICULATION, MIXED, AnalyticEmotionFilter, EmotionFilter
from face.emotion_shapes import add_valence_arousal, expression_of
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from runtime.control.control import Control

#: Time constant in seconds of each of two low-pass filters in series: an emotion that a hotkey switches on starts
#: smoothly and is almost complete after 0.3 s.
RISE_S: Final = 0.07
#: Time constant in seconds with which the speech share decays after the last mouth movement.
SPEECH_S: Final = 0.5
#: Time constant in seconds of the running mean that serves as the lips' rest position.
REST_S: Final = 1.0

_COUNT: Final = len(EMOTIONS)
_VALENCE, _AROUSAL = _COUNT, _COUNT + 1
_ARTICULATION: Final = np.array([INDEX[name] for name in ARTICULATION])
_OPEN: Final = np.array([INDEX["jawOpen"], INDEX["tongueOut"]])
#: Share of each shape that speech removes from the emotion: all of the articulation shapes, most of the mixed ones.
_SPEECH_TAKES: Final = np.array(
    [1.0 if name in ARTICULATION else 0.6 if name in MIXED else 0.0 for name in BLENDSHAPES], np.float32
)


class EmotionLayer:
    """Filters the tracked emotion, then adds the emotion's shapes. During speech, the mouth follows the tracker alone.

    Args:
        emotion_filter: None = AnalyticEmotionFilter.

    Attributes:
        tracked, filtered: (52,) float32, the last expression before and after the filter; overwritten by the next call.
    """

    def __init__(self, emotion_filter: EmotionFilter | None = None) -> None:
        self._filter = emotion_filter or AnalyticEmotionFilter()
        self.tracked = np.zeros(len(BLENDSHAPES), np.float32)
        self.filtered = np.zeros(len(BLENDSHAPES), np.float32)
        self._wanted = np.zeros(_COUNT, np.float32)
        self._rising = np.zeros(_COUNT, np.float32)
        self._shown = np.zeros(_COUNT, np.float32)
        self._shape = np.zeros(len(BLENDSHAPES), np.float32)
        self._rest = np.zeros(len(_ARTICULATION), np.float32)
        self._speech = 0.0

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Overwrite `motion.expression` with the final coefficients, and the eight emotions with the eased ones."""
        expression, emotion = motion.expression, motion.emotion
        self._update_speech(expression, dt_s)
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
        if not shown.any():
            return motion
        shape = self._shape
        expression_of(shown, shape)
        shape *= 1.0 - np.float32(self._speech) * _SPEECH_TAKES
        np.clip(shape, 0.0, 1.0, out=shape)
        # Combine without exceeding 1: 1 - (1 - a)(1 - b).
        shape *= 1.0 - expression
        expression += shape
        return motion

    def _update_speech(self, expression: NDArray[np.float32], dt_s: float) -> None:
        """Update the speech share of the mouth, 0..1: it rises at once with a movement and decays after it."""
        lips = expression[_ARTICULATION]
        moved = float(np.abs(lips - self._rest).max())
        self._rest += (lips - self._rest) * np.float32(min(dt_s / REST_S, 1.0))
        active = max(float(expression[_OPEN].max()), moved)
        share = min(max((active - 0.04) / 0.11, 0.0), 1.0)
        self._speech = max(ease_in_out(share), self._speech * exp(-dt_s / SPEECH_S))
