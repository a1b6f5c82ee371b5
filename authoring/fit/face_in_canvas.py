"""FaceInCanvas: what the landmarker measured of one face, in the canvas of an avatar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class FaceInCanvas:
    """The landmarker's measurements of the face in the canvas.

    Attributes:
        landmarks: (478, 2) float32, picture heights from the canvas's centre, x right, y down.
        blendshapes: (52,) float32, the landmarker's coefficients, 0..1.
    """

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
