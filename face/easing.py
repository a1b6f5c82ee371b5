"""Smooth steps between 0 and 1: the cubic Hermite curve 3 s^2 - 2 s^3, whose slope is 0 at both ends.

    smoothstep(0.2, 0.5, distance)      # arrays: 0 up to 0.2, 1 from 0.5 on
    ease_in_out(elapsed_s / duration_s) # a float or an array that is already in 0..1

Source: GLSL 4.60 specification, section 8.3, `smoothstep`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Share = TypeVar("Share", float, NDArray[Any])


def ease_in_out(share: Share) -> Share:
    """The curve at one share or at an array of shares, 0..1; not clipped, same shape and dtype."""
    eased: Share = share * share * (3.0 - 2.0 * share)
    return eased


def smoothstep(
    low: float | NDArray[np.floating[Any]],
    high: float | NDArray[np.floating[Any]],
    x: NDArray[np.floating[Any]],
) -> NDArray[np.float32]:
    """0 where x is at `low` or beyond, 1 where it is at `high` or beyond, smooth in between.

    Args:
        low, high: the two edges, in the units of x; a `low` above `high` makes a falling step.
        x: floats of any shape.

    Returns:
        float32 of the shape of x, 0..1.
    """
    share = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(ease_in_out(share), np.float32)
