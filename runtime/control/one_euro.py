"""OneEuroFilter: steady when a value rests, quick when it moves; for values that a camera measured.

    smooth = OneEuroFilter(min_cutoff_hz, beta)      # arrays, one number a channel
    smooth(values, dt_s, out=values)

Source: G. Casiez, N. Roussel, D. Vogel, "1 Euro Filter", CHI 2012, algorithm 1 and equations 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.channels import CHANNELS

D_CUTOFF_HZ: Final = 1.0  # of the speed, as in the paper

#: layer -> cutoff at rest in Hz, and how many Hz each unit a second adds. A blink (10 units a second) passes
#: at over 30 Hz, a head that turns slowly (0.1 rad a second) is smoothed at about 2 Hz.
LAYER_TUNING: Final[dict[str, tuple[float, float]]] = {
    "pose": (1.2, 8.0),
    "expression": (2.5, 3.0),
    "gaze": (1.5, 10.0),
    "emotion": (1.0, 2.0),
    "view": (1.2, 8.0),
}


@dataclass(frozen=True, slots=True)
class SmoothingSettings:
    """Whose values are smoothed.

    Attributes:
        sources: beginnings of source ids; scripts and hotkeys mean what they send and are left alone.
        strength: 1 = as tuned; 2 halves every cutoff; 0 = off.
    """

    sources: tuple[str, ...] = ("webcam", "video", "vmc", "openseeface")
    strength: float = 1.0

    def applies_to(self, source: str) -> bool:
        """Whether this source's values are smoothed."""
        return self.strength > 0.0 and source.startswith(self.sources)


class OneEuroFilter:
    """One filter for many channels.

    Args:
        min_cutoff_hz: (N,) cutoff at rest.
        beta: (N,) Hz per unit a second.
    """

    def __init__(self, min_cutoff_hz: NDArray[np.float64], beta: NDArray[np.float64]) -> None:
        count = len(min_cutoff_hz)
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._value = np.zeros(count)
        self._speed = np.zeros(count)
        self._work = np.zeros(count)
        self._alpha = np.zeros(count)

    def reset(self, values: NDArray[np.float32]) -> None:
        """Begin at rest at `values` (N,)."""
        self._value[:] = values
        self._speed[:] = 0.0

    def seed(self, places: NDArray[np.intp], values: NDArray[np.float32]) -> None:
        """Begin at rest at `values` for some channels; the others go on."""
        self._value[places] = values
        self._speed[places] = 0.0

    def __call__(self, values: NDArray[np.float32], dt_s: float, out: NDArray[np.float32]) -> None:
        """Filter one sample (N,) that came `dt_s` after the last; `out` may be `values`."""
        if dt_s <= 0.0:
            out[:] = self._value
            return
        value, speed, work, alpha = self._value, self._speed, self._work, self._alpha
        # the speed: dx = (x - x_hat) / dt, low-passed at a fixed cutoff
        np.subtract(values, value, out=work)
        work /= dt_s
        work -= speed
        work *= 1.0 / (1.0 + 1.0 / (2.0 * pi * D_CUTOFF_HZ * dt_s))
        speed += work
        # alpha = 1 / (1 + tau / dt) with tau = 1 / (2 pi fc) and fc = min_cutoff + beta |dx|
        np.abs(speed, out=alpha)
        alpha *= self._beta
        alpha += self._min_cutoff_hz
        alpha *= 2.0 * pi * dt_s
        np.add(alpha, 1.0, out=work)
        alpha /= work
        np.subtract(values, value, out=work)
        work *= alpha
        value += work
        out[:] = value


def channel_filter(strength: float, extra: int = 0) -> OneEuroFilter:
    """A filter tuned for the flat buffer of all channels, and `extra` more that barely change."""
    tuning = [LAYER_TUNING[channel.layer] for channel in CHANNELS] + [LAYER_TUNING["view"]] * extra
    return OneEuroFilter(
        np.array([cutoff / strength for cutoff, _ in tuning]), np.array([beta for _, beta in tuning])
    )
