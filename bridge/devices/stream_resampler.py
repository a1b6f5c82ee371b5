"""StreamResampler: brings sound of any rate to the voice network's, block by block, without seams.

    resampler = StreamResampler(44100, 24000)
    resampler(block)                       # what is complete by now; `late_s` behind the block's end

A windowed sinc, at the lower of the two rates' half; frequencies above it are 60 dB down.

Source: A. Oppenheim, R. Schafer, "Discrete-time signal processing", 3rd ed., sections 4.6 (changing the rate) and 7.5
(Kaiser window).
"""

from __future__ import annotations

from math import ceil, gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Zero crossings of the sinc on each side, and the Kaiser window's shape.
_CROSSINGS: Final = 12
_BETA: Final = 6.0
#: The pass band ends at this share of the lower rate's half.
_EDGE: Final = 0.92


class StreamResampler:
    """Keeps the last samples, and where between them the next one lies. Belongs to one thread."""

    def __init__(self, rate: int, wanted: int) -> None:
        """Compute the filters.

        Args:
            rate: samples a second of the input. wanted: of the output.
        """
        up, down = wanted // gcd(rate, wanted), rate // gcd(rate, wanted)
        self._up, self._down = up, down
        self._is_same = up == down
        width = max(1.0, down / up) / _EDGE  # input samples between two zeros of the sinc
        reach = 0 if self._is_same else ceil(_CROSSINGS * width)
        offsets = np.arange(-reach, reach + 1)
        away = (offsets[None, :] - np.arange(up)[:, None] / up) / width
        window = np.i0(_BETA * np.sqrt(np.clip(1.0 - (away / _CROSSINGS) ** 2, 0.0, None))) / np.i0(_BETA)
        taps = np.sinc(away) * np.where(np.abs(away) <= _CROSSINGS, window, 0.0)
        self._taps = (taps / taps.sum(1, keepdims=True)).astype(np.float32)
        self._reach = reach
        #: How long after a sample's time it comes out.
        self.late_s = reach / rate
        self._kept = np.zeros(reach, np.float32)  # begins `reach` samples before the first one
        self._next = 0  # place of the next output in `_kept`, in 1 / up samples, after `reach` samples

    def __call__(self, samples: NDArray[np.floating]) -> Floats:
        """The samples that can be computed by now.

        Args:
            samples: (N,), those that follow the ones of the call before.

        Returns:
            (M,) float32.
        """
        if self._is_same:
            return np.asarray(samples, np.float32)
        have = np.concatenate([self._kept, np.asarray(samples, np.float32)])
        # output k lies at (next + k down) / up; it needs `reach` samples before and after
        room = len(have) - 2 * self._reach
        count = max(0, -(-(room * self._up - self._next) // self._down))
        places = self._next + self._down * np.arange(count)
        whole, phase = places // self._up, places % self._up
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(have, 2 * self._reach + 1)
            made = np.einsum("ij,ij->i", windows[whole], self._taps[phase])
        else:
            made = np.empty(0, np.float32)
        self._next += self._down * count
        gone = min(self._next // self._up, len(have))
        self._kept = have[gone:]
        self._next -= gone * self._up
        return np.asarray(made, np.float32)
