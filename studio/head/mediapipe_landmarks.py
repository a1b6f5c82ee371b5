"""MediaPipe's 478 landmarks on the studio's heads: where the runtime has learned that the landmarker puts its points.

    places = place_mediapipe_landmarks(source, mesh)
    places.of(positions)              # (N, 3) drawn vertices -> (478, 3)

The places were learned on the project's own head model (face/landmarks.py), which was made from the same mean
head; each is carried over to the nearest point of the studio's skin, or of an eyeball for the irises. On the mean head
the two lie 0.04 mm apart in the middle and 0.2 mm at most, irises 0.3 mm.
"""

from __future__ import annotations

import numpy as np

from face.head_model import load_head_model
from face.landmarks import FIRST_IRIS, HeadLandmarks, load_landmarks
from studio.head.mesh import StudioMesh
from studio.head.source import FaceSource
from studio.surface import closest_point


def place_mediapipe_landmarks(source: FaceSource, mesh: StudioMesh) -> HeadLandmarks:
    """The 478 as points on triangles of drawn vertices."""
    learned, model = load_landmarks(), load_head_model()
    points = learned.of(model.shape(np.zeros(len(model.identity), np.float32)))
    rest = source.vertices[mesh.source_vertex]
    vertices, weights = [], []
    for chosen, part in (
        (points[:FIRST_IRIS], "face"),
        (points[FIRST_IRIS : FIRST_IRIS + 5], "eyeball_right"),
        (points[FIRST_IRIS + 5 :], "eyeball_left"),
    ):
        triangles = mesh.triangles[part]
        index, weight = closest_point(chosen, rest[triangles])
        vertices.append(triangles[index])
        weights.append(weight)
    return HeadLandmarks(
        np.concatenate(vertices).astype(np.int32), np.concatenate(weights).astype(np.float32), learned.spread
    )
