"""MediaPipe's 478 landmarks on the studio's heads.

    landmarks = place_mediapipe_landmarks(source, mesh)
    landmarks.of(positions)              # (N, 3) drawn vertices -> (478, 3)

face/landmarks.py holds the points as they were measured on the project's head model, which was made from the same mean
head. Each is moved to the nearest point of the studio's skin, or of an eyeball for the irises. On the mean head the two
lie 0.04 mm apart (median) and 0.2 mm at most, irises 0.3 mm.
"""

from __future__ import annotations

import numpy as np

from face.head_model import load_head_model
from face.landmarks import FIRST_IRIS, HeadLandmarks, load_landmarks
from studio.head.mesh import StudioMesh
from studio.head.source import FaceSource
from studio.surface import closest_point


def place_mediapipe_landmarks(source: FaceSource, mesh: StudioMesh) -> HeadLandmarks:
    """MediaPipe's landmarks as points on triangles of the mesh's vertices."""
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
