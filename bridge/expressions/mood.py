"""MoodMessages: the emotion of a face that moves, as messages of the emotion layer: a style by example.

    mood = MoodMessages()
    found = mood(message, time_s)          # of an expression; None for other layers

The messages claim the whole face, also those of a calm face, so that this mood takes the place of every other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec.structs import replace

from bridge.expressions.emotion_estimate import MIN_LEVEL, EmotionEstimator
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from protocol.messages import ControlMessage

#: Shortest time to live: a mood outlasts pictures in which the face is lost for a moment.
TTL_S: Final = 1.0


class MoodMessages:
    """One face; its drivers may each give a part of the expression. One thread."""

    def __init__(self) -> None:
        """A face that has not been seen yet."""
        self._estimator = EmotionEstimator()
        self._seen = np.full(len(BLENDSHAPES), np.nan)

    def __call__(self, message: ControlMessage, time_s: float) -> ControlMessage | None:
        """The mood after one more message.

        Args:
            message: of any layer; one of the expression is made into one of the emotion with the same source.
            time_s: when it came; any origin, never falling.

        Returns:
            all eight emotions, one of them above 0 at most, at weight 1; None where the message is of another layer
            or adds to the drivers below it.
        """
        if message.layer != "expression" or message.mode != "set":
            return None
        for name, value in message.values.items():
            self._seen[INDEX[name]] = value
        estimate = self._estimator(self._seen, time_s)
        values = dict.fromkeys(EMOTIONS, 0.0)
        if estimate.emotion and estimate.level >= MIN_LEVEL:
            values[estimate.emotion] = estimate.level
        return replace(message, layer="emotion", values=values, weight=1.0, ttl_s=max(message.ttl_s, TTL_S))
