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

#: Time constant over which movement counts, and over which the answer is eased.
_WINDOW_S: Final = 0.35
_EASE_S: Final = 0.08
#: Longer pauses between two pictures count as this long.
_LONGEST_S: Final = 0.25
#: Slower movement than this, of the whole range a second, is noise.
_STILL: Final = 0.15
#: Mean speed at which the answer is one half, and its slope; a mouth that only opens or only shuts counts this much.
_HALF, _SLOPE = 0.42, 7.0
_ONE_WAY: Final = 0.5
_ROUND: Final = 0.5
_OPEN, _CLOSE, _PUCKER, _FUNNEL = (
    INDEX[name] for name in ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel")
)


class SpeakingEstimator:
    """One face, one thread."""

    def __init__(self) -> None:
        self._time_s: float | None = None
        self._shape = np.zeros(2)
        self._opening = self._shutting = self._share = 0.0

    def __call__(self, expression: NDArray[np.floating], time_s: float) -> float:
        """How surely the face speaks.

        Args:
            expression: (52,) coefficients 0..1; NaN = not measured, counts as 0.
            time_s: rises from call to call; where it falls, everything begins anew.
        """
        seen = np.nan_to_num(np.asarray(expression, np.float64))
        shape = np.array([seen[_OPEN] - seen[_CLOSE], _ROUND * (seen[_PUCKER] + seen[_FUNNEL])])
        before, self._time_s = self._time_s, time_s
        if before is None or time_s <= before:
            self._shape, self._opening, self._shutting = shape, 0.0, 0.0
            return self._share if before == time_s else self._begin()
        passed = min(time_s - before, _LONGEST_S)
        change = (shape - self._shape) / passed
        self._shape = shape
        speed = float(np.sign(change[0]) * np.hypot(*change)) if change[0] else float(abs(change[1]))
        kept = float(np.exp(-passed / _WINDOW_S))
        self._opening = kept * self._opening + (1 - kept) * max(0.0, speed - _STILL)
        self._shutting = kept * self._shutting + (1 - kept) * max(0.0, -speed - _STILL)
        less, more = sorted((self._opening, self._shutting))
        amount = 2.0 * less + _ONE_WAY * (more - less)
        wanted = 1.0 / (1.0 + float(np.exp(-_SLOPE * (amount - _HALF) / _HALF)))
        self._share += (1.0 - float(np.exp(-passed / _EASE_S))) * (wanted - self._share)
        return self._share

    def _begin(self) -> float:
        self._share = 0.0
        return 0.0
