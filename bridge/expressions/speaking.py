"""SpeakingEstimator: whether a tracked face speaks, from its lips alone.

    speaking = SpeakingEstimator()
    share = speaking(coefficients, time_s)         # 0..1; above 0.5 the face speaks

Who speaks opens and shuts the mouth several times a second; a smile, a yawn or a mouth that hangs open moves it once. So
what counts is how fast the mouth's opening changes, over the last half second, and how often it turns around. It
follows a voice by about a third of a second, and cannot tell chewing or silent lips from speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX

#: Time constants: over which movement counts; over which the answer is eased; of the filter against noise.
_WINDOW_S, _EASE_S, _CALM_S = 0.35, 0.08, 0.04
#: After a longer pause between two pictures everything begins anew.
_LONGEST_S: Final = 0.25
#: A mouth that moves by less than this from where it last was has not moved: noise.
_SLACK: Final = 0.02
#: Mean speed, of the whole range a second, at which the answer is one half, and its slope.
_HALF, _SLOPE = 0.17, 7.0
#: How much a mouth counts that only opens or only shuts; and a rounding mouth against an opening one.
_ONE_WAY: Final = 0.12
_ROUND: Final = 0.5
_OPEN, _CLOSE, _PUCKER, _FUNNEL = (
    INDEX[name] for name in ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel")
)


class SpeakingEstimator:
    """One face, one thread."""

    def __init__(self) -> None:
        self._time_s = -np.inf
        self._calm, self._shape = np.zeros(2), np.zeros(2)
        self._opening = self._shutting = self._share = 0.0

    def __call__(self, expression: NDArray[np.floating], time_s: float) -> float:
        """How surely the face speaks.

        Args:
            expression: (52,) coefficients 0..1; NaN = not measured, counts as 0.
            time_s: of the picture. The same time again changes nothing; where it falls, or jumps by more than a
                quarter of a second, everything begins anew.

        Returns:
            0..1; 0 at the beginning.
        """
        passed = time_s - self._time_s
        if passed == 0.0 or not np.isfinite(time_s):
            return self._share
        seen = np.nan_to_num(np.asarray(expression, np.float64))
        shape = np.array([seen[_OPEN] - seen[_CLOSE], _ROUND * (seen[_PUCKER] + seen[_FUNNEL])])
        self._time_s = time_s
        if not 0.0 < passed <= _LONGEST_S:
            self._calm, self._shape = shape, shape
            self._opening = self._shutting = self._share = 0.0
            return 0.0
        self._calm = shape + float(np.exp(-passed / _CALM_S)) * (self._calm - shape)
        # the mouth is where it was, but for what lies beyond the slack on either side
        moved = self._calm - self._shape
        change = np.sign(moved) * np.maximum(np.abs(moved) - _SLACK, 0.0)
        self._shape = self._shape + change
        speed = float(np.hypot(*change)) / passed
        opens = change[0] > 0.0 or (change[0] == 0.0 and change[1] > 0.0)
        kept = float(np.exp(-passed / _WINDOW_S))
        self._opening = kept * self._opening + (1.0 - kept) * (speed if opens else 0.0)
        self._shutting = kept * self._shutting + (1.0 - kept) * (0.0 if opens else speed)
        less, more = sorted((self._opening, self._shutting))
        amount = 2.0 * less + _ONE_WAY * (more - less)
        wanted = 1.0 / (1.0 + float(np.exp(-_SLOPE * (amount - _HALF) / _HALF)))
        self._share += (1.0 - float(np.exp(-passed / _EASE_S))) * (wanted - self._share)
        return self._share
