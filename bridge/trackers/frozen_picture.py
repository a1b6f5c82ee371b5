"""FrozenPicture: finds a camera that gives one picture again and again.

    is_frozen = FrozenPicture()
    if is_frozen(picture.pixels, picture.capture_time_ns): ...      # its face is not measured any more

Drivers do so when a camera hangs, and virtual cameras when their program is gone or paused. A live camera never does:
the noise of its sensor changes some pixels in every picture, also behind the codec of a USB camera.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: As long as a phone's equal frames (`frozen_face.FROZEN_NS`).
FROZEN_NS: Final = 5_000_000_000
#: Compared first: one pixel of so many rows and columns. Only pictures that are equal there are compared whole.
_STEP: Final = 16


class FrozenPicture:
    """Belongs to one thread; the time is the pictures' own.

    Args:
        frozen_ns: equal pictures for this long are not live.
    """

    def __init__(self, frozen_ns: int = FROZEN_NS) -> None:
        self._frozen_ns = frozen_ns
        self._last: NDArray[np.uint8] | None = None
        self._since_ns = 0

    def __call__(self, pixels: NDArray[np.uint8], time_ns: int) -> bool:
        """Whether this picture and all before it for `frozen_ns` are equal.

        Args:
            pixels: (H, W, C) uint8; kept until the next call, so it must not be overwritten.
            time_ns: when it was captured, rising.
        """
        last, self._last = self._last, pixels
        if last is None or not _is_equal(pixels, last):
            self._since_ns = time_ns
            return False
        return time_ns - self._since_ns >= self._frozen_ns


def _is_equal(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    is_equal_there = np.array_equal(picture[::_STEP, ::_STEP], other[::_STEP, ::_STEP])
    return is_equal_there and np.array_equal(picture, other)
