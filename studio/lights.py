"""Lights: directions and colours of the light that belongs to a background.

light = light_of(7)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.arrays import Floats
from studio.seeds import random_of

#: Key colour; strength of key, fill and rim; ambient colour from above, from the sides, from below. Linear RGB.
_LIGHTINGS: Final = (
    ((1.00, 0.96, 0.91), 2.00, 0.62, 1.1, (0.44, 0.46, 0.50), (0.31, 0.32, 0.34), (0.22, 0.20, 0.19)),  # studio
    ((0.94, 0.98, 1.05), 1.90, 0.50, 0.8, (0.48, 0.53, 0.61), (0.33, 0.35, 0.38), (0.21, 0.19, 0.18)),  # window
    ((1.13, 0.90, 0.66), 1.85, 0.55, 0.9, (0.34, 0.31, 0.30), (0.30, 0.27, 0.26), (0.24, 0.19, 0.16)),  # lamp
    ((0.97, 0.99, 1.02), 1.35, 0.60, 0.6, (0.70, 0.74, 0.80), (0.46, 0.48, 0.50), (0.28, 0.27, 0.26)),  # overcast
    ((1.20, 0.85, 0.60), 2.00, 0.50, 1.6, (0.40, 0.41, 0.50), (0.33, 0.31, 0.34), (0.24, 0.19, 0.18)),  # evening sun
    ((0.99, 0.94, 1.00), 1.80, 0.75, 1.8, (0.34, 0.32, 0.40), (0.30, 0.29, 0.35), (0.21, 0.19, 0.22)),  # stage
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Three directional lights and ambient light, in world space, linear RGB.

    Attributes:
        key, fill, rim: (2, 3) float32: unit direction towards the light, and colour.
        ambient: (3, 4) float32, for red, green and blue the first-order spherical harmonics of the ambient light: the
            mean over all directions, then the gradients along +X, +Y, +Z.
    """

    key: Floats
    fill: Floats
    rim: Floats
    ambient: Floats


def light_of(seed: int) -> Light:
    """The light of background `seed`."""
    random = random_of("light", seed)
    draws = random.uniform(size=8)
    colour, key, fill, rim, above, sides, below = _LIGHTINGS[int(draws[0] * len(_LIGHTINGS))]
    side = 1.0 if draws[1] < 0.5 else -1.0
    key_azimuth = side * (0.30 + 0.55 * draws[2])
    tinted = np.array([1.0 + 0.25 * (draws[3] - 0.5), 1.0, 1.0 - 0.25 * (draws[3] - 0.5)])
    up, around, down = (np.array(c) for c in (above, sides, below))
    ambient = np.zeros((3, 4))
    ambient[:, 0] = (up + down + 4 * around) / 6
    ambient[:, 2] = (up - down) / 2
    ambient[:, 1] = side * 0.06
    ambient[:, 3] = 0.05
    return Light(
        key=_light(key_azimuth, 0.42 + 0.33 * draws[4], np.array(colour) * key * (0.85 + 0.3 * draws[5])),
        fill=_light(-side * (0.55 + 0.45 * draws[6]), 0.15, tinted * fill),
        rim=_light(-side * (2.2 + 0.5 * draws[7]), 0.5, tinted[::-1] * rim),
        ambient=ambient.astype(np.float32),
    )


def _light(azimuth: float, elevation: float, colour: NDArray[np.float64]) -> Floats:
    across = np.cos(elevation)
    direction = (across * np.sin(azimuth), np.sin(elevation), across * np.cos(azimuth))
    return np.array([direction, colour], np.float32)
