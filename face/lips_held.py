"""LipsHeld: lips that an emotion would part part slowly, so that a mouth at the point of closing does not flicker.

held = LipsHeld()
held(basic, made, dt_s)          # made (52,), with an emotion, changed in place

How far lips are shut is the share of the jaw's opening that `mouthClose` takes back. At a jaw that hardly opens that share
is the quotient of two small numbers, and noise of a tracker swings it. Lips meet at once, and an emotion parts them with
HOLD_S; what speech opens is never shut.
"""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.easing import ease_in_out
from protocol.blendshapes import INDEX

#: Time constant with which lips part, seconds.
HOLD_S: Final = 0.1
#: The least opening of the jaw against which a closure counts: from a jaw of 0.05 on, shut lips are kept shut.
LEAST_JAW: Final = 0.065

_JAW: Final = INDEX["jawOpen"]
_CLOSE: Final = INDEX["mouthClose"]


class LipsHeld:
    """Remembers how far the lips were shut, for a fraction of a second."""

    def __init__(self) -> None:
        self._shut = 0.0

    def reset(self) -> None:
        """Forget: where no emotion is added, nothing is held."""
        self._shut = 0.0

    def __call__(self, basic: NDArray[np.float32], made: NDArray[np.float32], dt_s: float) -> None:
        """Shut the lips of a composed expression in place as far as they are, or just were, in the basic one.

        Args:
            basic: (52,) float32, 0..1, before the emotion is added. made: (52,) float32, 0..1, after it.
            dt_s: seconds since the last call.
        """
        jaw, close = float(basic[_JAW]), float(basic[_CLOSE])
        opened, closed = float(made[_JAW]), float(made[_CLOSE])
        share = ease_in_out(min(close / max(jaw, LEAST_JAW), 1.0))
        self._shut = max(share, self._shut * exp(-max(dt_s, 0.0) / HOLD_S))
        # what speech itself opens stays open, so that no emotion, however weak, moves nothing
        gap = max((1.0 - self._shut) * opened, min(jaw - close, opened - closed))
        made[_CLOSE] = max(closed, opened - gap)
