from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.paint.jaw_rim import BAND_PX, beyond_jaw
from authoring.portrait.canvas import EXTENDED_PX

SKIN = np.float32([0.8, 0.6, 0.5])
FITTED = 200.0


def disc(radius: float, soft: float) -> np.ndarray:
    """(E, E) float32, 1 within `radius` of the middle, falling to 0 over `soft` pixels."""
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX].astype(np.float32)
    away = np.hypot(columns - EXTENDED_PX / 2, rows - EXTENDED_PX / 2)
    return np.clip((radius - away) / soft + 0.5, 0, 1).astype(np.float32)


def beyond(radius: float, soft: float, dark: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """What is found where skin ends at `radius`, and how far each pixel lies inside of the fitted face."""
    face = disc(FITTED, 0.1)
    light = dark + (1 - dark) * disc(radius, soft)[..., None]
    inside = cv2.distanceTransform((face > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return beyond_jaw((SKIN * light).astype(np.float32), face), inside


def test_what_lies_beyond_the_portraits_own_jaw_is_no_skin_with_its_soft_edge() -> None:
    found, inside = beyond(FITTED - 8, 6)
    assert found[(inside > 0) & (inside < 10)].min() > 0.95  # half of the edge's 6 pixels lies inside of it
    assert found[inside > 20].max() < 0.05


@pytest.mark.parametrize(
    ("radius", "soft", "dark"),
    [
        (FITTED - 30, 120, 0.3),  # a cheek that darkens towards the outline
        (FITTED - 8, 6, 0.8),  # a shadow
        (FITTED - 3 * BAND_PX, 6, 0.3),  # a feature of the face
    ],
)
def test_shade_and_features_are_the_portraits(radius: float, soft: float, dark: float) -> None:
    found, inside = beyond(radius, soft, dark)
    assert found[inside > 0].max() < 0.05


def test_a_face_narrower_than_the_band_is_kept() -> None:
    face = disc(BAND_PX, 0.1)
    assert not beyond_jaw(np.ones((EXTENDED_PX, EXTENDED_PX, 3), np.float32), face).any()
