"""OneEuroFilter: smooths values that a camera measured; strongly at rest, little during fast movement.

    smooth = OneEuroFilter(min_cutoff_hz, beta)      # (N,) arrays, one entry per channel
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

D_CUTOFF_HZ: Final = 1.0  # cutoff of the speed's low-pass filter, as in the paper

#: layer -> (cutoff at rest in Hz, beta in Hz per unit/s). A blink (10 units/s) gets a cutoff above 30 Hz, a head that
#: turns slowly (0.1 rad/s) about 2 Hz.
LAYER_TUNING: Final[dict[str, tuple[float, float]]] = {
    "pose": (1.2, 8.0),
    "expression": (2.5, 3.0),
    "gaze": (1.5, 10.0),
    "emotion": (1.0, 2.0),
    "view": (1.2, 8.0),
}


@dataclass(frozen=True, slots=True)
class SmoothingSettings:
    """Which sources are smoothed, and how much.

    Attributes:
        sources: beginnings of the names of drivers that are smoothed; scripts and hotkeys send exact values and are not.
        strength: how much is smoothed; 1 = as measured (`LAYER_TUNING`), 2 = twice as much, 0 = not at all.
    """

    sources: tuple[str, ...] = ("webcam", "browser", "video", "vmc", "openseeface")
    strength: float = 1.0

    def applies_to(self, source: str) -> bool:
        """Whether the values of this source are smoothed."""
        return self.strength > 0.0 and source.startswith(self.sources)


class OneEuroFilter:
    """One filter state for N channels.

    Args:
        min_cutoff_hz: (N,) float64, cutoff at rest, Hz.
        beta: (N,) float64, rise of the cutoff with the speed, Hz per unit/s.
    """

    def __init__(self, min_cutoff_hz: NDArray[np.float64], beta: NDArray[np.float64]) -> None:
        count = len(min_cutoff_hz)
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._value = np.zeros(count)
        self._speed = np.zeros(count)
        self._work = np.zeros(count)
        self._alpha = np.zeros(count)

    def seed(self, places: NDArray[np.intp], values: NDArray[np.float32]) -> None:
        """Restart some channels, at rest.

        Args:
            places: (K,) indices of the channels.
            values: (K,) float32, their values.
        """
        self._value[places] = values
        self._speed[places] = 0.0

    def __call__(self, values: NDArray[np.float32], dt_s: float, out: NDArray[np.float32]) -> None:
        """Filter one sample.

        Args:
            values: (N,) float32.
            dt_s: seconds since the last sample; 0 repeats the last output.
            out: (N,) float32, written; may be `values`.
        """
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
    """A filter for the buffer of all channels, tuned per layer.

    Args:
        strength: divides every cutoff; see SmoothingSettings.
        extra: number of channels after those of the wire, with the tuning of "view".
    """
    tuning = [LAYER_TUNING[channel.layer] for channel in CHANNELS] + [LAYER_TUNING["view"]] * extra
    return OneEuroFilter(
        np.array([cutoff / strength for cutoff, _ in tuning]), np.array([beta for _, beta in tuning])
    )
