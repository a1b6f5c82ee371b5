"""LipsKept: what a network takes from lips is taken slowly, so that their quick motion passes.

kept = LipsKept()
kept(tracked, made, dt_s)          # made (52,), without emotion by the network, changed in place

An emotion lasts, and a sound of speech does not: of each shape of articulation, a mean over SLOW_S of what the network
takes is taken. What it gives back, such as the closure of a [p], comes at once. The jaw is never shut further than the
widest emotion opens it, so that a mouth that gapes stays wide.
"""

from __future__ import annotations

from math import exp, isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION
from face.emotion_shapes import WEIGHT
from protocol.blendshapes import INDEX

#: Time constant of the mean, seconds.
SLOW_S: Final = 0.2
#: The widest that an emotion opens the jaw by itself, with a margin for people who feel more than the prototypes.
WIDEST: Final = 1.15 * float(WEIGHT[:, INDEX["jawOpen"]].max())

_LIPS: Final = np.array([INDEX[name] for name in ARTICULATION])
_JAW: Final = INDEX["jawOpen"]


class LipsKept:
    """Remembers what is being taken, over a fraction of a second."""

    def __init__(self) -> None:
        self._taken = np.zeros(len(_LIPS), np.float32)
        self._is_begun = False
        self._before = np.zeros(len(_LIPS), np.float32)
        self._made = np.zeros(len(_LIPS), np.float32)
        self._larger = np.zeros(len(_LIPS), np.float32)

    def reset(self) -> None:
        """Forget: the next call takes what the network takes."""
        self._is_begun = False

    def __call__(self, tracked: NDArray[np.float32], made: NDArray[np.float32], dt_s: float) -> None:
        """Change the filtered expression in place.

        Args:
            tracked: (52,) float32, 0..1, before the network. made: (52,) float32, 0..1, after it. Where one of them is
                not finite, nothing is changed or learned.
            dt_s: seconds since the last call.
        """
        before, after, larger, taken = self._before, self._made, self._larger, self._taken
        # "clip" writes to `out` without a buffer between
        tracked.take(_LIPS, None, before, "clip")
        if not (isfinite(before.dot(before)) and isfinite(made.dot(made))):
            return
        made.take(_LIPS, None, after, "clip")
        np.maximum(before, after, out=larger)
        # after becomes what the network takes; what it gives is larger - before
        np.subtract(larger, after, out=after)
        if self._is_begun:
            np.subtract(after, taken, out=after)
            np.multiply(after, 1.0 - exp(-max(dt_s, 0.0) / SLOW_S), out=after)
            np.add(taken, after, out=taken)
        else:
            taken[:] = after
            self._is_begun = True
        np.minimum(taken, before, out=before)
        np.subtract(larger, before, out=larger)
        made[_LIPS] = larger
        jaw = float(tracked[_JAW])
        spoken = 1.0 - (1.0 - jaw) / (1.0 - WIDEST)
        made[_JAW] = max(float(made[_JAW]), min(spoken, jaw))
