"""Lights: where the light of a background comes from, and its colours.

light = light_of(7)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.studio.seeds import random_of

Floats = NDArray[np.float32]

#: name -> key colour, key strength, fill strength, rim strength, ambient above, at the sides, below.
_MOODS: Final = (
    (
        (1.00, 0.95, 0.88),
        2.3,
        0.55,
        0.9,
        (0.42, 0.45, 0.50),
        (0.30, 0.31, 0.33),
        (0.20, 0.18, 0.17),
    ),  # studio
    (
        (0.92, 0.97, 1.06),
        2.1,
        0.35,
        0.5,
        (0.46, 0.52, 0.62),
        (0.30, 0.32, 0.36),
        (0.17, 0.15, 0.14),
    ),  # window
    ((1.15, 0.86, 0.58), 2.1, 0.45, 0.7, (0.30, 0.27, 0.26), (0.26, 0.22, 0.20), (0.20, 0.15, 0.12)),  # lamp
    (
        (0.95, 0.98, 1.02),
        1.3,
        0.50,
        0.3,
        (0.72, 0.76, 0.82),
        (0.46, 0.48, 0.50),
        (0.26, 0.25, 0.24),
    ),  # overcast
    (
        (1.25, 0.78, 0.50),
        2.4,
        0.35,
        1.4,
        (0.34, 0.34, 0.46),
        (0.30, 0.26, 0.30),
        (0.20, 0.15, 0.14),
    ),  # evening sun
    ((0.98, 0.93, 1.00), 1.8, 0.80, 1.6, (0.30, 0.28, 0.38), (0.28, 0.26, 0.34), (0.18, 0.16, 0.20)),  # stage
)


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Three lights and what comes from everywhere, world space, linear RGB.

    Attributes:
        key, fill, rim: (2, 3): unit direction towards the light, and colour.
        ambient: (3, 4) a colour's light from everywhere, then how much more comes from +X, +Y, +Z.
    """

    key: Floats
    fill: Floats
    rim: Floats
    ambient: Floats


def light_of(seed: int) -> Light:
    """The light of a background."""
    random = random_of("light", seed)
    draws = random.uniform(size=8)
    colour, key, fill, rim, above, sides, below = _MOODS[int(draws[0] * len(_MOODS))]
    side = 1.0 if draws[1] < 0.5 else -1.0
    key_azimuth = side * (0.35 + 0.65 * draws[2])
    tinted = np.array([1.0 + 0.25 * (draws[3] - 0.5), 1.0, 1.0 - 0.25 * (draws[3] - 0.5)])
    up, around, down = (np.array(c) for c in (above, sides, below))
    ambient = np.zeros((3, 4))
    ambient[:, 0] = (up + down + 4 * around) / 6
    ambient[:, 2] = (up - down) / 2
    ambient[:, 1] = side * 0.06
    ambient[:, 3] = 0.05
    return Light(
        key=_light(key_azimuth, 0.45 + 0.45 * draws[4], np.array(colour) * key * (0.85 + 0.3 * draws[5])),
        fill=_light(-side * (0.6 + 0.5 * draws[6]), 0.1, tinted * fill),
        rim=_light(-side * (2.2 + 0.5 * draws[7]), 0.5, tinted[::-1] * rim),
        ambient=ambient.astype(np.float32),
    )


def _light(azimuth: float, elevation: float, colour: NDArray[np.float64]) -> Floats:
    across = np.cos(elevation)
    direction = (across * np.sin(azimuth), np.sin(elevation), across * np.cos(azimuth))
    return np.array([direction, colour], np.float32)
