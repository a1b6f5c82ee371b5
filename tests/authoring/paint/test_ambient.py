from __future__ import annotations

import numpy as np

from authoring.paint.ambient import ambient_visibility
from authoring.paint.raster import Raster
from face.head_model import load_head_model
from face.landmarks import load_landmarks

NOSE_TIP, FOREHEAD = 1, 10  # MediaPipe's landmarks


def test_the_nose_and_forehead_are_in_the_light_and_the_gap_of_the_lips_is_dark() -> None:
    model = load_head_model()
    with Raster() as raster:
        visibility = ambient_visibility(raster, model, model.vertices)
    assert visibility.shape == (len(model.vertices),)
    face = np.unique(model.triangles["face"])
    assert 0 <= visibility[face].min() <= visibility[face].max() <= 1
    points = load_landmarks().of(model.vertices)
    nearest = [
        face[np.linalg.norm(model.vertices[face] - points[k], axis=1).argmin()] for k in (NOSE_TIP, FOREHEAD)
    ]
    assert visibility[nearest].min() > 0.75
    lips = np.concatenate([model.lips.upper, model.lips.lower])
    assert np.median(visibility[lips]) < 0.5 * np.median(visibility[face])
