"""Smooth noise: what a bridge of the diffusion transformer learns from beside the draft.

    basis = noise_basis(128)                    # (128, CELLS)
    noise = basis @ coarse @ basis.T            # of standard Gaussian (CELLS, CELLS): again of mean 0 and variance 1

What drafts are wrong by is light and place, which change slowly over a picture. White noise in its place stayed in pictures
made by few steps: the least that is believed of a noisy picture is then noise of single pixels.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Random numbers along a side of a picture.
CELLS: Final = 16


def noise_basis(side: int) -> NDArray[np.float32]:
    """(side, CELLS): rows interpolate between the middles of cells, and have a sum of squares of 1.

    Args:
        side: of the picture, pixels.
    """
    place = np.clip((np.arange(side) + 0.5) * (CELLS / side) - 0.5, 0.0, CELLS - 1.0)
    basis = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(CELLS)))
    return np.asarray(basis / np.linalg.norm(basis, axis=1, keepdims=True), np.float32)
