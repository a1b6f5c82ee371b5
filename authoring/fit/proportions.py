"""FaceProportions: where chin and mouth lie on a head, and how high its face is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.head_model import HeadModel

#: Vertices of the face in front of this z, model units, belong to the chin and not to the throat behind it.
CHIN_FRONT: Final = 6


@dataclass(frozen=True, slots=True)
class FaceProportions:
    """Heights on a face, in head space, model units.

    Attributes:
        chin: y of the lowest point of the chin.
        height: from the chin to the top of the face.
        mouth: y of the line between the lips.
    """

    chin: float
    height: float
    mouth: float


def face_proportions(model: HeadModel, vertices: NDArray[np.float32]) -> FaceProportions:
    """Measure a head.

    Args:
        vertices: (V, 3) float32, head space.
    """
    face = np.unique(model.triangles["face"])
    chin = float(vertices[face[vertices[face, 2] > CHIN_FRONT], 1].min())
    lips = np.concatenate([model.lips.upper, model.lips.lower])
    return FaceProportions(
        chin=chin,
        height=float(vertices[face, 1].max()) - chin,
        mouth=float(vertices[lips, 1].mean()),
    )
