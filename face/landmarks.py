"""The face landmarker's 478 points as places on the head model, learned by `training.landmarks`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

FIRST_IRIS: Final = 468  # 468-472 the subject's right iris, 473-477 the left: centre, then four on the rim

#: The landmarker's outline of the face, closed, from the forehead's middle to the subject's left.
FACE_OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
    150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

#: The landmarker's points along the visible lid edges, from the outer corner to the inner; left eye, then right.
LID_EDGES: Final = (
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
)


@dataclass(frozen=True, slots=True, eq=False)
class HeadLandmarks:
    """Each landmark as a point on a triangle.

    Attributes:
        vertices: (478, 3) int32.
        weights: (478, 3) float32 barycentric.
        spread: (478,) float32, the landmarker's own median error, pixels of a 512-pixel picture.
    """

    vertices: NDArray[np.int32]
    weights: NDArray[np.float32]
    spread: NDArray[np.float32]

    def of(self, per_vertex: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values (478, ...) at the landmarks from values per vertex (V, ...)."""
        weights = self.weights.reshape(*self.weights.shape, *([1] * (per_vertex.ndim - 1)))
        return np.asarray((per_vertex[self.vertices] * weights).sum(1), np.float32)


@cache
def load_landmarks() -> HeadLandmarks:
    """The landmarks that ship with the head model; cached, not to be changed."""
    with (
        resources.files("face").joinpath("landmarks.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as d,
    ):
        return HeadLandmarks(d["vertices"].astype(np.int32), d["weights"], d["spread"])
